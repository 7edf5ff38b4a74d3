import type { WorkerStatus } from '../../dispatch/index.ts';
import type { Metrics } from '../../search/index.ts';
import type { EvaluationSummary } from '../../store/index.ts';
import { bar, sparkline } from '../text/charts.ts';
import type { Colours } from '../text/colours.ts';
import { accuracy, duration, learningRate, thousands, truncate } from '../text/format.ts';
import { type ShortRule, withName } from '../text/short-rule.ts';
import { type Progress, secondsLeft } from './progress.ts';

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  readonly colours: Colours;
  /** Seconds since this process began with the run. */
  readonly elapsed: number;
  /** Names of a rule in the catalogue. */
  readonly nameOf: (evaluation: EvaluationSummary) => string;
  readonly short: ShortRule;
  /** Whether the user has asked the run to stop. */
  readonly stopping: boolean;
}

const PHASES: Readonly<Record<Progress['phase'], string>> = {
  starting: 'starting the workers',
  references: 'scoring the reference rules',
  search: 'searching',
  retests: 'testing the best again with fresh seeds',
  over: 'done',
};

const RUNNING = 'Ctrl-C stops the search; what it has found is kept.';
const STOPPING = 'stopping; Ctrl-C again ends at once.';

/** The live view, as text of at most `columns` columns; where rows are few, not every worker is shown. */
export function screen(progress: Progress, options: ScreenOptions): string {
  const above = [
    ...heading(progress, options),
    ...course(progress, options),
    ...best(progress, options),
    ...references(progress, options),
  ];
  const below = options.colours.dim(truncate(options.stopping ? STOPPING : RUNNING, options.columns));
  const shown = workers(progress.workers, options, options.rows - above.length - 1);
  return [...above, ...shown, below].join('\n');
}

function heading(progress: Progress, { columns, colours, elapsed }: ScreenOptions): string[] {
  const { share, figures } = progress.phase === 'retests' ? retested(progress) : searched(progress, elapsed);
  const text = `${figures}  ${timeLeft(progress)}`;
  return [
    `${colours.bold(progress.run)}  ${colours.cyan(PHASES[progress.phase])}`,
    `${bar(share, Math.max(Math.min(columns - text.length - 2, 40), 10))}  ${text}`,
  ];
}

interface Heading {
  readonly share: number;
  readonly figures: string;
}

function searched({ told, resumedAt, scored, samples }: Progress, elapsed: number): Heading {
  const done = Math.min(Math.max(resumedAt + scored, told), samples);
  const rate = scored === 0 ? '—' : ((scored / elapsed) * 60).toFixed(1);
  const figures = `${thousands(done)}/${thousands(samples)} rules  ${rate} rules/min`;
  return { share: done / samples, figures };
}

function retested({ retests, expected }: Progress): Heading {
  return { share: retests / expected.retests, figures: `${retests}/${expected.retests} tests` };
}

export function timeLeft(progress: Progress): string {
  const left = secondsLeft(progress);
  return Number.isFinite(left) ? `${duration(left)} left` : 'time left: —';
}

/** How rewards and the controller go. */
function course({ batchMeans, metrics }: Progress, { columns, colours }: ScreenOptions): string[] {
  if (batchMeans.length === 0) return [];
  const spark = sparkline(batchMeans, Math.max(columns - 40, 10));
  const lines = [`batch means ${colours.green(spark)} ${accuracy(batchMeans.at(-1) as number)}`];
  const figures = metricsText(metrics);
  if (figures !== '') lines.push(colours.dim(truncate(figures, columns)));
  return lines;
}

/** `entropy 1.93  baseline 0.421`. */
export function metricsText(metrics: Metrics): string {
  return Object.entries(metrics)
    .map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`)
    .join('  ');
}

function best({ top }: Progress, { columns, colours, nameOf, short }: ScreenOptions): string[] {
  if (top.length === 0) return [];
  const rows = top.map((evaluation, i) => {
    const rate = learningRate(evaluation.learningRate, evaluation.edgeOfGrid).padEnd(11);
    const rule = truncate(withName(short(evaluation.rule), nameOf(evaluation)), columns - 27);
    const line = ` ${i + 1}  ${accuracy(evaluation.reward)}  ${rate}  ${rule}`;
    return i === 0 ? colours.green(line) : line;
  });
  return [colours.bold('best so far'), ...rows];
}

function references({ references }: Progress, { columns, colours, nameOf }: ScreenOptions): string[] {
  if (references.length === 0) return [];
  const text = references.map((one) => `${nameOf(one) || one.rule} ${accuracy(one.reward)}`).join('  ');
  return [colours.dim(truncate(`reference   ${text}`, columns))];
}

function workers(statuses: readonly WorkerStatus[], options: ScreenOptions, rows: number): string[] {
  if (statuses.length === 0) return [];
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
