/**
 * Does the controller learn, and with which settings? A synthetic landscape: the reward of a string of 15 tokens is the
 * fraction that equals a hidden string's, plus noise; batch 5. Prints the noise-free mean reward of the last 50 samples at
 * several moments, mean and standard deviation over seeds. docs/controller.md quotes it.
 *
 *     npm run build && node bench/controller-learning.mjs [--learning-rate 0.001,0.003] [--decay 0.8] [--noise 0.05,0.2]
 *       [--pipeline 1,2] [--samples 1000] [--seeds 4] [--json]
 *     node bench/controller-learning.mjs --algorithm trpo [--options '{"klBound":0.02}'] [--decay …]
 *     node bench/controller-learning.mjs --warm-start 4 [--imitation 0,0.4] [--learning-rate 0.003]
 *
 * With a warm start of N strings, each shares seven tokens with the hidden one, at random places; they are imitated to each
 * of the levels, and proposed first.
 */
import { parseArgs } from 'node:util';
import { algorithms, createController } from '../dist/controller/index.js';
import { stream } from '../dist/random/index.js';
import { hiddenString, paperSpace, relatives } from './hidden-string.mjs';

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
    'warm-start': { type: 'string', default: '0' },
    imitation: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const algorithm = algorithms.find(values.algorithm);
const options = JSON.parse(values.options);
/** Of REINFORCE; the other algorithms keep their defaults, or take it from `--options`. */
const learningRates =
  values['learning-rate'] ?? (algorithm.name === 'reinforce' ? '0.001,0.002,0.003,0.005' : '');
const WARM = Number(values['warm-start']);
const levels = values.imitation ?? (WARM > 0 ? '0,0.3,0.4,0.5,0.6,0.9' : '');
const numbers = (name) => values[name].split(',').map(Number);
const SAMPLES = Number(values.samples);
const MOMENTS = [100, 200, 300, 500, 1000, 2000, 5000].filter((n) => n <= SAMPLES);
const mean = (x) => x.reduce((sum, value) => sum + value, 0) / x.length;
const deviation = (x) =>
  x.length > 1 ? Math.sqrt(x.reduce((sum, v) => sum + (v - mean(x)) ** 2, 0) / (x.length - 1)) : 0;

/** The noise-free rewards of one search, in the order of sampling. */
async function search({ algorithm: _, noise, pipeline, warmStart = 0, imitation = 0, ...settings }, seed) {
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
  const first = [...relatives(space, seed, warmStart)];
  if (warmStart > 0) await controller.imitate(first, imitation);
  const ask = async () => {
    const given = await controller.score(first.splice(0, 5));
    return [...given, ...(given.length < 5 ? await controller.sample(5 - given.length) : [])];
  };
  while (rewards.length < SAMPLES) {
    while (inFlight.length < pipeline) inFlight.push(await ask());
    const scored = inFlight.shift().map((sample) => {
      rewards.push(reward(sample.tokens));
      return { ...sample, reward: rewards.at(-1) + noise * random.normal() };
    });
    await controller.learn(scored);
  }
  await controller.close();
  return rewards;
}

/** One setting, all seeds. */
async function report(setting) {
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

for (const pipeline of numbers('pipeline')) {
  for (const noise of numbers('noise')) {
    for (const baselineDecay of numbers('decay')) {
      for (const learningRate of learningRates.split(',')) {
        for (const level of levels.split(',')) {
          const rate = learningRate === '' ? {} : { learningRate: Number(learningRate) };
          const warm = level === '' ? {} : { warmStart: WARM, imitation: Number(level) };
          const common = { algorithm: algorithm.name, pipeline, noise, ...options, baselineDecay };
          await report({ ...common, ...rate, ...warm });
        }
      }
    }
  }
}
