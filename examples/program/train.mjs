// A training in JavaScript, without any package: a line through noisy points, by the optimizer that `nos` writes.
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    optimizer: { type: 'string' },
    lr: { type: 'string', default: '0.01' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '200' },
  },
});
const [file, name] = values.optimizer.split(/:(?=[^:]*$)/);
const { [name]: Optimizer } = await import(file);
const optimizer = new Optimizer({ learningRate: Number(values.lr) });

let state = Number(values.seed);
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const points = Array.from({ length: 64 }, () => {
  const x = 2 * random() - 1;
  return [x, 3 * x - 1 + 0.1 * random()];
});

const weights = Float64Array.of(0, 0);
const gradient = new Float64Array(2);
const lossOf = () => points.reduce((sum, [x, y]) => sum + (weights[0] * x + weights[1] - y) ** 2, 0) / 64;

for (let step = 1; step <= Number(values.steps); step++) {
  gradient.fill(0);
  for (let i = 0; i < 8; i++) {
    const [x, y] = points[Math.floor(random() * 64)];
    const error = weights[0] * x + weights[1] - y;
    gradient[0] += (2 * error * x) / 8;
    gradient[1] += (2 * error) / 8;
  }
  optimizer.step([weights], [gradient]);
  if (step % 50 === 0) console.log(`step=${step} loss=${lossOf()}`);
}
console.log(JSON.stringify({ loss: lossOf() }));
