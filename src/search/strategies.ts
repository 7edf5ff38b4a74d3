import { exportOf, type ModuleKind, moduleReference, namesModule } from '../modules/index.ts';
import { registry } from '../registry.ts';
import { evolution } from './evolution.ts';
import { guardStrategy } from './own-strategy.ts';
import { random } from './random.ts';
import { rl } from './rl.ts';
import type { StrategyDefinition } from './strategy.ts';
import { tree } from './tree.ts';

/** The strategies that can be named. */
export const strategies = registry<StrategyDefinition>('strategy', [evolution, rl, tree, random]);

const MODULE: ModuleKind = {
  kind: 'strategy',
  nameOne: 'name one of `nos strategies`, or a module that exports one (docs/strategies.md)',
  writeOne:
    'write `export const strategy = { … }`, in a CommonJS module `exports.strategy = …` (docs/strategies.md)',
};

const isModule = (name: string): boolean => namesModule(name, strategies.get(name) !== undefined);

/**
 * A registered strategy, or the `strategy` that a module of the user's own exports, by its path, its `file:` URL, or its
 * {@link strategyReference}.
 *
 * @throws NosError `unknown-name`; `bad-option` if the module exports no strategy, or is not what the reference was made of;
 *   `strategy` for what goes wrong in it, then and later.
 */
export async function resolveStrategy(name: string): Promise<StrategyDefinition> {
  return isModule(name) ? guardStrategy(await exportOf(MODULE, name)) : strategies.find(name);
}

/**
 * What a strategy is known by in the store: a registered name as it is, a module by its absolute path and a hash of its text.
 *
 * @throws NosError as {@link resolveStrategy}.
 */
export async function strategyReference(name: string): Promise<string> {
  if (!isModule(name)) return strategies.find(name).name;
  const reference = await moduleReference(MODULE, name);
  await resolveStrategy(reference);
  return reference;
}
