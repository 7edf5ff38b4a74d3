import { findSpace } from '../../rules/index.ts';
import type { Strategy, StrategyPast } from '../../search/index.ts';
import type { RunConfig } from '../config.ts';

/** The strategy of a run as it stands, to be asked or told once more. */
export async function createPulledStrategy(config: RunConfig, past?: StrategyPast): Promise<Strategy> {
  const { resolveStrategy } = await import('../../search/index.ts');
  const { name, options, warmStart } = config.strategy;
  const space = findSpace(config.space.name, config.space);
  const strategy = await resolveStrategy(name);
  return strategy.create({ space, seed: config.seed, batch: config.batch, options, warmStart }, past);
}

/** Whether the run's strategy looks at nothing but the order of rewards. */
export async function isOrdinal({ strategy }: RunConfig): Promise<boolean> {
  const { resolveStrategy } = await import('../../search/index.ts');
  return (await resolveStrategy(strategy.name)).ordinal === true;
}
