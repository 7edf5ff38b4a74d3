import * as z from 'zod';
import { NosError } from '../errors.ts';
import { identityOf } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { namesOf, resolveRule, ruleCost } from '../rules/index.ts';

export const contestantSchema = z.strictObject({
  name: f.text('the rule as the user named it'),
  rule: f.text('canonical text'),
  key: f.key,
  names: f.names,
  slots: f.count('state tensors per weight'),
  flopsPerWeight: f.number('floating-point operations per weight and step, approximately'),
});

/** A rule that is compared with others. */
export type Contestant = f.DataOf<typeof contestantSchema>;

/** @throws NosError `bad-rule`, `unknown-name`. */
export function contestant(textOrName: string): Contestant {
  const expression = resolveRule(textOrName);
  const { text, key } = identityOf(expression);
  const { slots, flopsPerWeight } = ruleCost(expression);
  return {
    name: textOrName.trim(),
    rule: text,
    key,
    names: namesOf(key),
    ...{ slots, flopsPerWeight },
  };
}

/** Refuses a rule that is there twice: its evaluations would be the same ones. */
export function refuseTwins(contestants: readonly Contestant[]): void {
  for (const [i, { name, key }] of contestants.entries()) {
    const twin = contestants.slice(0, i).find((other) => other.key === key);
    if (twin === undefined) continue;
    const what =
      twin.name === name ? `'${name}' is named twice` : `'${twin.name}' and '${name}' mean the same rule`;
    throw new NosError('bad-option', what, 'name it once');
  }
}
