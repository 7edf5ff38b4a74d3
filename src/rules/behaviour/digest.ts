import { type Key, threefry2x32 } from '../../random/index.ts';

/** A new key from a key and words of 32 bits. */
export function absorb({ k0, k1 }: Key, words: Uint32Array): Key {
  const key = { k0, k1 };
  const out = new Uint32Array(2);
  for (let i = 0; i < words.length; i += 2) {
    threefry2x32(key, words[i]!, words[i + 1] ?? 0, out);
    key.k0 = out[0]!;
    key.k1 = out[1]!;
  }
  threefry2x32(key, words.length, 0, out);
  return { k0: out[0]!, k1: out[1]! };
}
