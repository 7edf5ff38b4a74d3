import { describe, expect, it } from 'vitest';
import {
  addAll,
  constant,
  createSession,
  evaluateFloat64,
  gradients,
  input,
  jvp,
  mul,
  type Shape,
  scalar,
  sum,
  type Tensor,
} from '../../src/graph/index.ts';
import { sizeOf } from '../../src/graph/shape.ts';
import { stream } from '../../src/random/index.ts';

/** One use of one operation: what the battery differentiates and compares. */
export interface OperationCase {
  readonly name: string;
  readonly inputs: readonly Shape[];
  /** Values are drawn from N(0, 1) ('real') or |N(0, 1)| + ½ ('positive'). Default 'real'. */
  readonly domain?: 'real' | 'positive';
  build(...inputs: readonly Tensor[]): Tensor;
}

type Values = Record<string, Float64Array>;

/** Everything that is compared, as one graph over inputs x0, x1… and directions d0, d1…. */
export interface Derivatives {
  readonly value: Tensor;
  readonly loss: Tensor;
  /** ∂loss/∂x. */
  readonly first: readonly Tensor[];
  /** ∂²loss/∂x² · d. */
  readonly second: readonly Tensor[];
  /** ∂value/∂x · d. */
  readonly tangent: Tensor;
}

/** The battery that every operation goes through. */
export function describeOperations(cases: readonly OperationCase[]): void {
  describe.each(cases)('$name', (operationCase) => {
    const { feeds, derivatives, all } = prepare(operationCase);
    const reference = evaluateFloat64(Object.values(all), feeds);

    it('has the first derivative of central differences', () => {
      derivatives.first.forEach((first, i) => {
        const [analytic] = evaluateFloat64([first], feeds);
        const numeric = analytic!.map((_, k) => {
          const unit = Float64Array.from(analytic!, (_, j) => (j === k ? 1 : 0));
          return differentiate([derivatives.loss], feeds, { [`x${i}`]: unit })[0]![0]!;
        });
        expect(analytic).toBeAllclose(numeric, { rtol: 1e-6, atol: 1e-7 });
      });
    });

    it('has the second derivative of central differences', () => {
      const direction = Object.fromEntries(derivatives.first.map((_, i) => [`x${i}`, feeds[`d${i}`]!]));
      const numeric = differentiate(derivatives.first, feeds, direction);
      const analytic = evaluateFloat64(derivatives.second, feeds);
      analytic.forEach((values, i) => {
        expect(values).toBeAllclose(numeric[i]!, { rtol: 1e-6, atol: 1e-6 });
      });
    });

    it('has the Jacobian–vector product of central differences', () => {
      const direction = Object.fromEntries(derivatives.first.map((_, i) => [`x${i}`, feeds[`d${i}`]!]));
      const [numeric] = differentiate([derivatives.value], feeds, direction);
      expect(evaluateFloat64([derivatives.tangent], feeds)[0]).toBeAllclose(numeric!, {
        rtol: 1e-6,
        atol: 1e-7,
      });
    });

    it('is the same on onnxruntime: value, gradient, second derivative', async () => {
      const session = await createSession(all);
      const used = session.inputs.map(({ name }) => [name, Float32Array.from(feeds[name]!)] as const);
      const computed = await session.run(Object.fromEntries(used));
      await session.close();
      Object.keys(all).forEach((name, i) => {
        expectRounded(computed[name]!, reference[i]!);
      });
    });
  });
}

/** Float32 results are those of float64 but for rounding. */
export function expectRounded(computed: Float32Array, reference: Float64Array): void {
  const scale = Math.max(1, ...reference.map(Math.abs));
  expect(computed).toBeAllclose(reference, { rtol: 2e-5, atol: 2e-6 * scale });
}

export interface PreparedCase {
  /** By input, whose names begin with the prefix. */
  readonly feeds: Values;
  readonly derivatives: Derivatives;
  /** Everything that an engine must compute right. */
  readonly all: Readonly<Record<string, Tensor>>;
}

/** @param prefix Tells the inputs of cases in one graph apart. */
export function prepare(operationCase: OperationCase, prefix = ''): PreparedCase {
  const { name, inputs, domain } = operationCase;
  const random = stream(1, 'operation', name);
  const feeds: Values = {};
  // Rounded to float32, so that both evaluators see the same numbers.
  const draw = (shape: Shape, map = (x: number) => x) =>
    Float64Array.from({ length: sizeOf(shape) }, () => Math.fround(map(random.normal())));
  inputs.forEach((shape, i) => {
    feeds[`${prefix}x${i}`] = draw(shape, domain === 'positive' ? (x) => Math.abs(x) + 0.5 : undefined);
    feeds[`${prefix}d${i}`] = draw(shape);
  });
  const derivatives = derive(operationCase, draw, prefix);
  const all = {
    value: derivatives.value,
    tangent: derivatives.tangent,
    ...named('first', derivatives.first),
    ...named('second', derivatives.second),
  };
  return { feeds, derivatives, all };
}

/**
 * The graphs to compare; `weights` gives w for a shape. The loss is Σ w·(y + y²/2): curved, so that linear operations
 * too have a second derivative to get wrong.
 */
export function derive(
  { inputs, build }: OperationCase,
  weights: (shape: Shape) => ArrayLike<number>,
  prefix = '',
): Derivatives {
  const xs = inputs.map((shape, i) => input(`${prefix}x${i}`, shape));
  const ds = inputs.map((shape, i) => input(`${prefix}d${i}`, shape));
  const value = build(...xs);
  const curved = addAll([value, mul(scalar(0.5), mul(value, value))]);
  const loss = sum(mul(constant(weights(value.shape), value.shape), curved));
  const first = gradients(loss, xs);
  const along = addAll(first.map((g, i) => sum(mul(g, ds[i]!))));
  const second = gradients(along, xs);
  const tangent = jvp([value], xs, ds)[0]!;
  return { value, loss, first, second, tangent };
}

/** The derivative of `outputs` along a direction in the feeds, by central differences. */
function differentiate(outputs: readonly Tensor[], feeds: Values, direction: Values): Float64Array[] {
  const step = 1e-5;
  const moved = (by: number) => {
    const entries = Object.entries(direction).map(([name, d]) => {
      return [name, feeds[name]!.map((x, i) => x + by * d[i]!)] as const;
    });
    return evaluateFloat64(outputs, { ...feeds, ...Object.fromEntries(entries) });
  };
  const after = moved(step);
  const before = moved(-step);
  return after.map((values, i) => values.map((x, k) => (x - before[i]![k]!) / (2 * step)));
}

function named(prefix: string, tensors: readonly Tensor[]): Record<string, Tensor> {
  return Object.fromEntries(tensors.map((tensor, i) => [`${prefix} ${i}`, tensor]));
}
