import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageCases, isForOnnx } from '../../test/graph/image-cases.ts';
import { derive } from '../../test/graph/operation-battery.ts';
import { operationCases } from '../../test/graph/operation-cases.ts';
import { engines } from '../../test/support/engines.ts';
import { createSession, evaluateFloat64, type Tensor } from './index.ts';

/** One case of test/fixtures/make_torch_graph.py or make_torch_images.py. */
interface TorchRecord {
  readonly name: string;
  readonly inputs: readonly (readonly number[])[];
  readonly directions: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly value: readonly number[];
  readonly first: readonly (readonly number[])[];
  readonly second: readonly (readonly number[])[];
}

const cases = [...operationCases, ...imageCases];
const records = ['torch-graph.json', 'torch-images.json'].flatMap((name) => {
  const fixture = new URL(`../../test/fixtures/${name}`, import.meta.url);
  return JSON.parse(readFileSync(fixture, 'utf8')) as readonly TorchRecord[];
});

describe('PyTorch 1.13', () => {
  it('has every case', () => {
    expect(records.map((record) => record.name)).toEqual(cases.map((known) => known.name));
  });

  describe.each(records)('$name', (record) => {
    const { outputs, expected, feeds } = compare(record);

    it('agrees with the float64 evaluator', () => {
      evaluateFloat64(outputs, feeds).forEach((values, i) => {
        expect(values).toBeAllclose(expected[i]!, { rtol: 1e-10, atol: 1e-10 });
      });
    });

    it('agrees with onnxruntime', async () => {
      const session = await createSession(Object.fromEntries(outputs.map((output, i) => [i, output])));
      const used = session.inputs.map(({ name }) => [name, Float32Array.from(feeds[name]!)] as const);
      const computed = await session.run(Object.fromEntries(used));
      await session.close();
      expected.forEach((values, i) => {
        const scale = Math.max(1, ...values.map(Math.abs));
        expect(computed[i]).toBeAllclose(values, { rtol: 2e-5, atol: 2e-6 * scale });
      });
    });
  });
});

/** Those of one number of images together, so that few graphs are compiled. */
const batchOf = ({ name }: TorchRecord): number =>
  imageCases.find((known) => known.name === name)?.inputs[0]?.[0] ?? 0;
const plain = records.filter(({ name }) => !isForOnnx(name));

describe.skipIf(!engines.includes('native')).each([...new Set(plain.map(batchOf))])(
  'PyTorch 1.13, the native engine, cases of %i images',
  (batch) => {
    const group = plain.filter((record) => batchOf(record) === batch);
    const compared = group.map((record, i) => compare(record, `${i} `));
    const named = compared.map(({ outputs }, i) =>
      outputs.map((output, j) => [`${i} ${j}`, output] as const),
    );
    let computed: Readonly<Record<string, Float32Array>> = {};
    beforeAll(async () => {
      const session = await createSession(Object.fromEntries(named.flat()), 'native');
      const feeds = Object.assign({}, ...compared.map((one) => one.feeds)) as Feeds;
      const used = session.inputs.map(({ name }) => [name, Float32Array.from(feeds[name]!)] as const);
      computed = await session.run(Object.fromEntries(used));
      await session.close();
    });

    it.each(group.map(({ name }, i) => ({ name, i })))('agrees: $name', ({ i }) => {
      compared[i]!.expected.forEach((values, j) => {
        const scale = Math.max(1, ...values.map(Math.abs));
        expect(computed[`${i} ${j}`]).toBeAllclose(values, { rtol: 2e-5, atol: 2e-6 * scale });
      });
    });
  },
);

type Feeds = Readonly<Record<string, readonly number[]>>;

function compare(record: TorchRecord, prefix = '') {
  const operationCase = cases.find((known) => known.name === record.name)!;
  const { value, first, second } = derive(operationCase, () => record.weights, prefix);
  const outputs: readonly Tensor[] = [value, ...first, ...second];
  const expected = [record.value, ...record.first, ...record.second];
  const feeds: Record<string, readonly number[]> = {};
  record.inputs.forEach((values, i) => {
    feeds[`${prefix}x${i}`] = values;
    feeds[`${prefix}d${i}`] = record.directions[i]!;
  });
  return { outputs, expected, feeds };
}
