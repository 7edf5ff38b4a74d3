import { stream } from '../../random/index.ts';
import { decoder } from './decode.ts';
import { uniformTokens } from './sample.ts';
import type { Space } from './space.ts';

/** Counts the different rules, by key, among random strings of a space, each string equally likely. */
export function distinctRules(
  space: Space,
  { samples, seed }: { readonly samples: number; readonly seed: number },
): number {
  const random = stream(seed, 'distinct rules');
  const { key } = decoder(space);
  return new Set(Array.from({ length: samples }, () => key(uniformTokens(space, random)))).size;
}
