import type { EvenLevels, Quantisation } from '../../evaluation/index.ts';

/** One tensor in few levels: how numbers are made to fit into a few bits each, with a scale or two for the whole tensor. */
export interface Quantiser {
  /** Whether {@link Quantiser.apply} reads its random words. */
  readonly stochastic: boolean;
  /**
   * Puts one tensor's levels in the place of its values, each a float32. Finite values become finite ones; a tensor with a
   * value that is not finite stays as it is, so that a divergence is seen.
   *
   * @param random As many words as values, each uniform in 0 … 2^32 − 1.
   */
  apply(values: Float64Array, random: Uint32Array): void;
}

/**
 * One bit a value: whether it is negative. Either side is restored as its mean, the best two levels for this cut: Seide et al.,
 * "1-Bit Stochastic Gradient Descent and its Application to Data-Parallel Distributed Training of Speech DNNs" (Interspeech
 * 2014), §3.2, with a tensor in the place of a column.
 */
export const signAndMeans: Quantiser = {
  stochastic: false,
  apply(values) {
    if (!values.every(Number.isFinite)) return;
    let [below, above, negative] = [0, 0, 0];
    for (const value of values) {
      if (value < 0) {
        below += value;
        negative++;
      } else above += value;
    }
    const low = float32(below / negative);
    const high = float32(above / (values.length - negative));
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) < 0 ? low : high;
  },
};

/** The quantiser that an environment describes. */
export function quantiserOf(quantisation: Quantisation): Quantiser {
  return quantisation.levels === 'even' ? evenLevels(quantisation) : signAndMeans;
}

/**
 * Sign and magnitude in 2^bits − 1 evenly spaced levels, 0 among them. With stochastic rounding and the largest magnitude outermost:
 * of 2 bits, TernGrad (Wen et al. 2017); of more, QSGD (Alistarh et al. 2017) scaled by the largest magnitude, as its §4 does.
 */
export function evenLevels({ bits, rounding, outermost }: Omit<EvenLevels, 'levels'>): Quantiser {
  const levels = 2 ** (bits - 1) - 1;
  const stochastic = rounding === 'stochastic';
  const apply = (values: Float64Array, random: Uint32Array): void => {
    const largest = largestMagnitude(values);
    if (largest === 0 || !Number.isFinite(largest)) return;
    const scale = outermost === 'largest' ? largest : powerOfTwoAbove(largest);
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      const shift = stochastic ? (random[i] as number) / 2 ** 32 : 0.5;
      const level = Math.floor((Math.abs(value) * levels) / scale + shift);
      const magnitude = float32((level * scale) / levels);
      values[i] = value < 0 && level > 0 ? -magnitude : magnitude;
    }
  };
  return { stochastic, apply };
}

/** NaN where a value is NaN. */
function largestMagnitude(values: Float64Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

function powerOfTwoAbove(value: number): number {
  const power = 2 ** Math.ceil(Math.log2(value));
  return power < value ? 2 * power : power;
}

const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/** The nearest float32; a finite value never becomes an infinite one. */
export function float32(value: number): number {
  return Math.fround(Math.min(Math.max(value, -LARGEST_FLOAT32), LARGEST_FLOAT32));
}
