const MOST = 8;

/**
 * Returns the numbers of a logarithmic axis: at most eight powers of ten, or ones, twos and fives if there are fewer than two powers
 * between low and high.
 */
export function logTicks(low: number, high: number): readonly number[] {
  const first = Math.floor(Math.log10(low));
  const exponents = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, i) => first + i);
  const within = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const powers = exponents.map(powerOfTen).filter(within);
  const step = Math.ceil(powers.length / MOST);
  if (powers.length >= 2) return powers.filter((_, i) => i % step === 0);
  return exponents
    .flatMap((exponent) => [1, 2, 5].map((digit) => digit * powerOfTen(exponent)))
    .filter(within);
}

/** Whether numbers are all positive and the largest is more than a hundred times the smallest, so that a logarithmic axis shows more of them. */
export function spansDecades(values: readonly number[]): boolean {
  const least = values.reduce((so, value) => Math.min(so, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((so, value) => Math.max(so, value), Number.NEGATIVE_INFINITY);
  return least > 0 && most > 100 * least;
}

/** Parsed, as 10 ** -5 is not 1e-5 to the bit. */
const powerOfTen = (exponent: number): number => Number(`1e${exponent}`);

/**
 * The numbers of one axis, all written alike: `0.25`, `0.30`; `45,000`; where one of them is tiny or huge, all as `10⁻⁵`, `2×10⁶`. On a
 * logarithmic axis each has as many decimals as it needs.
 *
 * @example ticksText([1e-5, 1e-3, 10], 'log') // ['10⁻⁵', '10⁻³', '10¹']
 */
export function ticksText(ticks: readonly number[], scale: 'linear' | 'log' = 'linear'): readonly string[] {
  const sizes = ticks.map(Math.abs).filter((size) => size > 0);
  const powers = sizes.some((size) => size < 1e-4 || size >= 1e6);
  const decimals = powers || scale === 'log' ? 0 : Math.max(0, ...ticks.map(decimalsOf));
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: MOST_DECIMALS };
  return ticks.map((tick) => (powers && tick !== 0 ? powerText(tick) : tick.toLocaleString('en-GB', digits)));
}

const MOST_DECIMALS = 6;

const decimalsOf = (value: number): number =>
  String(Number(Math.abs(value % 1).toFixed(MOST_DECIMALS))).split('.')[1]?.length ?? 0;

/** The same for Observable Plot, which asks tick by tick. */
export const tickText =
  (scale?: 'linear' | 'log') =>
  (_: number, index: number, ticks: readonly number[]): string =>
    ticksText(ticks, scale)[index] as string;

function powerText(value: number): string {
  const [digits, exponent] = Number(value.toPrecision(6)).toExponential().split('e') as [string, string];
  const power = `10${superscript(Number(exponent))}`;
  if (digits === '1') return power;
  return digits === '-1' ? `-${power}` : `${digits}×${power}`;
}

const superscript = (exponent: number): string =>
  [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
