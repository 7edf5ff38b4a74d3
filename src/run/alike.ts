import type { RuleIdentity } from '../evaluation/index.ts';
import { behaviourOf, isNearCopy, type Likeness, likenessOf, parseRule } from '../rules/index.ts';

/** The first rule of a run that does what it does. */
export interface Original {
  readonly rule: RuleIdentity;
  /** The first rule that differs from it by a power of ten alone, if that is another: its updates are `factor` times those. */
  readonly like?: { readonly rule: RuleIdentity; readonly factor: number };
  /** The first rule that it is a near copy of, of those that are no near copies themselves. */
  readonly near?: Original;
}

/**
 * The rules of a run by what they do, in the run's order: references, then proposals. Which one stands for the others is a function of that
 * order alone, whoever evaluates and whatever is in the store.
 */
export class AlikeRules {
  readonly #near: boolean;
  readonly #originals = new Map<string, Original>();
  readonly #shapes = new Map<string, { readonly rule: RuleIdentity; readonly scale: number }>();
  readonly #known = new Map<string, Original>();
  /** Those that are no near copies of one before. */
  readonly #apart: { readonly original: Original; readonly likeness: Likeness }[] = [];

  /** @param near Whether near copies are looked for. */
  constructor({ near = false }: { readonly near?: boolean } = {}) {
    this.#near = near;
  }

  /**
   * The first rule that does what the next one of the run does: the rule itself, if none has before.
   *
   * @param trained Whether it is trained in any case, as a reference is.
   */
  meet(rule: RuleIdentity, trained = false): Original {
    const known = this.#known.get(rule.key);
    if (known !== undefined) return known;
    const { hash, shape, scale } = behaviourOf(parseRule(rule.text));
    const original =
      this.#originals.get(hash) ?? this.#copy(rule, trained, () => this.#begin(rule, trained, shape, scale));
    this.#originals.set(hash, original);
    this.#known.set(rule.key, original);
    return original;
  }

  /** A near copy of an earlier rule, or what `begin` makes. */
  #copy(rule: RuleIdentity, trained: boolean, begin: () => Original): Original {
    if (!this.#near) return begin();
    const likeness = likenessOf(parseRule(rule.text));
    const first = trained ? undefined : this.#apart.find((one) => isNearCopy(one.likeness, likeness));
    if (first !== undefined) return { rule, near: first.original };
    const original = begin();
    this.#apart.push({ original, likeness });
    return original;
  }

  #begin(rule: RuleIdentity, trained: boolean, shape: string, scale: number): Original {
    const first = this.#shapes.get(shape);
    if (first === undefined) this.#shapes.set(shape, { rule, scale });
    if (first === undefined || trained) return { rule };
    return { rule, like: { rule: first.rule, factor: scale / first.scale } };
  }
}
