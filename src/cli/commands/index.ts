import type { Command } from '../command.ts';
import { ruleCommand } from './rule.ts';
import { rulesCommand } from './rules.ts';
import { spaceCommand } from './space.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [ruleCommand, rulesCommand, spaceCommand];
