const MOST = 8;

/**
 * Where the numbers of a logarithmic axis stand: at powers of ten, at most eight of them; where there are fewer than two
 * between low and high, at their ones, twos and fives.
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

/** Parsed, as 10 ** -5 is not 1e-5 to the bit. */
const powerOfTen = (exponent: number): number => Number(`1e${exponent}`);

/** A number on an axis: `0.25`, `45,000`; whatever is tiny or huge as `10⁻⁵`, `2×10⁶`. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  const [digits, exponent] = Number(value.toPrecision(6)).toExponential().split('e') as [string, string];
  const power = `10${superscript(Number(exponent))}`;
  if (value !== 0 && (size < 1e-4 || size >= 1e6)) return digits === '1' ? power : `${digits}×${power}`;
  return value.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}

const superscript = (exponent: number): string =>
  [...String(exponent)].map((digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)])).join('');
