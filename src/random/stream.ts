import { type Key, threefry2x32 } from './threefry.ts';

/** A label of a stream: strings and integers, hashed into its key. */
export type Label = string | number;

/**
 * The key of the stream named by a seed and labels. Different labels give unrelated keys.
 *
 * @throws RangeError when the seed is not a non-negative safe integer.
 * @example deriveKey(7, 'weights', 3)
 */
export function deriveKey(seed: number, ...labels: readonly Label[]): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed: expected an integer from 0 to 2^53 - 1, got ${seed}`);
  }
  let key: Key = { k0: seed >>> 0, k1: Math.floor(seed / 2 ** 32) >>> 0 };
  for (const label of labels) key = foldIn(key, label);
  return key;
}

/** A new key from a key and one more label; absorbs the label's UTF-8 bytes eight at a time. */
export function foldIn(key: Key, label: Label): Key {
  const bytes = new TextEncoder().encode(`${typeof label === 'number' ? '#' : '$'}${label}`);
  const out = new Uint32Array(2);
  let current = key;
  for (let start = 0; start < bytes.length; start += 8) {
    const word = (from: number): number => {
      let value = 0;
      for (let i = 0; i < 4; i++) value |= (bytes[from + i] ?? 0) << (8 * i);
      return value;
    };
    threefry2x32(current, word(start), word(start + 4), out);
    current = { k0: out[0] as number, k1: out[1] as number };
  }
  threefry2x32(current, bytes.length, 0x6e6f73, out);
  return { k0: out[0] as number, k1: out[1] as number };
}

/** The state of a stream as plain data: restore it with {@link restoreStream}. */
export interface StreamState {
  readonly key: Key;
  /** 32-bit words drawn so far. */
  readonly drawn: number;
}

/** A sequence of random numbers. Mutable; its whole state is {@link Stream.state}. */
export interface Stream {
  /** Uniform integer in [0, 2^32). */
  uint32(): number;
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** N(0, 1), by Box and Muller (one of the pair is used). */
  normal(): number;
  /** Uniform integer in [0, n), without modulo bias. */
  integer(n: number): number;
  /** A random order of 0…n−1 (Fisher and Yates). */
  permutation(n: number): Uint32Array;
  state(): StreamState;
}

/**
 * The stream named by a seed and labels.
 *
 * @example const order = stream(7, 'order', epoch).permutation(10_000);
 */
export function stream(seed: number, ...labels: readonly Label[]): Stream {
  return restoreStream({ key: deriveKey(seed, ...labels), drawn: 0 });
}

/** The stream that goes on where `state` was taken. */
export function restoreStream(state: StreamState): Stream {
  const { key } = state;
  let { drawn } = state;
  const block = new Uint32Array(2);
  let blockIndex = -1;

  const uint32 = (): number => {
    const index = Math.floor(drawn / 2);
    if (index !== blockIndex) {
      threefry2x32(key, index >>> 0, Math.floor(index / 2 ** 32) >>> 0, block);
      blockIndex = index;
    }
    return block[drawn++ % 2] as number;
  };
  const uniform = (): number => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53;
  const normal = (): number => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
  const integer = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new RangeError(`integer(n): expected n from 1 to 2^32, got ${n}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = uint32();
      if (value < limit) return value % n;
    }
  };
  const permutation = (n: number): Uint32Array => {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = integer(i + 1);
      const swapped = order[i] as number;
      order[i] = order[j] as number;
      order[j] = swapped;
    }
    return order;
  };
  return { uint32, uniform, normal, integer, permutation, state: () => ({ key, drawn }) };
}
