import {
  ACCURACY,
  isShare,
  type Metric,
  type RegimeInput,
  type Standing,
  unusual,
  worth,
} from '../evaluation/index.ts';
import { mean, sampleVariance } from '../statistics/index.ts';

/** How figures are written for people. Documents of `--json` do not pass through here. */

/** Writes a whole number in groups of three digits: `154,880`. */
export function thousands(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Writes a protocol or a task, and what is unusual about the conditions, in little room: `quick in 4bit`. */
export function withinText(what: string, regime: Partial<RegimeInput>): string {
  return [what, ...Object.values(unusual(regime))].join(' in ');
}

/** Writes an accuracy or a reward with four places, as validation sets hold 5,000 examples. */
export function accuracy(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : '—';
}

/** Writes a number of any size with five digits: `0.012346`, `1.2346e+21`. */
export function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : '—';
}

/** Writes a value in the units of a score: with four places if it is an accuracy, else with five digits. */
export function unitText(value: number, metric: Metric = ACCURACY): string {
  return isShare(metric) ? accuracy(value) : figure(value);
}

/** Writes the score that a reward stands for, in the task's own units. */
export function scoreText(reward: number, metric: Metric = ACCURACY): string {
  return unitText(worth(reward, metric.goal), metric);
}

/** Writes how far apart two rewards are, in the task's own units: `0.0110`, or `0.31 of val_loss`. */
export function differenceText(difference: number, metric: Metric = ACCURACY): string {
  const away = unitText(Math.abs(difference), metric);
  return isShare(metric) ? away : `${away} of ${metric.metric}`;
}

/** Writes what a lower score means, if that is not what is expected of scores: `mse: lower is better`. */
export function unitsText(metric: Metric): readonly string[] {
  const { metric: name, goal } = metric;
  return isShare(metric) ? [] : [`${name}: ${goal === 'minimise' ? 'lower' : 'higher'} is better`];
}

/** Writes the score of an evaluation; one that is an estimate, as the training was stopped early, with a sign: `~0.5612`. */
export function rewardText({ status, reward, score }: Standing & { readonly score?: Metric }): string {
  return (status === 'stopped' ? '~' : '') + scoreText(reward, score);
}

/** Writes a learning rate as a power of ten: `1e-2`, or `1e+1 ▲edge` if it lies at the edge of its grid. */
export function learningRate(value: number, edgeOfGrid = false): string {
  if (!Number.isFinite(value)) return '—';
  return value.toExponential() + (edgeOfGrid ? ' ▲edge' : '');
}

/** Writes the mean of rewards and their sample standard deviation, `0.5612 ± 0.0110`, or only the mean of a single one; in the task's own units. */
export function meanAndSpread(values: readonly number[], metric: Metric = ACCURACY): string {
  if (values.length === 0) return '—';
  const middle = scoreText(mean(values), metric);
  const spread = Math.sqrt(sampleVariance(values));
  return values.length === 1 ? middle : `${middle} ± ${unitText(spread, metric)}`;
}

/** Writes a duration: `4 s`, `12 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  if (seconds > 0 && seconds < 1) return '<1 s';
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Writes a duration in at most six characters: `44 s`, `12 min`, `3.3 h`, `2.1 d`. */
export function briefDuration(seconds: number): string {
  if (seconds < 59.5 || !Number.isFinite(seconds)) return duration(seconds);
  if (seconds < 59.5 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 47.95 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  const days = seconds / 86_400;
  return `${days < 99.95 ? days.toFixed(1) : Math.round(days)} d`;
}

/** Writes the state of a run; `stopped in the retests` if only those are missing. */
export function runState(run: {
  readonly status: 'running' | 'stopped' | 'finished';
  readonly told: number;
  readonly samples: number;
}): string {
  return run.status === 'stopped' && run.told >= run.samples ? 'stopped in the retests' : run.status;
}

/** Writes a number of bytes: `812 B`, `1.2 kB`, `162.2 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  // What would round to 1000.0 takes the next unit.
  const fits = units.findIndex((_, i) => count < 999.95 * 1000 ** (i + 1));
  const power = fits < 0 ? units.length : fits + 1;
  return `${(count / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** Cuts a text to a number of columns, of which the last is then `…`. */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(width - 1, 0)).join('')}…`;
}

/** Writes an instant in this machine's time zone: `2026-03-01 14:05`. */
export function instant(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Makes a name of a run or a rule fit for a file: what file names may not hold becomes a dash. */
export const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, '-');

/** Writes a count with its noun: `1 rule`, `2 rules`. */
export function plural(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Writes a p-value. */
export function pValue(p: number): string {
  return p < 0.0001 ? '<0.0001' : p.toFixed(4);
}

const TICKS = '▁▂▃▄▅▆▇█';

/** Draws the last `width` values, one character per value, scaled from the smallest to the largest. A value that is not finite is a space. */
export function sparkline(values: readonly number[], width = values.length): string {
  const shown = values.slice(Math.max(values.length - width, 0));
  const finite = shown.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const tick = (value: number) => (span === 0 ? 0 : Math.round(((value - low) / span) * (TICKS.length - 1)));
  return shown.map((value) => (Number.isFinite(value) ? TICKS[tick(value)] : ' ')).join('');
}

/** Draws a bar of `width` characters of which the share `done` (0 to 1) is filled. */
export function bar(done: number, width: number): string {
  const filled = Math.round(Math.min(Math.max(done, 0), 1) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
