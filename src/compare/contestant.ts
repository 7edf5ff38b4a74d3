import { NosError } from '../errors.ts';
import { identityOf } from '../evaluation/index.ts';
import { namesOf, resolveRule, ruleCost } from '../rules/index.ts';

/** A rule that is compared with others. */
export interface Contestant {
  /** Name by which the user calls it. */
  readonly name: string;
  /** Canonical text. */
  readonly rule: string;
  readonly key: string;
  /** Catalogue names of rules with the same key. */
  readonly names: readonly string[];
  /** State arrays of the size of the weights. */
  readonly slots: number;
  /** Approximate floating-point operations per weight and step. */
  readonly flopsPerWeight: number;
}

/** @throws NosError `bad-rule`, `unknown-name`. */
export function contestant(textOrName: string): Contestant {
  const expression = resolveRule(textOrName);
  const { text, key } = identityOf(expression);
  return {
    name: textOrName.trim(),
    rule: text,
    key,
    names: namesOf(key),
    ...ruleCost(expression),
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
