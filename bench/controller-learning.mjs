/**
 * Does the controller learn, and with which settings? A synthetic landscape: the reward of a string of 15 tokens is the
 * fraction that equals a hidden string's, plus noise; batch 5. Prints the noise-free mean reward of the last 50 samples at
 * several moments, mean and standard deviation over seeds. docs/controller.md quotes it.
 *
 *     npm run build && node bench/controller-learning.mjs [--learning-rate 0.001,0.003] [--decay 0.8] [--noise 0.05,0.2]
 *       [--pipeline 1,2] [--samples 1000] [--seeds 4] [--json]
 *     node bench/controller-learning.mjs --algorithm trpo [--options '{"klBound":0.02}'] [--decay …]
 */
import { parseArgs } from 'node:util';
import { createController, ppo, reinforce, trpo, trpoAdam } from '../dist/controller/index.js';
import { hiddenString, paperSpace } from '../dist/controller/testing.js';
import { stream } from '../dist/random/index.js';

const { values } = parseArgs({
  options: {
    algorithm: { type: 'string', default: 'reinforce' },
    options: { type: 'string', default: '{}' },
    'learning-rate': { type: 'string' },
    decay: { type: 'string', default: '0.8' },
    noise: { type: 'string', default: '0.05,0.2' },
    pipeline: { type: 'string', default: '1,2' },
    samples: { type: 'string', default: '1000' },
    seeds: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
  },
});
const algorithm = [reinforce, trpo, trpoAdam, ppo].find(({ name }) => name === values.algorithm);
const options = JSON.parse(values.options);
/** Of REINFORCE; the other algorithms keep their defaults, or take it from `--options`. */
const learningRates = values['learning-rate'] ?? (algorithm === reinforce ? '0.001,0.002,0.003,0.005' : '');
const numbers = (name) => values[name].split(',').map(Number);
const SAMPLES = Number(values.samples);
const MOMENTS = [100, 200, 300, 500, 1000, 2000, 5000].filter((n) => n <= SAMPLES);
const mean = (x) => x.reduce((sum, value) => sum + value, 0) / x.length;
const deviation = (x) =>
  x.length > 1 ? Math.sqrt(x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0) / (x.length - 1)) : 0;

/** The noise-free rewards of one search, in the order of sampling. */
async function search({ algorithm: _, noise, pipeline, ...settings }, seed) {
  const space = paperSpace(3);
  const reward = hiddenString(space, seed);
  const random = stream(seed, 'noise');
  const controller = createController({
    space,
    seed,
    hidden: 150,
    embedding: 150,
    algorithm,
    options: settings,
  });
  const rewards = [];
  const inFlight = [];
  while (rewards.length < SAMPLES) {
    while (inFlight.length < pipeline) inFlight.push(await controller.sample(5));
    const scored = inFlight.shift().map((sample) => {
      rewards.push(reward(sample.tokens));
      return { ...sample, reward: rewards.at(-1) + noise * random.normal() };
    });
    await controller.learn(scored);
  }
  await controller.close();
  return rewards;
}

for (const pipeline of numbers('pipeline')) {
  for (const noise of numbers('noise')) {
    for (const baselineDecay of numbers('decay')) {
      for (const learningRate of learningRates.split(',')) {
        const rate = learningRate === '' ? {} : { learningRate: Number(learningRate) };
        const setting = { algorithm: algorithm.name, pipeline, noise, ...options, baselineDecay, ...rate };
        const runs = [];
        for (let seed = 0; seed < Number(values.seeds); seed++) runs.push(await search(setting, seed));
        const at = MOMENTS.map((moment) => {
          const means = runs.map((rewards) => mean(rewards.slice(moment - 50, moment)));
          return { samples: moment, mean: mean(means), deviation: deviation(means) };
        });
        if (values.json) console.log(JSON.stringify({ ...setting, at }));
        else {
          const cells = at.map((m) => `${m.samples}: ${m.mean.toFixed(2)} ± ${m.deviation.toFixed(2)}`);
          console.log(`${JSON.stringify(setting)}  ${cells.join('  ')}`);
        }
      }
    }
  }
}
