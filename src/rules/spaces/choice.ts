import { NosError } from '../../errors.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { operations } from '../language/operations.ts';
import { parseTemplate } from '../language/parse.ts';
import { printRule } from '../language/print.ts';
import { RuleError } from '../language/rule-error.ts';
import type { Vocabularies, Vocabulary } from './space.ts';
import { mentions } from './template.ts';

/** How the texts of a vocabulary are read, and which of them mean the same. */
interface Reading {
  readonly parse: (text: string) => Expression;
  /** Texts of one identity are one member, however they are spelt. */
  readonly identity: (e: Expression) => string;
  /** The variable that every text must have; rules have none. */
  readonly argument?: 'x';
  readonly example: string;
}

const readings: Readonly<Record<Vocabulary, Reading>> = {
  operands: { parse: parseRule, identity: ruleKey, example: 'g' },
  unary: {
    parse: (text) => parseTemplate(text, ['x']),
    identity: printRule,
    argument: 'x',
    example: 'exp(x)',
  },
  // y may be absent: 'x' keeps the left side. x may not, so that there is one way to keep one side.
  binary: {
    parse: (text) => parseTemplate(text, ['x', 'y']),
    identity: printRule,
    argument: 'x',
    example: 'x * y',
  },
};

/**
 * The vocabulary that texts choose, in their order: a member as the named space spells it, if a text means one;
 * anything else as {@link printRule} writes it.
 *
 * @throws NosError `bad-option` that names the vocabulary: no text at all, one that does not parse (the cause is the
 *   RuleError, which points at the place), a function without its argument `x`, two texts that mean the same.
 * @example choose('operands', ['g', 'sqrt(abs(g))'], definition)
 */
export function choose(
  vocabulary: Vocabulary,
  texts: readonly string[],
  members: Vocabularies,
): readonly string[] {
  const reading = readings[vocabulary];
  if (texts.length === 0) {
    throw new NosError('bad-option', `${vocabulary}: expected one or more`, `such as ${reading.example}`);
  }
  const { identity } = reading;
  const known = new Map(members[vocabulary].map((text) => [identity(reading.parse(text)), text]));
  const chosen = new Map<string, string>();
  for (const text of texts) {
    const expression = read(vocabulary, text);
    const id = identity(expression);
    const earlier = chosen.get(id);
    if (earlier !== undefined) throw duplicate(vocabulary, earlier, text);
    chosen.set(id, known.get(id) ?? printRule(expression));
  }
  return [...chosen.values()];
}

function read(vocabulary: Vocabulary, text: string): Expression {
  const { parse, argument, example } = readings[vocabulary];
  const expression = parsed(vocabulary, text, parse);
  if (expression.kind === 'call' && operations.get(expression.name)?.kind === 'labels') {
    throw new NosError(
      'bad-option',
      `${vocabulary}: '${text}' is a rule with labels`,
      'a part of a rule has none',
    );
  }
  if (argument === undefined || mentions(expression, argument)) return expression;
  throw new NosError(
    'bad-option',
    `${vocabulary}: '${text}' is no function of ${argument}`,
    `write ${argument} where its argument stands: ${example}`,
  );
}

function parsed(vocabulary: Vocabulary, text: string, parse: Reading['parse']): Expression {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const { message, hint } = error;
    throw new NosError('bad-option', `${vocabulary}: '${text}': ${message}`, hint, { cause: error });
  }
}

function duplicate(vocabulary: Vocabulary, earlier: string, text: string): NosError {
  const what = earlier === text ? `'${text}' stands twice` : `'${earlier}' and '${text}' mean the same`;
  return new NosError('bad-option', `${vocabulary}: ${what}`, 'leave one of them out');
}
