import fc from 'fast-check';
import { call, type Expression, leaf, literal, operations, parseRule } from '../src/rules/index.ts';

const all = [...operations.values()];

/** Literals of every writing: short, long, negative, huge, tiny, ±0. */
export const literals: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, -1, 2, 3, -2, 0.5, 1e-3, 1e-4, -0.25, 10) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1e21, 1e-7, 1.5e-300, -1e300, 123456.789, 0.1, 1 / 3) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

const leaves: fc.Arbitrary<Expression> = fc.constantFrom(
  ...all
    .filter((o) => o.arity === 0 && o.parameters.length === 0 && o.kind !== 'self')
    .map((o) => leaf(o.name)),
);

/** Parameters that are near each other, so that equal subexpressions come up. */
const parametersOf = (name: string): fc.Arbitrary<number[]> =>
  fc
    .tuple(
      ...(operations.get(name)?.parameters ?? []).map(({ valid, fallback }) => parameter(valid, fallback)),
    )
    .map((values) => [...values]);

const parameter = (valid: (value: number) => boolean, fallback = 0.9): fc.Arbitrary<number> =>
  fc.constantFrom(...[fallback, 0, 0.3, 0.9, 0.999, 1, 2, 1e-4, 1e-3].filter(valid));

/** Coefficients that are functions of the step. */
const VARYING: readonly Expression[] = [
  '1 - t^-0.8',
  '0.9 * ld',
  'min(t / T, 0.5)',
  't / (1 + t)',
  '0.3 * t / t',
].map((text) => parseRule(text));

/** What reads the last value of a recurrence. */
function readerOf(text: string): Expression {
  const rule = parseRule(`rec(0, ${text})`);
  return rule.kind === 'call' ? rule.args[1]! : rule;
}

/** Any expression of the language of at most this depth, built of the operations table. */
export function expressions({
  depth,
  numbers = literals,
}: {
  depth: number;
  numbers?: fc.Arbitrary<number>;
}) {
  const calls = all.filter(
    (o) =>
      o.kind !== 'recurrence' &&
      o.kind !== 'labels' &&
      o.kind !== 'matrix' &&
      (o.arity > 0 || o.parameters.length > 0),
  );
  const joining = calls.filter((o) => o.kind === 'element' && o.arity === 2);
  return fc.letrec<{ e: Expression; atom: Expression; recurrence: Expression }>((tie) => ({
    recurrence: fc
      .record({
        init: fc.oneof(fc.constantFrom(leaf('g'), leaf('w'), literal(0)), numbers.map(literal)),
        reader: fc.constantFrom<Expression>(
          leaf('self'),
          ...['0.9 * self', 'ema(self, 0.9)', 'drop(self, 0.3)', 'where(self < g, self, w)', '-self'].map(
            readerOf,
          ),
        ),
        join: fc.constantFrom(...joining),
        other: tie('e'),
        first: fc.boolean(),
      })
      .map(({ init, reader, join, other, first }) =>
        call('rec', [init, call(join.name, first ? [reader, other] : [other, reader])]),
      ),
    atom: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(leaf('g'), leaf('w')) },
      { weight: 2, arbitrary: leaves },
      { weight: 2, arbitrary: numbers.map(literal) },
    ),
    e: fc.oneof(
      { maxDepth: depth, depthSize: 'small' },
      tie('atom'),
      { weight: 2, arbitrary: tie('recurrence') },
      ...calls
        .filter((o) => o.parameters.some(({ varies }) => varies))
        .map((o) => ({
          weight: 1,
          arbitrary: fc
            .tuple(tie('e'), fc.constantFrom(...VARYING))
            .map(([x, b]): Expression => call(o.name, [x, b])),
        })),
      ...calls.map((o) => ({
        weight: o.notation ? 4 : 1,
        arbitrary: fc
          .tuple(fc.tuple(...Array.from({ length: o.arity }, () => tie('e'))), parametersOf(o.name))
          .map(([args, parameters]): Expression => call(o.name, [...args], parameters)),
      })),
    ),
  })).e;
}
