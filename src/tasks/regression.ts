import type { RegressionDataset, Split } from '../data/index.ts';
import { mean, mul, sub, type Tensor } from '../graph/index.ts';
import { buildModel, type Model, type NetworkBuilder, openModel } from '../nn/index.ts';
import { shown } from '../shown.ts';
import type { Child, ChildState } from './child.ts';
import { checkedRegression, defineTask } from './define.ts';
import { initialState, misfit, scoredBatches } from './parts.ts';
import type { LoadOptions, Task, TaskFacts } from './task.ts';

/** A task of regression: data with numbers to be predicted, and a network that predicts them. */
export interface RegressionTask extends Omit<TaskFacts, 'description'> {
  /** One line for people. Default: what is predicted. */
  readonly description?: string;
  /**
   * Loads the data: {@link fromCsv} with `targets`, or `regressionDataset` of arrays, both of data/.
   *
   * @throws NosError `data-missing` or `data-corrupt`.
   */
  readonly load: (options: LoadOptions) => Promise<RegressionDataset> | RegressionDataset;
  /** The network: inputs [batch, …inputShape] to predictions [batch, outputs]. Called once for training, once for evaluation. */
  readonly network: (builder: NetworkBuilder, inputs: Tensor) => Tensor;
  /** λ of ½·λ·|w|², whose gradient λ·w joins the one that an update rule sees. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Makes a task of regression. The loss is the mean squared error of a batch, over examples and outputs, in the units that the network
 * predicts; the score is that of the validation examples, `mse`, which is minimised. `rmse` in the units of the source is measured too.
 *
 * @throws NosError `bad-option` that names the first property that is wrong.
 * @example
 * export const task = defineRegression({
 *   name: 'houses',
 *   batchSize: 32,
 *   load: () => fromCsv({ file: new URL('houses.csv', import.meta.url), targets: 'price' }),
 *   network: (nn, inputs) => dense(nn, 'output', tanh(dense(nn, 'hidden', inputs, 16)), 1),
 * });
 */
export function defineRegression(definition: RegressionTask): Task {
  const regression = checkedRegression(definition);
  const { name, description = 'numbers to be predicted', batchSize, dataSet, trainExamples } = regression;
  const load = async (options: LoadOptions): Promise<RegressionDataset> => {
    const data = await regression.load(options);
    checkFit(regression, data);
    return data;
  };
  return defineTask({
    ...{ name, description, batchSize },
    ...(dataSet === undefined ? {} : { dataSet }),
    ...(trainExamples === undefined ? {} : { trainExamples }),
    ...{ metric: 'mse', goal: 'minimise' },
    checksum: async (options) => (await load(options)).checksum,
    open: async (options) => openRegression(regression, await load(options), options),
    prepare: async (options) => (await openModel(modelOf(regression, await load(options)), options)).close(),
  });
}

/** A model of `inputs` [batch, …inputShape] and `targets` [batch, outputs]; it evaluates `inputs` to `prediction` [batch, outputs]. */
function modelOf(
  { network, batchSize, name }: RegressionTask,
  { inputShape, outputs }: RegressionDataset,
): Model {
  const predicted = (nn: NetworkBuilder, inputs: Tensor): Tensor => {
    const prediction = network(nn, inputs);
    const { shape } = prediction;
    if (shape.length === 2 && shape[0] === batchSize && shape[1] === outputs) return prediction;
    const wanted = `[${batchSize}, ${outputs}] (batch, outputs)`;
    throw misfit({ name }, `network: expected predictions ${wanted}, got [${shape.join(', ')}]`);
  };
  return buildModel({
    inputs: { inputs: [batchSize, ...inputShape], targets: [batchSize, outputs] },
    loss: (nn, { inputs, targets }) => {
      const error = sub(predicted(nn, inputs), targets);
      return mean(mul(error, error));
    },
    evaluate: (nn, { inputs }) => ({ prediction: predicted(nn, inputs) }),
  });
}

async function openRegression(
  task: RegressionTask,
  data: RegressionDataset,
  options: LoadOptions,
): Promise<Child> {
  const { batchSize, weightDecay = 0 } = task;
  const { outputs, targetScales = Array<number>(outputs).fill(1) } = data;
  const model = modelOf(task, data);
  const session = await openModel(model, options);
  const values = data.inputShape.reduce((product, n) => product * n, 1);
  const arrays = () => ({
    inputs: new Float32Array(batchSize * values),
    targets: new Float32Array(batchSize * outputs),
  });
  const [batch, scored] = [arrays(), arrays()];
  /** The mean squared error of each output. */
  const errors = async (
    split: Split,
    examples: number,
    { weights, buffers }: ChildState,
    onBatch: () => void = () => undefined,
  ): Promise<readonly number[]> => {
    const count = Math.min(examples, split.size);
    const sums = Array<number>(outputs).fill(0);
    const { inputs, targets } = scored;
    for (const { indices, used } of scoredBatches(count, batchSize)) {
      split.fill(indices, inputs, targets);
      const { prediction } = await session.evaluate({ inputs }, weights, buffers);
      onBatch();
      for (let i = 0; i < used * outputs; i++) sums[i % outputs]! += (prediction![i]! - targets[i]!) ** 2;
    }
    return sums.map((sum) => sum / count);
  };
  return {
    batchSize,
    trainExamples: data.train.size,
    tensors: model.parameters,
    initialState: (seed) => initialState(model, seed),
    step: async (indices, { weights, buffers }, gradient) => {
      data.train.fill(indices, batch.inputs, batch.targets);
      const loss = await session.step(batch, weights, buffers, gradient);
      if (weightDecay > 0)
        for (let i = 0; i < gradient.length; i++) gradient[i]! += weightDecay * weights[i]!;
      return loss;
    },
    score: async (split, examples, state, onBatch) =>
      average(await errors(data[split], examples, state, onBatch)),
    measures: async (split, examples, state, onBatch) => {
      const squares = await errors(data[split], examples, state, onBatch);
      return { rmse: Math.sqrt(average(squares.map((square, i) => square * targetScales[i]! ** 2))) };
    },
    close: () => session.close(),
  };
}

const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function checkFit(task: RegressionTask, data: RegressionDataset): void {
  const refuse = (what: string): never => {
    throw misfit(task, what);
  };
  if (typeof data !== 'object' || data === null) refuse(`load gave ${shown(data)}: expected a data set`);
  for (const name of ['train', 'validation', 'test'] as const) {
    const split: Split | undefined = data[name];
    if (Number.isSafeInteger(split?.size) && split.size >= 0 && typeof split.fill === 'function') continue;
    refuse(`its data have no split '${name}': expected { size, fill }`);
  }
  if (!(Number.isSafeInteger(data.outputs) && data.outputs > 0)) {
    refuse(
      `its data have ${shown(data.outputs)} outputs: expected numbers to predict, as fromCsv with 'targets' has`,
    );
  }
  if (data.validation.size === 0) refuse('its data have no validation examples');
  if (data.train.size < task.batchSize) {
    refuse(`batchSize is ${task.batchSize}, but there are ${data.train.size} training examples`);
  }
}
