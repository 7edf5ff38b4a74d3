import type { Call, Expression } from '../language/expression.ts';
import { operationOf } from '../language/operations.ts';
import { isStepScalar } from '../language/parts.ts';
import { structure } from './analysis.ts';
import { canonicalize } from './canonicalize.ts';
import { sha256 } from './sha256.ts';

/**
 * The rule's key: 16 hexadecimal digits of the SHA-256 of {@link keyText} of its canonical form. Rules of one key give
 * the same weights to the bit; rules of different keys may still be equal.
 */
export const ruleKey = (e: Expression): string => keyOfCanonical(canonicalize(e));

/** The {@link ruleKey} of a canonical form. */
export function keyOfCanonical(form: Expression): string {
  const [first, second] = sha256(keyText(form)) as unknown as [number, number];
  return hexadecimal(first) + hexadecimal(second);
}

const hexadecimal = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');

/**
 * The text that names a canonical expression, and its random draws: literals and parameters of which only the float32
 * rounding matters are written as that; the others (step scalars, exponents, b of ema, p of drop) whole.
 */
export function keyText(e: Expression): string {
  if (e.kind === 'literal') return String(Math.fround(e.value));
  return e.kind === 'leaf' || isStepScalar(e) ? structure(e) : writeCall(e);
}

function writeCall({ name, args, parameters }: Call): string {
  const operation = operationOf({ name });
  // Whether a power is a chain of products is read from its whole exponent.
  const write = operation.kind === 'element' && operation.lower ? wholeText : keyText;
  let text = `${name}(`;
  for (const arg of args) text += `${write(arg)},`;
  parameters.forEach((value, i) => {
    text += `${operation.parameters[i]?.single ? Math.fround(value) : value};`;
  });
  return `${text})`;
}

const wholeText = (e: Expression): string => (e.kind === 'literal' ? structure(e) : keyText(e));
