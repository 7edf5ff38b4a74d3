import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { nativeVariants, openVariant, temporaryFolder } from '../../../test/graph/native-variants.ts';
import { type Stream, stream } from '../../random/index.ts';
import {
  add,
  addAll,
  concat,
  constant,
  createSession,
  evaluateFloat64,
  expand,
  fill,
  gradients,
  input,
  matmul,
  mul,
  neg,
  pad,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  transpose,
} from '../index.ts';
import { optimize } from './optimize.ts';

const { folder, remove } = await temporaryFolder();
const [variant] = await nativeVariants(folder);
afterAll(remove);

/** Makes a matrix [4, 6] of matrices [4, 6], by operations that the rewrites look at. */
const steps: readonly ((pick: () => Tensor, random: Stream) => Tensor)[] = [
  (pick) => add(pick(), pick()),
  (pick) => sub(pick(), neg(pick())),
  (pick) => addAll([pick(), pick(), fill(0, [4, 6]), pick()]),
  (pick) => mul(pick(), fill(1, [6])),
  (pick) => mul(tanh(pick()), expand(slice(pick(), 0, 1, 2), [4, 6])),
  (pick) => neg(neg(pick())),
  (pick) => transpose(reshape(transpose(pick(), [1, 0]), [6, 4]), [1, 0]),
  (pick) => reshape(reshape(pick(), [2, 12]), [4, 6]),
  (pick, random) => cut(pick(), pick(), random.integer(2), random),
  (pick, random) => swapHalves(pick(), random.integer(2)),
  (pick) => matmul(matmul(pick(), pick(), { transposeB: true }), tanh(pick())),
  (pick) => addAll([matmul(slice(pick(), 1, 0, 4), pick(), { transposeA: true }), pick()]),
  (pick, random) => widen(pick(), random.integer(2), 1 + random.integer(2)),
];

/** Rows or columns of both, from a random place of their concatenation. */
function cut(a: Tensor, b: Tensor, axis: number, random: Stream): Tensor {
  const length = a.shape[axis]!;
  const start = random.integer(length + 1);
  return slice(concat([a, b], axis), axis, start, start + length);
}

function swapHalves(x: Tensor, axis: number): Tensor {
  const length = x.shape[axis]!;
  const middle = length / 2;
  return concat([tanh(slice(x, axis, middle, length)), slice(x, axis, 0, middle)], axis);
}

function widen(x: Tensor, axis: number, by: number): Tensor {
  return slice(pad(x, axis, by, 1), axis, 1, 1 + x.shape[axis]!);
}

/** Sum of a random graph's last nodes, its gradient, and the gradient of that along a fixed direction. */
function randomGraph(seed: number): Tensor[] {
  const random = stream(seed, 'graph');
  const leaves = [input('x', [4, 6]), input('y', [4, 6])];
  const nodes = [...leaves];
  const pick = () => nodes[random.integer(nodes.length)]!;
  for (let i = 0; i < 12; i++) nodes.push(steps[random.integer(steps.length)]!(pick, random));
  const last = mul(tanh(nodes.at(-1)!), tanh(nodes.at(-2)!));
  const first = gradients(sum(last), leaves);
  const direction = constant(
    Array.from({ length: 24 }, () => random.normal()),
    [4, 6],
  );
  const along = addAll(first.map((g) => sum(mul(g, direction))));
  return [last, ...first, ...gradients(along, leaves)];
}

function feedsOf(seed: number): { x: Float32Array; y: Float32Array } {
  const random = stream(seed, 'feeds');
  const draw = () => Float32Array.from({ length: 24 }, () => 0.5 * random.normal());
  return { x: draw(), y: draw() };
}

/** The largest magnitude, at least 1: what rounding errors are measured by. */
const scaleOf = (values: Float64Array) => values.reduce((a, b) => Math.max(a, Math.abs(b)), 1);

describe('random graphs', () => {
  it('mean the same when simplified', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const graph = randomGraph(seed);
        const expected = evaluateFloat64(graph, feedsOf(seed));
        evaluateFloat64(optimize(graph), feedsOf(seed)).forEach((values, i) => {
          expect(values).toBeAllclose(expected[i]!, { rtol: 0, atol: 1e-9 * scaleOf(expected[i]!) });
        });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('mean the same on onnxruntime', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const graph = randomGraph(seed);
        const expected = evaluateFloat64(graph, feedsOf(seed));
        const session = await createSession(Object.fromEntries(graph.map((x, i) => [i, x])));
        const { x, y } = feedsOf(seed);
        const used = session.inputs.map(({ name }) => [name, name === 'x' ? x : y] as const);
        const computed = await session.run(Object.fromEntries(used));
        await session.close();
        expected.forEach((values, i) => {
          expect(computed[i]).toBeAllclose(values, { rtol: 0, atol: 1e-4 * scaleOf(values) });
        });
      }),
      { seed: 2, numRuns: 30 },
    );
  });

  it.skipIf(variant === undefined)('mean the same in C', async () => {
    const feeds = feedsOf(3);
    const graphs = Array.from({ length: 20 }, (_, seed) => randomGraph(seed)).flat();
    const expected = evaluateFloat64(graphs, feeds);
    const session = await openVariant(Object.fromEntries(graphs.map((x, i) => [i, x])), variant!);
    const computed = await session.run(feeds);
    await session.close();
    expected.forEach((values, i) => {
      expect(computed[i]).toBeAllclose(values, { rtol: 0, atol: 1e-4 * scaleOf(values) });
    });
  });
});
