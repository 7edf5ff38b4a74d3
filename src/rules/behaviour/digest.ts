import { type Key, threefry2x32 } from '../../random/index.ts';

/** A new key from a key and words of 32 bits. */
export function absorb(key: Key, words: Uint32Array): Key {
  const out = new Uint32Array([key.k0, key.k1]);
  for (let i = 0; i < words.length; i += 2) {
    const [k0, k1] = out as unknown as [number, number];
    threefry2x32({ k0, k1 }, words[i] as number, words[i + 1] ?? 0, out);
  }
  threefry2x32({ k0: out[0] as number, k1: out[1] as number }, words.length, 0, out);
  return { k0: out[0] as number, k1: out[1] as number };
}
