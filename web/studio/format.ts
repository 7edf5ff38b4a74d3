import type { Metric } from '../../src/evaluation/index.ts';

/** Figures for people, as `nos` writes them. */

export const figure = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value)
    ? '—'
    : `${value < 0 ? '−' : ''}${sizeText(Math.abs(value))}`;

export const signed = (value: number): string => `${value < 0 ? '−' : '+'}${sizeText(Math.abs(value))}`;

/** Four decimals for accuracies and their like; five digits of what is larger or smaller. */
const sizeText = (size: number): string =>
  size === 0 || (size >= 0.01 && size < 10) ? size.toFixed(4) : String(Number(size.toPrecision(5)));

/** What an axis of scores is called. */
export const unitText = ({ metric, goal }: Metric): string =>
  metric === 'accuracy' ? metric : `${metric}, ${goal === 'minimise' ? 'lower' : 'higher'} is better`;

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');

export const power = (value: number | string): string =>
  typeof value === 'number' && Number.isFinite(value) ? value.toExponential() : '—';

/** Writes a duration in little room: `44 s`, `12 min`, `3.3 h`, `2.1 d`. */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_620 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

export function instant(text: string): string {
  const date = new Date(text);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
