import type { Spared } from '../run/index.ts';
import { thousands } from './format.ts';

/** Writes the counts that are not 0: `120 same as another, 400 near copies, 300 rejected, 80 stopped early`; empty if all are. */
export function sparedText({ reused, near, rejected, stopped }: Spared): string {
  const parts: readonly (readonly [number, string])[] = [
    [reused, 'same as another'],
    [near, near === 1 ? 'near copy' : 'near copies'],
    [rejected, 'rejected'],
    [stopped, 'stopped early'],
  ];
  return parts.flatMap(([count, what]) => (count === 0 ? [] : [`${thousands(count)} ${what}`])).join(', ');
}

/** The same as a row of a list of facts, if there is anything to say. */
export function sparedRows(spared: Spared): readonly (readonly [string, string])[] {
  const text = sparedText(spared);
  return text === '' ? [] : [['spared', text]];
}
