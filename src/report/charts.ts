const TICKS = '▁▂▃▄▅▆▇█';

/** One character a value, scaled from the smallest to the largest; the last `width` values. Not finite is a space. */
export function sparkline(values: readonly number[], width = values.length): string {
  const shown = values.slice(Math.max(values.length - width, 0));
  const finite = shown.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low;
  const tick = (value: number) => (span === 0 ? 0 : Math.round(((value - low) / span) * (TICKS.length - 1)));
  return shown.map((value) => (Number.isFinite(value) ? TICKS[tick(value)] : ' ')).join('');
}

/** A bar of `width` characters, `done` of it (0…1) filled. */
export function bar(done: number, width: number): string {
  const filled = Math.round(Math.min(Math.max(done, 0), 1) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}
