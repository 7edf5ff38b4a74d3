import fc from 'fast-check';
import { call, type Expression, leaf, literal, operations } from '../src/rules/index.ts';

const all = [...operations.values()];

/** Literals of every writing: short, long, negative, huge, tiny, ±0. */
export const literals: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 1, -1, 2, 3, -2, 0.5, 1e-3, 1e-4, -0.25, 10) },
  { weight: 1, arbitrary: fc.constantFrom(-0, 1e21, 1e-7, 1.5e-300, -1e300, 123456.789, 0.1, 1 / 3) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
);

const leaves: fc.Arbitrary<Expression> = fc.constantFrom(
  ...all.filter((o) => o.arity === 0 && o.parameters.length === 0).map((o) => leaf(o.name)),
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

/** Any expression of the language of at most this depth, built of the operations table. */
export function expressions({
  depth,
  numbers = literals,
}: {
  depth: number;
  numbers?: fc.Arbitrary<number>;
}) {
  const calls = all.filter((o) => o.arity > 0 || o.parameters.length > 0);
  return fc.letrec<{ e: Expression; atom: Expression }>((tie) => ({
    atom: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(leaf('g'), leaf('w')) },
      { weight: 2, arbitrary: leaves },
      { weight: 2, arbitrary: numbers.map(literal) },
    ),
    e: fc.oneof(
      { maxDepth: depth, depthSize: 'small' },
      tie('atom'),
      ...calls.map((o) => ({
        weight: o.notation ? 4 : 1,
        arbitrary: fc
          .tuple(fc.tuple(...Array.from({ length: o.arity }, () => tie('e'))), parametersOf(o.name))
          .map(([args, parameters]): Expression => call(o.name, [...args], parameters)),
      })),
    ),
  })).e;
}
