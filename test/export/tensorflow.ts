import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { Trajectory } from './trajectory.ts';

/** Replays a trajectory on an exported TensorFlow.js optimizer, with recorded draws; its state is saved and loaded in the middle. */
export async function replayTensorflow(
  code: string,
  className: string,
  { initial, gradients, draws, learningRate, steps }: Trajectory,
): Promise<readonly number[]> {
  const queue = draws.flat();
  const recorded = () => tf.tensor1d(queue.shift() as number[]);
  const Optimizer = classOf(code, className, { ...tf, randomUniform: recorded, randomNormal: recorded });
  const options = { learningRate, totalSteps: steps };
  const weights = tf.variable(tf.tensor1d([...initial]));
  let optimizer = new Optimizer(options);
  for (const [t, gradient] of gradients.entries()) {
    if (t === Math.floor(gradients.length / 2)) {
      const saved = await optimizer.getWeights();
      optimizer = Optimizer.fromConfig(Optimizer, optimizer.getConfig());
      await optimizer.setWeights(saved);
    }
    tf.tidy(() => optimizer.applyGradients({ [weights.name]: tf.tensor1d([...gradient]) }));
  }
  const found = [...weights.dataSync()];
  optimizer.dispose();
  weights.dispose();
  return found;
}

interface OptimizerClass {
  new (options: object): tf.Optimizer;
  fromConfig(type: OptimizerClass, config: object): tf.Optimizer;
}

/** The class of an exported text, whose `tf` is another. */
export function classOf(code: string, className: string, library: object): OptimizerClass {
  const body = code.replace(/^import .*$/m, '').replace('export class', 'class');
  return new Function('tf', `${body}\nreturn ${className};`)(library);
}
