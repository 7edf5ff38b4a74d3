import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageCases, isForOnnx } from '../../../test/graph/image-cases.ts';
import { nativeVariants, openVariant, temporaryFolder } from '../../../test/graph/native-variants.ts';
import { expectRounded, type OperationCase, prepare } from '../../../test/graph/operation-battery.ts';
import { operationCases } from '../../../test/graph/operation-cases.ts';
import { evaluateFloat64, exp, input, log, relu, sigmoid, sqrt, type Tensor, tanh } from '../index.ts';
import { emitGraph } from './emit.ts';
import { TARGETS } from './target.ts';
import { Unsupported } from './unsupported.ts';

/*
 * The battery of all operations on the native engine: as one graph for each number of images, so that it is compiled in seconds.
 */

const { folder, remove } = await temporaryFolder();
// What `nos` uses, and what differs most from it; all the others are compared in test/native.test.ts.
const variants = (await nativeVariants(folder)).filter((_, i, { length }) => i === 0 || i === length - 1);
afterAll(remove);

const batchOf = ({ inputs }: OperationCase): number => inputs[0]![0]!;

function graphOf(cases: readonly OperationCase[]) {
  const outputs: Record<string, Tensor> = {};
  const feeds: Record<string, Float64Array> = {};
  cases.forEach((operationCase, i) => {
    const prepared = prepare(operationCase, `${i} `);
    Object.assign(feeds, prepared.feeds as unknown as Record<string, Float64Array>);
    for (const [name, tensor] of Object.entries(prepared.all))
      outputs[`${operationCase.name}: ${name}`] = tensor;
  });
  return { outputs, feeds };
}

const plainImages = imageCases.filter(({ name }) => !isForOnnx(name));
const groups = [
  { name: 'tensors', cases: operationCases },
  { name: 'images, by two', cases: plainImages.filter((operationCase) => batchOf(operationCase) === 2) },
  { name: 'images, by one', cases: plainImages.filter((operationCase) => batchOf(operationCase) === 1) },
  { name: 'vectors among images', cases: plainImages.filter((operationCase) => batchOf(operationCase) > 2) },
];

describe.skipIf(variants.length === 0).each(groups)('$name on the native engine', ({ cases }) => {
  const { outputs, feeds } = graphOf(cases);
  const reference = evaluateFloat64(Object.values(outputs), feeds);
  const computed: Record<string, Float32Array>[] = [];
  beforeAll(async () => {
    for (const variant of variants) {
      const session = await openVariant(outputs, variant);
      const used = session.inputs.map(({ name }) => [name, Float32Array.from(feeds[name]!)] as const);
      computed.push(await session.run(Object.fromEntries(used)));
      await session.close();
    }
  }, 300_000);

  it.each(Object.keys(outputs).map((name, i) => ({ name, i })))('$name', ({ name, i }) => {
    expectRounded(computed[0]![name]!, reference[i]!);
  });

  it.each(variants.slice(1).map(({ name }, i) => ({ name, i })))('has the same bits by $name', ({ i }) => {
    for (const name of Object.keys(outputs)) {
      expect([name, ...computed[i + 1]![name]!]).toEqual([name, ...computed[0]![name]!]);
    }
  });
});

describe.skipIf(variants.length === 0)('elementary functions', () => {
  it('are those of Math, over all exponents', async () => {
    const magnitudes = Array.from({ length: 2_400 }, (_, i) => 2 ** (i / 10 - 120));
    const x = Float32Array.from([
      ...magnitudes.map((m) => -m),
      -0,
      0,
      ...magnitudes,
      Infinity,
      -Infinity,
      Number.NaN,
    ]);
    const of = input('x', [x.length]);
    const session = await openVariant(
      { exp: exp(of), log: log(of), tanh: tanh(of), sigmoid: sigmoid(of), sqrt: sqrt(of), relu: relu(of) },
      variants[0]!,
    );
    const computed = await session.run({ x });
    await session.close();
    const expected: Record<string, (value: number) => number> = {
      ...{ exp: Math.exp, log: Math.log, tanh: Math.tanh, sqrt: Math.sqrt },
      ...{ sigmoid: (value) => 1 / (1 + Math.exp(-value)), relu: (value) => Math.max(value, 0) },
    };
    // Subnormal numbers on the way are zero.
    for (const [name, f] of Object.entries(expected)) {
      x.forEach((value, i) => {
        const [got, want] = [computed[name]![i]!, Math.fround(f(value))];
        const near =
          Object.is(got, want) || got === want || Math.abs(got - want) <= 4e-7 * Math.abs(want) + 2 ** -118;
        if (!near) throw new Error(`${name}(${value}): ${got}, not ${want}`);
      });
    }
  });
});

describe('what is formulated for onnxruntime', () => {
  it.each(imageCases.filter(({ name }) => isForOnnx(name)))('has no form in C: $name', (operationCase) => {
    const { all } = prepare(operationCase);
    expect(() => emitGraph(all, TARGETS['x86-64-v3'])).toThrow(Unsupported);
  });
});
