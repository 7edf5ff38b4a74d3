/** How figures are written for people. `--json` never passes through here. */

import { type RegimeInput, unusual } from '../evaluation/index.ts';

/** Groups of three: `154,880`. */
export function thousands(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Writes a protocol or a task, and what is unusual about the conditions, where there is little room: `quick in 4bit`. */
export function withinText(what: string, regime: Partial<RegimeInput>): string {
  return [what, ...Object.values(unusual(regime))].join(' in ');
}

/** An accuracy or a reward, four places: validation sets hold 5,000 examples. */
export function accuracy(value: number): string {
  return Number.isFinite(value) ? value.toFixed(4) : '—';
}

/** A learning rate as a power of ten, `1e-2`; where it lies at the edge of its grid, `1e+1 ▲edge`. */
export function learningRate(value: number, edgeOfGrid = false): string {
  if (!Number.isFinite(value)) return '—';
  return value.toExponential() + (edgeOfGrid ? ' ▲edge' : '');
}

/** Mean and sample standard deviation: `0.5612 ± 0.0110`; without the latter for a single value. */
export function meanAndSpread(values: readonly number[]): string {
  if (values.length === 0) return '—';
  const { mean, deviation } = statistics(values);
  return values.length === 1 ? accuracy(mean) : `${accuracy(mean)} ± ${accuracy(deviation)}`;
}

/** Mean and sample standard deviation (NaN for fewer than two values). */
export function statistics(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : Number.NaN };
}

/** `4 s`, `12 min 05 s`, `3 h 20 min`, `2 d 4 h`. */
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

/** A duration in at most six characters: `44 s`, `12 min`, `3.3 h`, `2.1 d`. */
export function briefDuration(seconds: number): string {
  if (seconds < 59.5) return duration(seconds);
  if (seconds < 59.5 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 47.95 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  const days = seconds / 86_400;
  return `${days < 99.95 ? days.toFixed(1) : Math.round(days)} d`;
}

/** What a run is at: `stopped in the retests` is all but finished. */
export function runState(run: {
  readonly status: 'running' | 'stopped' | 'finished';
  readonly told: number;
  readonly samples: number;
}): string {
  return run.status === 'stopped' && run.told >= run.samples ? 'stopped in the retests' : run.status;
}

/** `812 B`, `1.2 kB`, `162.2 MB`. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(count) / 3), units.length);
  return `${(count / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}

/** Cuts to a number of columns, the last of which is then `…`. */
export function truncate(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  return `${characters.slice(0, Math.max(width - 1, 0)).join('')}…`;
}

/** An instant as `2026-03-01 14:05`, in this machine's time zone. */
export function instant(milliseconds: number): string {
  const date = new Date(milliseconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** A name without what file names may not hold: a run or a rule may be called anything. */
export const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, '-');

/** `1 rule`, `2 rules`. */
export function plural(count: number, noun: string): string {
  return `${thousands(count)} ${noun}${count === 1 ? '' : 's'}`;
}
