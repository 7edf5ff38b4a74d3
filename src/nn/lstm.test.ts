import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import { uniform } from '../../test/support/hashed.ts';
import { concat, createSession, evaluateFloat64, mul, sum, type Tensor } from '../graph/index.ts';
import { buildModel, lstm, type NetworkBuilder } from './index.ts';

/** What test/fixtures/make_torch_lstm.py wrote: [steps·batch, outputs], and the weights' gradient. */
interface TorchRecord {
  readonly outputs: readonly number[];
  readonly gradient: readonly number[];
}
type Name = 'twoLayers' | 'bidirectional';

const path = new URL('../../test/fixtures/torch-lstm.json', import.meta.url);
const torch = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<Name, TorchRecord>>;

const [STEPS, BATCH, INPUTS, HIDDEN] = [5, 3, 4, 2];
const LENGTHS = [5, 2, 4];
const sizes = { hidden: HIDDEN, steps: STEPS };

const networks: Record<Name, (nn: NetworkBuilder, x: Tensor, mask: Tensor) => Tensor> = {
  twoLayers: (nn, x) => lstm(nn, 'layer1', lstm(nn, 'layer0', x, sizes), sizes),
  bidirectional: (nn, x, mask) => {
    const forward = lstm(nn, 'forward', x, { ...sizes, mask });
    return concat([forward, lstm(nn, 'backward', x, { ...sizes, mask, reverse: true })], 1);
  },
};

function prepare(name: Name) {
  const network = networks[name];
  const rows = STEPS * BATCH;
  const width = torch[name].outputs.length / rows;
  const model = buildModel({
    inputs: { x: [rows, INPUTS], mask: [rows], w: [rows, width] },
    loss: (nn, { x, mask, w }) => sum(mul(network(nn, x, mask), w)),
    evaluate: (nn, { x, mask }) => ({ outputs: network(nn, x, mask) }),
  });
  const weights = model.parameters.flatMap(({ size }, i) => [...uniform(10 + i, size)]);
  const feeds = {
    x: uniform(1, rows * INPUTS),
    w: uniform(2, rows * width),
    mask: Float64Array.from({ length: rows }, (_, i) => (i < BATCH * LENGTHS[i % BATCH]! ? 1 : 0)),
    weights,
  };
  return { graph: { outputs: model.evaluation.outputs!, gradient: model.training.gradient! }, feeds };
}

describe.each(['twoLayers', 'bidirectional'] as const)('lstm beside torch.nn.LSTM: %s', (name) => {
  const { graph, feeds } = prepare(name);
  const { outputs, gradient } = torch[name];

  it('has its outputs and gradient in float64', () => {
    const [ourOutputs, ourGradient] = evaluateFloat64([graph.outputs, graph.gradient], feeds);
    expect(ourOutputs).toBeAllclose(outputs, { rtol: 1e-10, atol: 1e-12 });
    expect(ourGradient).toBeAllclose(gradient, { rtol: 1e-10, atol: 1e-12 });
  });

  it.each(engines)('has them by %s', async (engine) => {
    const session = await createSession(graph, engine);
    const used = session.inputs.map((port) => port.name as keyof typeof feeds);
    const found = await session.run(
      Object.fromEntries(used.map((port) => [port, Float32Array.from(feeds[port])])),
    );
    await session.close();
    expect(found.outputs).toBeAllclose(outputs, { rtol: 1e-5, atol: 1e-6 });
    expect(found.gradient).toBeAllclose(gradient, { rtol: 1e-5, atol: 1e-5 });
  });
});

describe('lstm', () => {
  it('refuses rows that are no whole steps', () => {
    const build = (rows: number) =>
      buildModel({
        inputs: { x: [rows, 2] },
        loss: (nn, { x }) => sum(lstm(nn, 'layer', x, sizes)),
        evaluate: (nn, { x }) => ({ y: lstm(nn, 'layer', x, sizes) }),
      });
    expect(() => build(7)).toThrow("lstm 'layer': expected [steps·batch, inputs] with 5 steps, got [7, 2]");
    expect(build(10).evaluation.y?.shape).toEqual([10, 2]);
  });
});
