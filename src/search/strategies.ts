import { registry } from '../registry.ts';
import { evolution } from './evolution.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import type { StrategyDefinition } from './strategy.ts';
import { tree } from './tree.ts';

/** Every strategy that `nos search --strategy` knows. */
export const strategies = registry<StrategyDefinition>('strategy', [evolution, rl, tree, random]);
