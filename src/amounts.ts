const SECONDS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const;

/**
 * The seconds of a duration such as `90s`, `10m` or `1h30m`; undefined for any other text.
 *
 * @example secondsOf('1h30m') // 5400
 */
export function secondsOf(text: string): number | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)];
  const whole = parts.map(([part]) => part).join('') === text;
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * SECONDS[unit as 's'], 0);
  return whole && seconds > 0 && Number.isFinite(seconds) ? seconds : undefined;
}

const BYTES = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const;

/**
 * The bytes of a size such as `512MB` or `4G`, in powers of 1024; undefined for any other text.
 *
 * @example bytesOf('4GB') // 4294967296
 */
export function bytesOf(text: string): number | undefined {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(text) ?? [];
  if (count === undefined) return undefined;
  const bytes = Math.round(Number(count) * BYTES[unit.toLowerCase() as 'k']);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
