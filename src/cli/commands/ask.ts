import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { NosError } from '../../errors.ts';
import { parseProtocol } from '../../evaluation/index.ts';
import { classNameOf, exportRule, targets } from '../../export/index.ts';
import * as f from '../../fields.ts';
import { exportCommandText, learningRate, plural, shortRules } from '../../report/index.ts';
import { type Constraint, resolveRule } from '../../rules/index.ts';
import {
  type Asked,
  askTrials,
  createPullRun,
  type LentTrial,
  type PullConfig,
  type PullConfigInput,
  parsePullConfig,
  readRun,
} from '../../run/index.ts';
import { shellWord } from '../../shell.ts';
import type { Store } from '../../store/index.ts';
import { packageVersion } from '../../version.ts';
import { type Context, defineCommand } from '../command.ts';
import { withStore, writeFiles } from '../files.ts';
import { duration, flag, integer, list, type SettingsOf, text } from '../option.ts';
import { outputPath, seed, settings, spaceOptions, storeOption } from '../options.ts';
import { prepareStrategy } from '../prepare.ts';

const DEFAULT_STRATEGY = 'evolution';

/** What shapes a new run. */
const creating = {
  metric: text('what the values are called, such as val_loss; creates the run if there is none', {
    source: 'flag',
  }).optional(),
  minimise: flag('lower values are better'),
  maximise: flag('higher values are better'),
  label: text('a name for what you train', { source: 'flag' }).default('own'),
  space: settings.space.default('icml2017'),
  ...spaceOptions,
  strategy: settings.strategy.default(DEFAULT_STRATEGY),
  algorithm: settings.algorithm.optional(),
  option: settings.option.default({}),
  warmStart: settings.warmStart.optional(),
  samples: settings.samples.default(500),
  batch: settings.batch.default(5),
  pipeline: settings.pipeline.default(2),
  references: list('rules to be trained beside those that are found, as texts or names', {
    ...{ source: 'flag', value: 'RULES' },
  }).default(['adam']),
  retest: settings.retest.default('5x3'),
  learningRates: list('the learning rates that a trial is to choose from', {
    ...{ source: 'flag', otherwise: 'powers of ten from 1e-5 to 1e2' },
  }).optional(),
  seed,
};

const options = {
  number: integer('how many trials to give', { minimum: 1, short: 'n', source: 'flag' }).default(1),
  lease: duration('for how long a trial is nobody else’s', { source: 'flag' }).default(3600),
  wait: duration('wait for a trial, if others have them all, at most so long', { source: 'flag' }).optional(),
  framework: text('what the optimizer is written for: a target of `nos export`', {
    ...{ value: 'TARGET', source: 'flag', names: () => targets.names },
  }).default('pytorch'),
  output: outputPath('a folder for the optimizers, one folder per trial', {
    otherwise: 'none are written',
  }).optional(),
  ...creating,
  ...storeOption,
};

const trialSchema = z.strictObject({
  trial: f.text('name of the trial, for `nos tell`: 12, reference-0, retest-3'),
  role: f.oneOf(['reference', 'proposal', 'retest'], 'what the trial is to the run'),
  rule: f.text('the rule as text'),
  key: f.key,
  seed: f.seed,
  learningRates: f.figures('learning rates to choose from'),
  leasedUntil: f.text('when it is given out again, unless it is told: ISO 8601 in UTC'),
  optimizer: z
    .strictObject({
      framework: f.text('what it is written for'),
      className: f.text('name of the class, or of the functions'),
      file: f.text('the file that was written').nullable(),
      text: f.text('the whole source'),
    })
    .describe('the rule as an optimizer'),
});

const document = z.strictObject({
  run: f.run,
  status: f.oneOf(
    ['open', 'waiting', 'finished'],
    'whether there are trials; `waiting` if others have them all, and the next ones depend on what these tell',
  ),
  metric: f.text('what the values are called'),
  goal: f.oneOf(['minimise', 'maximise'], 'which values are better'),
  trials: f.list(trialSchema, 'trials that are now yours'),
  told: f.count('proposals whose rewards the strategy was told'),
  samples: f.count('proposals in all'),
  leased: f.count('trials that others have'),
  retryAfter: f.number('seconds until one of them is given out again').nullable(),
});

export const command = defineCommand({
  documents: { ask: document },
  arguments: '<run>',
  options,
  example:
    'nos ask mine --metric val_loss --minimise --samples 100 --json\nnos ask mine -n 4 --lease 2h -o trials --json',
  async run(context) {
    const [name = ''] = context.arguments;
    const { settings, places } = context;
    targets.find(settings.framework);
    return withStore(places, async (store) => {
      await createOnce(name, store, context);
      await prepareStrategy(context, (await readRun(store, name)).config.strategy.name);
      const asked = await askPatiently(name, store, context);
      const trials = await writeTrials(asked.trials, settings);
      const { metric, goal } = asked.config.pull;
      const { told, leased, nextLeaseEnd, status } = asked;
      const retryAfter = nextLeaseEnd === undefined ? null : Math.max(nextLeaseEnd - Date.now(), 0) / 1000;
      const facts = { metric, goal, told, samples: asked.config.samples, leased, retryAfter };
      return { document: { run: name, status, trials, ...facts }, text: textOf(name, asked, trials) };
    });
  },
});

type Settings = SettingsOf<typeof options>;

