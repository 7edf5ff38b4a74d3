import type { WorkerStatus } from '../../dispatch/index.ts';
import { ACCURACY, type EvaluationSummary, isShare, type Metric, worth } from '../../evaluation/index.ts';
import {
  accuracy,
  bar,
  type Colours,
  duration,
  learningRate,
  plural,
  rewardText,
  type ShortRule,
  scoreText,
  sparedText,
  sparkline,
  thousands,
  truncate,
  unitsText,
  withName,
} from '../../report/index.ts';
import { type RunProgress, secondsLeft } from '../../run/index.ts';
import type { Metrics } from '../../search/index.ts';

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  readonly colours: Colours;
  /** Seconds since this process began with the run. */
  readonly elapsed: number;
  /** Seconds after which no further batch is begun. */
  readonly timeout?: number | undefined;
  /** Names of a rule in the catalogue. */
  readonly nameOf: (evaluation: EvaluationSummary) => string;
  readonly short: ShortRule;
  /** Whether the user has asked the run to stop. */
  readonly stopping: boolean;
}

const PHASES: Readonly<Record<RunProgress['phase'], string>> = {
  starting: 'starting the workers',
  references: 'scoring the reference rules',
  search: 'searching',
  retests: 'testing the best again with fresh seeds',
  over: 'done',
};

const RUNNING = 'Ctrl-C stops the search; what it has found is kept.';
const TIME_OVER = 'the time is over: scoring what is under way';
const STOPPING = 'stopping; Ctrl-C again ends at once.';

/** Draws the live view in at most `columns` columns and `rows` lines. If there are few rows, not every worker is shown. */
export function screen(progress: RunProgress, options: ScreenOptions): string {
  const above = [
    ...heading(progress, options),
    ...course(progress, options),
    ...best(progress, options),
    ...references(progress, options),
  ].slice(0, Math.max(options.rows - 1, 1));
  const below = options.colours.dim(truncate(options.stopping ? STOPPING : RUNNING, options.columns));
  const shown = workers(progress.workers, options, options.rows - above.length - 1);
  return [...above, ...shown, below].join('\n');
}

function heading(progress: RunProgress, options: ScreenOptions): string[] {
  const { columns, colours, elapsed } = options;
  const { share, figures } = progress.phase === 'retests' ? retested(progress) : searched(progress, elapsed);
  const text = `${figures}  ${duration(elapsed)} gone, ${timeLeft(progress)}`;
  const room = Math.min(columns - text.length - 2, 40);
  const run = truncate(progress.run, columns);
  const beside = columns - [...run].length - 2;
  const phase = beside < 1 ? '' : `  ${colours.cyan(truncate(phaseText(progress, options), beside))}`;
  return [colours.bold(run) + phase, truncate(room < 5 ? text : `${bar(share, room)}  ${text}`, columns)];
}

function phaseText({ phase }: RunProgress, { elapsed, timeout }: ScreenOptions): string {
  const text = PHASES[phase];
  if (timeout === undefined || phase === 'retests' || phase === 'over') return text;
  return elapsed < timeout ? `${text}, for at most ${duration(timeout)}` : TIME_OVER;
}

interface Heading {
  readonly share: number;
  readonly figures: string;
}

function searched({ told, resumedAt, scored, samples }: RunProgress, elapsed: number): Heading {
  const done = Math.min(Math.max(resumedAt + scored, told), samples);
  const rate = scored === 0 ? '—' : ((scored / elapsed) * 60).toFixed(1);
  const figures = `${thousands(done)}/${thousands(samples)} rules  ${rate} rules/min`;
  return { share: done / samples, figures };
}

function retested({ retests, expected }: RunProgress): Heading {
  return { share: retests / expected.retests, figures: `${retests}/${expected.retests} tests` };
}

export function timeLeft(progress: RunProgress): string {
  const left = secondsLeft(progress);
  return Number.isFinite(left) ? `${duration(left)} left` : 'time left: —';
}

/** Draws the course of the rewards and what the strategy reports of itself. */
function course(
  { batchMeans, bestSoFar, metrics, spared, metric }: RunProgress,
  { columns, colours }: ScreenOptions,
): string[] {
  if (batchMeans.length === 0) return [];
  const line = (name: string, values: readonly number[]): string => {
    const scores = values.map((reward) => worth(reward, metric.goal));
    const spark = sparkline(scores, Math.min(Math.max(columns - NAMES - 10, 1), 60));
    return truncate(`${name.padEnd(NAMES)} ${scoreText(values.at(-1) as number, metric)} ${spark}`, columns);
  };
  const words = [...unitsText(metric), sparedText(spared), metricsText(metrics, metric)]
    .filter((text) => text !== '')
    .join(', ');
  return [
    colours.green(line('best so far', bestSoFar)),
    line('batch means', batchMeans),
    ...(words === '' ? [] : [colours.dim(truncate(words, columns))]),
  ];
}

