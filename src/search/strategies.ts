import { unknownName } from '../errors.ts';
import { evolution } from './evolution.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import type { StrategyDefinition } from './strategy.ts';
import { tree } from './tree.ts';

/** Every strategy that `nos search --strategy` knows; the first is the default. */
export const strategies: readonly StrategyDefinition[] = [rl, random, evolution, tree];

/** @throws NosError `unknown-name`. */
export function findStrategy(name: string): StrategyDefinition {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found) return found;
  throw unknownName(
    'strategy',
    name,
    strategies.map((strategy) => strategy.name),
  );
}
