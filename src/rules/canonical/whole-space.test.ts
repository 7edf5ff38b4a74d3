import { describe, expect, it } from 'vitest';
import { startFloat64 } from '../../../test/float64.ts';
import { stream } from '../../random/index.ts';
import type { Expression } from '../language/expression.ts';
import { decode, findSpace, positions } from '../spaces/index.ts';
import { substitute, template } from '../spaces/template.ts';
import { ruleKey } from './key.ts';

/** Weights, steps and seed of the training in which rules are told apart. */
const SIZE = 24;
const STEPS = 3;
const SEED = 7;

/** A rule's values at all weights and steps, each with a bound on what rounding did to it (NaN: not finite). */
interface Trace {
  readonly values: Float64Array;
  readonly errors: Float64Array;
}

const random = stream(SEED, 'whole space');
const MAGNITUDES = [0, 1e-20, 1e-6, 1, 1, 1, 40, 1e10];
const vector = (): Float64Array =>
  Float64Array.from(
    { length: SIZE },
    (_, i) => random.normal() * (MAGNITUDES[i % MAGNITUDES.length] as number),
  );
const weights = Float64Array.from({ length: SIZE }, () => random.normal());
const gradients = Array.from({ length: STEPS }, vector);

/** The rule as it is written, not its canonical form. */
function trace(rule: Expression): Trace {
  const stepper = startFloat64(rule, { size: SIZE, steps: STEPS, seed: SEED });
  const values = new Float64Array(SIZE * STEPS);
  const errors = new Float64Array(SIZE * STEPS);
  gradients.forEach((gradient, step) => {
    const { values: u, errors: bounds, finite } = stepper.step(weights, gradient);
    values.set(u, step * SIZE);
    errors.set(bounds, step * SIZE);
    for (let i = 0; i < SIZE; i++) if (!finite[i]) errors[step * SIZE + i] = Number.NaN;
  });
  return { values, errors };
}

const ROUNDING = 2 ** -50;
/** Keys hold literals as float32: -1 + 1e-8 is -1. */
const FLOAT32 = 2 ** -23;

/** The five binary functions of NOS §4.1 and the bound of each result from those of its arguments. */
const binary: readonly ((x: number, dx: number, y: number, dy: number) => readonly [number, number])[] = [
  (x, dx, y, dy) => [x + y, dx + dy + Math.abs(x + y) * ROUNDING],
  (x, dx, y, dy) => [x - y, dx + dy + Math.abs(x - y) * ROUNDING],
  (x, dx, y, dy) => [x * y, dx * Math.abs(y) + dy * Math.abs(x) + dx * dy + Math.abs(x * y) * ROUNDING],
  (x, dx, y, dy) => quotient(x, dx, y + 1e-8, dy + Math.abs(y + 1e-8) * ROUNDING),
  (x, dx, _, dy) => [x, dx + 0 * dy],
];

function quotient(x: number, dx: number, y: number, dy: number): readonly [number, number] {
  const least = Math.abs(y) - dy;
  const bound = (dx + Math.abs(x / y) * dy) / least;
  return [x / y, least > 0 ? bound + Math.abs(x / y) * ROUNDING : Number.NaN];
}

/** One string of the space: the traces of u1(op1) and u2(op2), and which binary function joins them. */
interface Member {
  readonly left: Trace;
  readonly right: Trace;
  readonly join: number;
}

function valueAt({ left, right, join }: Member, i: number): readonly [value: number, error: number] {
  const combine = binary[join] as (typeof binary)[number];
  return combine(left.values[i]!, left.errors[i]!, right.values[i]!, right.errors[i]!);
}

/** The first place where two rules differ by more than rounding though all their intermediate values are finite. */
function difference(a: Member, b: Member): number | undefined {
  for (let i = 0; i < SIZE * STEPS; i++) {
    const [x, dx] = valueAt(a, i);
    const [y, dy] = valueAt(b, i);
    if (Math.abs(x - y) > FLOAT32 * Math.abs(x) + dx + dy) return i;
  }
  return undefined;
}

describe('the whole of icml2017 with one iteration', () => {
  const space = findSpace('icml2017', { iterations: 1 });
  const sizes = positions(space).map(({ size }) => size);
  const [operands, , unary, , joins] = sizes as [number, number, number, number, number];
  const keepLeft = space.binary.indexOf('x');
  // All that can stand at a side, each made once: the strings share them.
  const sides = Array.from({ length: operands }, (_, operand) =>
    Array.from({ length: unary }, (_, u) => decode(space, [operand, operand, u, u, keepLeft])),
  );
  const traces = sides.map((row) => row.map(trace));
  const templates = space.binary.map(template);
  const rule = ([a, b, u, v, join]: readonly number[]): Expression =>
    substitute(templates[join!]!, { x: sides[a!]![u!]!, y: sides[b!]![v!]! });

  function* strings(): Generator<readonly number[]> {
    for (let a = 0; a < operands; a++)
      for (let b = 0; b < operands; b++)
        for (let u = 0; u < unary; u++)
          for (let v = 0; v < unary; v++) for (let join = 0; join < joins; join++) yield [a, b, u, v, join];
  }

  const member = ([a, b, u, v, join]: readonly number[]): Member => ({
    left: traces[a!]![u!]!,
    right: traces[b!]![v!]!,
    join: join!,
  });

  it('has 154,880 strings, and no key joins two rules that step differently', () => {
    expect(space.binary).toEqual(['x + y', 'x - y', 'x * y', 'x / (y + eps)', 'x']);
    const first = new Map<string, readonly number[]>();
    const wrong: string[] = [];
    let count = 0;
    for (const tokens of strings()) {
      if (count++ % 1000 === 0) expect(rule(tokens)).toEqual(decode(space, tokens));
      const key = ruleKey(rule(tokens));
      const known = first.get(key);
      if (known === undefined) first.set(key, tokens);
      else if (difference(member(known), member(tokens)) !== undefined) wrong.push(`${known} and ${tokens}`);
    }
    console.info(`${count} strings have ${first.size} keys`);
    expect(count).toBe(154_880);
    expect(wrong).toEqual([]);
    expect(first.size).toBeLessThan(80_000);
  });

  it('tells rules apart that step differently', () => {
    const of = (text: string): number => space.operands.indexOf(text);
    const g = [of('g'), of('g'), 0, 0, keepLeft];
    expect(difference(member(g), member([of('m'), of('m'), 0, 0, keepLeft]))).toBeDefined();
    expect(difference(member(g), member([of('g^2'), of('g^2'), 0, 0, keepLeft]))).toBeDefined();
    expect(difference(member(g), member(g))).toBeUndefined();
  });
});
