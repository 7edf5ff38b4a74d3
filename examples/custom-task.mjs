// A task of one's own: two spirals, a small network. Score a rule on it with
//   nos eval adam powersign --task examples/custom-task.mjs --protocol quick
import { arrayDataset } from 'neural-optimizer-search/data';
import { tanh } from 'neural-optimizer-search/graph';
import { dense } from 'neural-optimizer-search/nn';
import { stream } from 'neural-optimizer-search/random';
import { defineTask } from 'neural-optimizer-search/tasks';

/** Points on two arms that wind around each other; the arm is the class. */
function spirals(examples, seed) {
  const random = stream(seed, 'spirals');
  const inputs = new Float32Array(2 * examples);
  const labels = new Uint8Array(examples);
  for (let i = 0; i < examples; i++) {
    labels[i] = i % 2;
    const radius = Math.sqrt(random.uniform());
    const angle = 4 * radius + Math.PI * labels[i];
    inputs[2 * i] = radius * Math.cos(angle) + 0.02 * random.normal();
    inputs[2 * i + 1] = radius * Math.sin(angle) + 0.02 * random.normal();
  }
  return { inputs, labels };
}

export const task = defineTask({
  name: 'spirals',
  description: 'two spirals in the plane, one hidden layer of 32',
  inputShape: [2],
  classes: 2,
  batchSize: 20,
  trainExamples: 2_000,
  load: async () =>
    arrayDataset({
      name: 'spirals',
      inputShape: [2],
      classes: 2,
      train: spirals(2_000, 1),
      validation: spirals(1_000, 2),
      test: spirals(1_000, 3),
    }),
  network: (builder, inputs) => dense(builder, 'output', tanh(dense(builder, 'hidden', inputs, 32)), 2),
});
