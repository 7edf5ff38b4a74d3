import type { Expression } from './expression.ts';
import { PRECEDENCE } from './operation.ts';
import { operationOf } from './operations.ts';
import { printNumber } from './print.ts';

/** The expression as LaTeX mathematics, without dollar signs: `e^{…}`, `\frac{…}{…}`, `\hat m`. */
export function latexRule(e: Expression): string {
  if (e.kind === 'literal') return latexNumber(e.value);
  const { latex } = operationOf(e);
  if (e.kind === 'leaf') return latex.render([], []);
  const args = e.args.map((arg, i) => {
    const text = latexRule(arg);
    return level(arg) < (latex.needs?.[i] ?? 0) ? `\\left(${text}\\right)` : text;
  });
  return latex.render(args, e.parameters.map(latexNumber));
}

function level(e: Expression): number {
  if (e.kind !== 'literal') return operationOf(e).latex.level ?? PRECEDENCE.atom;
  const negative = e.value < 0 || Object.is(e.value, -0);
  if (negative) return PRECEDENCE.sum;
  return printNumber(e.value).includes('e') ? PRECEDENCE.product : PRECEDENCE.atom;
}

/** `1e-4` as `10^{-4}`, `2.5e-7` as `2.5 \cdot 10^{-7}`. */
function latexNumber(value: number): string {
  const [mantissa, exponent] = printNumber(value).split('e');
  if (exponent === undefined) return mantissa as string;
  const power = `10^{${exponent}}`;
  if (mantissa === '1') return power;
  return mantissa === '-1' ? `-${power}` : `${mantissa} \\cdot ${power}`;
}
