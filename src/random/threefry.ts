/**
 * Threefry-2x32-20, the counter-based generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3"
 * (SC 2011); the generator that JAX uses too. A pure function from (key, counter) to 64 random bits: the draw for one
 * weight at one step does not depend on which other draws were made, by whom, or in which order.
 */

/** 64 bits of key: two unsigned 32-bit words. */
export interface Key {
  readonly k0: number;
  readonly k1: number;
}

const PARITY = 0x1bd11bda;

/**
 * Encrypts the counter (c0, c1) under `key` and writes the two unsigned 32-bit words to `out[0]` and `out[1]`.
 * The output array is handed in so that inner loops allocate nothing; the twenty rounds stand unrolled because a weight's
 * noise is drawn at every step (a loop over the rotations is three times slower).
 */
export function threefry2x32(key: Key, c0: number, c1: number, out: Uint32Array): void {
  const a = key.k0 | 0;
  const b = key.k1 | 0;
  const c = PARITY ^ a ^ b;
  let x = (c0 + a) | 0;
  let y = (c1 + b) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + b) | 0;
  y = (y + c + 1) | 0;

  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + c) | 0;
  y = (y + a + 2) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + a) | 0;
  y = (y + b + 3) | 0;

  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + b) | 0;
  y = (y + c + 4) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + c) | 0;
  y = (y + a + 5) | 0;

  out[0] = x;
  out[1] = y;
}