/** Asks until there is a trial, the run is over, or the time that the user would wait. */
async function askPatiently(
  name: string,
  store: Store,
  { settings, signal }: Context<Settings>,
): Promise<Asked> {
  const { number: count, lease: seconds, wait = 0 } = settings;
  const end = Date.now() + 1000 * wait;
  for (;;) {
    const asked = await askTrials(name, { count, seconds }, { store, clock: Date.now });
    if (asked.status !== 'waiting' || Date.now() >= end) return asked;
    await sleep(Math.min(500, Math.max(end - Date.now(), 0)), undefined, { signal });
  }
}

/** Creates the run if there is none; otherwise what shapes a run must be what it was created with, if it is named. */
async function createOnce(name: string, store: Store, context: Context<Settings>): Promise<void> {
  const { settings, sourceOf, call } = context;
  const exists = (await store.listRuns()).some((run) => run.name === name);
  const shaping = Object.keys(creating).some((option) => sourceOf(option) === 'flag');
  if (!shaping && exists) return;
  if (settings.metric === undefined || settings.minimise === settings.maximise) {
    throw new NosError(
      exists ? 'bad-option' : 'unknown-name',
      exists
        ? `run '${name}' is there: what shapes it is named whole, or not at all`
        : `there is no run '${name}'`,
      `\`${call(`nos ask ${shellWord(name)} --metric val_loss --minimise`)}\` creates one, \`--maximise\` if more is better`,
    );
  }
  const config = await parsePullConfig(configInput(settings));
  if (!exists) {
    try {
      return await createPullRun(name, config, { store, clock: Date.now }, packageVersion);
    } catch (error) {
      // Another process may have been faster.
      if (!(error instanceof NosError && error.code === 'run-exists')) throw error;
    }
  }
  checkSame(name, (await readRun(store, name)).config, config);
}

/** @throws NosError `bad-option` that names the first field that differs. */
function checkSame(name: string, stored: object, given: PullConfig): void {
  const other = Object.entries(given).find(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify((stored as Record<string, unknown>)[field]),
  );
  if (other === undefined) return;
  throw new NosError(
    'bad-option',
    `run '${name}' is there, with another ${other[0]}`,
    `\`nos ask ${shellWord(name)}\` alone gives its trials; choose another name for another run`,
  );
}

function configInput(settings: Settings): PullConfigInput {
  const { algorithm, option, strategy: name, warmStart, metric = '', minimise } = settings;
  const { iterations, operands, unary, binary } = settings;
  const constraints = settings.constraints as readonly Constraint[] | undefined;
  const [top = 0, seeds = 0] = settings.retest.split('x').map(Number);
  return {
    task: settings.label,
    space: { name: settings.space, iterations, constraints, operands, unary, binary },
    strategy: { name, options: algorithm === undefined ? option : { ...option, algorithm }, warmStart },
    samples: settings.samples,
    batch: settings.batch,
    pipeline: settings.pipeline,
    seed: settings.seed,
    references: settings.references,
    retest: { top, seeds },
    pull: { metric, goal: minimise ? 'minimise' : 'maximise', learningRates: learningRatesOf(settings) },
  };
}

function learningRatesOf({ learningRates }: Settings): number[] {
  if (learningRates === undefined) return [...parseProtocol('quick').learningRates];
  const rates = learningRates.map(Number);
  const wrong = rates.findIndex((rate) => !(rate > 0 && rate < Number.POSITIVE_INFINITY));
  if (wrong < 0) return rates.sort((a, b) => a - b);
  throw new NosError(
    'bad-option',
    `--learning-rates: '${learningRates[wrong]}' is no learning rate`,
    'write positive numbers, as in --learning-rates 1e-3,1e-2',
  );
}

type WrittenTrial = f.DataOf<typeof trialSchema>;

async function writeTrials(
  trials: readonly LentTrial[],
  settings: Settings,
): Promise<readonly WrittenTrial[]> {
  const { framework, output } = settings;
  const target = targets.find(framework);
  const short = await shortRules();
  const written: WrittenTrial[] = [];
  for (const { trial, role, rule: text, key, seed, learningRates, leasedUntil } of trials) {
    const rule = resolveRule(text);
    const className = classNameOf(rule);
    const source = exportRule(rule, framework, {
      ...{ className, text: short(text), command: exportCommandText(short(text), framework) },
    });
    const file = output === undefined ? null : join(resolve(output), trial, `optimizer.${target.extension}`);
    if (file !== null) await writeFiles(dirname(file), { [basename(file)]: source });
    written.push({
      ...{ trial, role, rule: short(text), key, seed, learningRates },
      leasedUntil: new Date(leasedUntil).toISOString(),
      optimizer: { framework, className, file, text: source },
    });
  }
  return written;
}

function textOf(
  name: string,
  { status, config, told, leased }: Asked,
  trials: readonly WrittenTrial[],
): string {
  const { metric, goal } = config.pull;
  if (status === 'finished') return `run '${name}' is finished: \`nos top ${shellWord(name)}\``;
  if (trials.length === 0) {
    return `no trial: others have ${plural(leased, 'trial')}, and the next ones depend on what these tell`;
  }
  const lines = trials.map(({ trial, rule, seed, learningRates, optimizer }) => {
    const rates = learningRates.map((rate) => learningRate(rate, false)).join(' ');
    const file = optimizer.file === null ? [] : [`  ${optimizer.file}`];
    return [`trial ${trial}: ${rule}`, `  seed ${seed}, learning rates ${rates}`, ...file].join('\n');
  });
  const tell = `nos tell ${shellWord(name)} ${trials[0]!.trial} VALUE`;
  return [...lines, `${told} of ${config.samples} told; ${goal} ${metric}: ${tell}`].join('\n');
}
