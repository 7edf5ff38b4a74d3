import type { RunConfig } from '../run/index.ts';
import type { Settings } from './options.ts';
import { DEFAULT_STRATEGY } from './presets.ts';
import { spaceOptionsOf } from './space-options.ts';

/**
 * The configuration of the run that the settings ask for.
 *
 * @throws NosError `unknown-name` or `bad-option` for anything that no room knows.
 */
export async function runConfigOf(settings: Settings): Promise<RunConfig> {
  const { task, space: name, strategy, algorithm, option, protocol, environment } = settings;
  const { warmStart, samples, batch, pipeline, seed } = settings;
  const [{ parseRunConfig }, { findSpace }, { strategies }, { parseRegime, printRegime }] = await Promise.all(
    [
      import('../run/index.ts'),
      import('../rules/index.ts'),
      import('../search/index.ts'),
      import('../evaluation/index.ts'),
    ],
  );
  const choices = spaceOptionsOf(settings);
  const space = findSpace(name ?? '', choices);
  const config = parseRunConfig({
    task,
    space: { name, ...choices },
    strategy: {
      name: strategy ?? DEFAULT_STRATEGY,
      options: algorithm === undefined ? option : { ...option, algorithm },
      warmStart,
    },
    ...printRegime(parseRegime({ protocol: protocol ?? '', environment })),
    samples,
    batch,
    pipeline,
    seed,
  });
  // Options are the strategy's own: it says so when it is made.
  const { name: strategyName, ...own } = config.strategy;
  const context = { space, seed: config.seed, batch: config.batch, ...own };
  await (await strategies.find(strategyName).create(context)).close();
  return config;
}
