import type { Constraint, SpaceOptions } from '../rules/index.ts';
import type { Settings } from './options.ts';

/** What the settings ask of a named space; whether it can be had, `findSpace` says. */
export function spaceOptionsOf(settings: Settings): SpaceOptions {
  const { iterations, operands, unary, binary } = settings;
  const constraints = settings.constraints as readonly Constraint[] | undefined;
  return { iterations, constraints, operands, unary, binary };
}
