import { NosError } from '../../src/errors.ts';
import {
  behaviourOf,
  canonicalize,
  catalogue,
  type Expression,
  keyOfCanonical,
  latexRule,
  namesOf,
  parseRule,
  pointAt,
  printRule,
  RuleError,
  remarksOn,
  resolveRule,
  ruleCost,
} from '../../src/rules/index.ts';

/** What the page says of a text that is a rule. */
export interface RuleView {
  readonly kind: 'rule';
  readonly rule: Expression;
  readonly text: string;
  readonly canonical: string;
  readonly key: string;
  readonly latex: string;
  /** State tensors per weight. */
  readonly slots: number;
  /** Numbers that are kept per tensor, per row, and per column. */
  readonly slotsPerTensor: number;
  readonly slotsPerRow: number;
  readonly slotsPerColumn: number;
  /** Numbers that are kept for the whole network. */
  readonly slotsPerNetwork: number;
  /** Approximate operations per weight and step. */
  readonly operations: number;
  /** Catalogue names of the rules with the same key. */
  readonly names: readonly string[];
  readonly remarks: readonly string[];
}

/** What it says of a text that is none. */
export interface Fault {
  readonly kind: 'fault';
  readonly message: string;
  readonly hint: string;
  /** Two lines, the text and a caret below the place; absent where the whole text is the trouble. */
  readonly pointed?: string;
}

/** Describes a text, or says what is wrong with it: never throws. */
export function viewRule(text: string): RuleView | Fault {
  try {
    return describe(resolveRule(text));
  } catch (error) {
    if (error instanceof RuleError)
      return { kind: 'fault', message: error.message, hint: error.hint, pointed: pointAt(error) };
    if (error instanceof NosError) return { kind: 'fault', message: error.message, hint: error.hint };
    return { kind: 'fault', message: (error as Error).message, hint: '' };
  }
}

function describe(rule: Expression): RuleView {
  const form = canonicalize(rule);
  const key = keyOfCanonical(form);
  const { flopsPerWeight, ...memory } = ruleCost(rule);
  return {
    kind: 'rule',
    rule,
    text: printRule(rule),
    canonical: printRule(form),
    key,
    latex: latexRule(rule),
    ...memory,
    operations: flopsPerWeight,
    names: namesOf(key),
    remarks: remarksOn(rule),
  };
}

/** Catalogue names of the rules that do what a rule does, however they are written. */
export interface Likeness {
  readonly same: readonly string[];
  /** Names of those that do the same at a learning rate that is so many times the rule's. */
  readonly scaled: readonly { readonly name: string; readonly factor: number }[];
}

/** Compares a rule's behaviour with that of every named rule; takes a quarter of a second the first time. */
export function likenessOf(rule: Expression): Likeness {
  const { hash, shape, scale } = behaviourOf(rule);
  const alike = namedBehaviours().filter((named) => named.shape === shape);
  return {
    same: alike.filter((named) => named.hash === hash).map(({ name }) => name),
    scaled: alike
      .filter((named) => named.hash !== hash)
      .map((named) => ({ name: named.name, factor: scale / named.scale })),
  };
}

type NamedBehaviour = ReturnType<typeof behaviourOf> & { readonly name: string };
let known: readonly NamedBehaviour[] | undefined;

function namedBehaviours(): readonly NamedBehaviour[] {
  known ??= catalogue.map(({ name, text }) => ({ name, ...behaviourOf(parseRule(text)) }));
  return known;
}
