import { parseRegime, printRegime, type Regime } from '../../evaluation/index.ts';
import { type Constraint, findSpace } from '../../rules/index.ts';
import {
  checkRunName,
  parseRunConfig,
  type RunConfig,
  type RunConfigInput,
  startRun,
  usualRetest,
} from '../../run/index.ts';
import { resolveStrategy } from '../../search/index.ts';
import { resolveTask } from '../../tasks/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { dryRun, dryRunDocument } from '../dry-run.ts';
import { withStore } from '../files.ts';
import { flag, type SettingsOf, text } from '../option.ts';
import {
  evaluatingOptions,
  outletOptions,
  regimeOptions,
  seed,
  settings,
  spaceOptions,
  task,
} from '../options.ts';
import { programOptions, withProgram } from '../programs.ts';
import { searchDocument } from '../run-report.ts';
import { runSearch } from '../run-search.ts';

/** The winner of `nos bench strategies`, docs/strategies.md. */
const DEFAULT_STRATEGY = 'evolution';

const options = {
  preset: settings.preset.optional(),
  task,
  ...programOptions,
  space: settings.space.default('icml2017'),
  ...spaceOptions,
  strategy: settings.strategy.default(DEFAULT_STRATEGY),
  algorithm: settings.algorithm.optional(),
  option: settings.option.default({}),
  warmStart: settings.warmStart.optional(),
  ...regimeOptions,
  protocol: settings.protocol.default('fast'),
  samples: settings.samples.default(500),
  batch: settings.batch.default(5),
  pipeline: settings.pipeline.default(2),
  retest: settings.retest.optional(),
  seed,
  run: text('the name of the run', { source: 'flag' }).optional(),
  timeout: settings.timeout.optional(),
  dryRun: flag('estimate time and cost; search nothing'),
  metrics: settings.metrics.optional(),
  ...outletOptions,
  ...evaluatingOptions,
};

export const command = defineCommand({
  documents: { search: searchDocument, 'search --dry-run': dryRunDocument },
  options,
  example:
    'nos search --preset quick\nnos search --task digits-mlp --samples 50 --run first\nnos search --task digits-mlp --samples 1000 --timeout 10m',
  stopsGracefully: true,
  async run(given) {
    const context = await withProgram(given);
    const config = await runConfigOf(context.settings);
    if (context.settings.dryRun) return dryRun(context, config);
    const name = context.settings.run ?? (await freshName(context));
    checkRunName(name);
    if (context.sourceOf('strategy') === 'default') context.stderr.note(DEFAULT_NOTE);
    return runSearch(context, { name, config, go: (services) => startRun(name, config, services) });
  },
});

type Settings = SettingsOf<typeof options>;

const DEFAULT_NOTE = `strategy ${DEFAULT_STRATEGY} (the default: best in the comparison of docs/strategies.md; --strategy rl is the paper's)`;

/**
 * The configuration of the run that the settings ask for.
 *
 * @throws NosError `unknown-name` or `bad-option` for anything that no room knows.
 */
async function runConfigOf(settings: Settings): Promise<RunConfig> {
  const { algorithm, option, strategy: name, warmStart, iterations, operands, unary, binary } = settings;
  const constraints = settings.constraints as readonly Constraint[] | undefined;
  const choices = { iterations, constraints, operands, unary, binary };
  const space = findSpace(settings.space, choices);
  const regime = parseRegime(settings);
  const references = (await resolveTask(settings.task)).program?.record.references;
  const config = parseRunConfig({
    task: settings.task,
    space: { name: settings.space, ...choices },
    strategy: { name, options: algorithm === undefined ? option : { ...option, algorithm }, warmStart },
    ...printRegime(regime),
    samples: settings.samples,
    batch: settings.batch,
    pipeline: settings.pipeline,
    seed: settings.seed,
    ...(references && { references }),
    retest: retestOf(regime, settings),
  });
  // The options are the strategy's own: it checks them when it is created.
  const { name: strategyName, ...given } = config.strategy;
  const context = { space, seed: config.seed, batch: config.batch, ...given };
  const strategy = await resolveStrategy(strategyName);
  await (await strategy.create(context)).close();
  return config;
}

/** The tests with fresh seeds, those of {@link usualRetest} unless they are given. */
function retestOf(
  { protocol }: Regime,
  { retest, samples }: Pick<Settings, 'retest' | 'samples'>,
): RunConfigInput['retest'] {
  const usual = usualRetest(protocol, samples);
  if (retest === undefined) return usual;
  const [top = 0, seeds = 0] = retest.split('x').map(Number);
  return { ...usual, top, seeds };
}

/** `quick-1`, `quick-2`, …: the preset or the space, and the first number that is free in the store. */
async function freshName({ settings, places }: Context<Settings>): Promise<string> {
  const base = settings.preset ?? settings.space.replace('/', '-');
  const runs = await withStore(places, (store) => store.listRuns());
  const taken = new Set(runs.map((run) => run.name));
  let number = 1;
  while (taken.has(`${base}-${number}`)) number++;
  return `${base}-${number}`;
}