/** Width of the names at the left, in columns. */
const NAMES = 11;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Metrics of the strategies that the view shows, in plain words. docs/strategies.md and docs/controller.md describe all of them. */
const WORDS: readonly (readonly [string, (value: number) => string])[] = [
  ['populationBest', (value) => `best alive ${accuracy(value)}`],
  ['populationMean', (value) => `mean alive ${accuracy(value)}`],
  ['bestAge', (value) => `best alive for ${plural(value, 'rule')}`],
  ['baseline', (value) => `rewards lately ${accuracy(value)}`],
  ['entropy', (value) => `uncertainty ${value.toFixed(2)} nats a token`],
  ['treeSize', (value) => `tree of ${plural(value, 'node')}`],
  ['treeDepth', (value) => `${plural(value, 'token')} deep`],
  ['newShare', (value) => `${percent(value)} of the drawn rules new`],
  ['distinctShare', (value) => `${percent(value)} of the batch distinct`],
];

/** Metrics that are rewards. */
const REWARDS: ReadonlySet<string> = new Set(['populationBest', 'populationMean', 'baseline']);

/** Writes metrics as text: `best alive 0.9567, best alive for 12 rules`. */
export function metricsText(metrics: Metrics, units: Metric = ACCURACY): string {
  return WORDS.flatMap(([name, text]) => {
    const value = metrics[name];
    // What a strategy is told of other scores is scaled: nobody would know the figures.
    if (!isShare(units) && REWARDS.has(name)) return [];
    return value === undefined || !Number.isFinite(value) ? [] : [text(value)];
  }).join(', ');
}

function best({ top, metric }: RunProgress, { columns, colours, nameOf, short }: ScreenOptions): string[] {
  if (top.length === 0) return [];
  const title = (isShare(metric) ? 'reward' : metric.metric).padEnd(isShare(metric) ? 6 : 10);
  const rows = top.map((evaluation, i) => {
    const rate = learningRate(evaluation.learningRate, evaluation.edgeOfGrid).padEnd(RATE);
    const rule = withName(short(evaluation.rule), nameOf(evaluation));
    const text = rewardText({ ...evaluation, score: metric }).padEnd(title.length + 1);
    const line = truncate(`${i + 1}  ${text} ${rate}  ${rule}`, columns);
    return i === 0 ? colours.green(line) : line;
  });
  return [colours.bold(truncate(`#  ${title}  ${'learning rate'.padEnd(RATE)}  rule`, columns)), ...rows];
}

/** Width of a learning rate and of its title, in columns. */
const RATE = 13;

function references(
  { references, metric }: RunProgress,
  { columns, colours, nameOf }: ScreenOptions,
): string[] {
  if (references.length === 0) return [];
  const text = references
    .map((one) => `${nameOf(one) || one.rule} ${scoreText(one.reward, metric)}`)
    .join('  ');
  return [colours.dim(truncate(`references  ${text}`, columns))];
}

function workers(statuses: readonly WorkerStatus[], options: ScreenOptions, rows: number): string[] {
  if (statuses.length === 0 || rows < 2) return [];
  const fitting = statuses.length < rows ? statuses : statuses.slice(0, Math.max(rows - 2, 0));
  const hidden = statuses.length - fitting.length;
  return [
    options.colours.bold('workers'),
    ...fitting.map((status) => workerLine(status, options)),
    ...(hidden === 0 ? [] : [` … and ${hidden} more`]),
  ];
}

function workerLine(status: WorkerStatus, { columns, short }: ScreenOptions): string {
  const { name, state, rule, progress, restarts } = status;
  const doing =
    state !== 'busy' || progress === undefined
      ? state
      : `${bar(progress.done, 12)} ${progress.phase.padEnd(5)} ${learningRate(progress.learningRate).padEnd(5)}`;
  const again = restarts === 0 ? '' : ` (started again ${restarts}×)`;
  return truncate(` ${name}  ${doing}  ${rule === undefined ? '' : short(rule)}${again}`, columns);
}
