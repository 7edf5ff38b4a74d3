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
