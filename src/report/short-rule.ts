import type * as Rules from '../rules/index.ts';
import type { Expression } from '../rules/index.ts';

/** Writes a rule's text for people: every text of one rule in the same way, a name of the catalogue as it stands. */
export type ShortRule = (text: string) => string;

/** Names of expressions that are longer in canonical text. */
const SHORT = ['adam', 'rmsprop', 'm', 'v', 'gamma', 'exp(1)'];

/**
 * Makes the function that writes the canonical form of a rule with the operands' names in place of what they stand for:
 * `ema(g, 0.9) / (1 - 0.9^t)` is `m`, and e is `exp(1)`. The short text denotes the same rule.
 */
export async function shortRules(): Promise<ShortRule> {
  return shortRulesBy(await import('../rules/index.ts'));
}

/** {@link shortRules} where the room of rules is loaded already. */
export function shortRulesBy({
  canonicalize,
  catalogue,
  parseRule,
  printRule,
}: Pick<typeof Rules, 'canonicalize' | 'catalogue' | 'parseRule' | 'printRule'>): ShortRule {
  const names = new Map(SHORT.map(parseRule).map((rule) => [printRule(canonicalize(rule)), rule]));
  const shorten = (node: Expression): Expression =>
    names.get(printRule(node)) ?? (node.kind === 'call' ? { ...node, args: node.args.map(shorten) } : node);
  const shortText = (text: string): string => {
    const rule = canonicalize(parseRule(text));
    const short = shorten(rule);
    const [whole, written] = [printRule(rule), printRule(short)];
    return written === whole || printRule(canonicalize(short)) === whole ? written : whole;
  };
  const known = new Map(catalogue.map(({ name }) => [name, name]));
  return (text) => {
    const short = known.get(text) ?? shortText(text);
    known.set(text, short);
    return short;
  };
}

/** Writes a rule's text with its name in the catalogue, if it has one. */
export function withName(text: string, name: string | undefined): string {
  return !name || name === text ? text : `${text}  (${name})`;
}
