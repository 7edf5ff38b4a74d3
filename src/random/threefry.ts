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

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const PARITY = 0x1bd11bda;

/**
 * Encrypts the counter (c0, c1) under `key` and writes the two unsigned 32-bit words to `out[0]` and `out[1]`.
 * The output array is handed in so that inner loops allocate nothing.
 */
export function threefry2x32(key: Key, c0: number, c1: number, out: Uint32Array): void {
  const schedule0 = key.k0 | 0;
  const schedule1 = key.k1 | 0;
  const schedule2 = PARITY ^ schedule0 ^ schedule1;
  let x0 = (c0 + schedule0) | 0;
  let x1 = (c1 + schedule1) | 0;
  for (let group = 0; group < 5; group++) {
    const first = (group & 1) << 2;
    for (let i = first; i < first + 4; i++) {
      const r = ROTATIONS[i] as number;
      x0 = (x0 + x1) | 0;
      x1 = ((x1 << r) | (x1 >>> (32 - r))) ^ x0;
    }
    const injected = group + 1;
    const a = injected % 3 === 0 ? schedule0 : injected % 3 === 1 ? schedule1 : schedule2;
    const b = injected % 3 === 0 ? schedule1 : injected % 3 === 1 ? schedule2 : schedule0;
    x0 = (x0 + a) | 0;
    x1 = (x1 + b + injected) | 0;
  }
  out[0] = x0;
  out[1] = x1;
}
