// What should a controller be told of a score that is no accuracy? The rewards of the digits' table become a loss that spans many decades, with
// the worst rules lost; a search by `rl` is told it in several ways. Printed: optimum − mean accuracy of the last 50 proposals (what
// the controller has learnt) and optimum − the best one found, means over seeds. docs/controller.md quotes it.
//
//     npm run build && node bench/scaling.mjs [--samples 600] [--seeds 4] [--strategy rl] [--ways accuracy,places,…]
import { parseArgs } from 'node:util';
import { landscapes } from '../dist/bakeoff/index.js';
import { hearing, places } from '../dist/run/hearing.js';
import { runLoop, strategies } from '../dist/search/index.js';

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '600' },
    seeds: { type: 'string', default: '4' },
    strategy: { type: 'string', default: 'rl' },
    ways: { type: 'string' },
  },
});
const SAMPLES = Number(values.samples);
const SEEDS = Number(values.seeds);
/** A loss like this spans ten decades; rules at chance are lost. */
const loss = (accuracy) => 10 ** (10 * (1 - accuracy) - 6);
const worthOf = (accuracy) => (accuracy < 0.105 ? Number.NEGATIVE_INFINITY : -loss(accuracy));

const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const lostAs = (told) => (rewards) => {
  const finite = rewards.filter(Number.isFinite);
  return told(rewards, finite);
};
/** Made anew for every search. */
const WAYS = {
  accuracy: undefined,
  places: () => places([]),
  'rank in the batch': () => (rewards) => places([])(rewards),
  'range of the run': () => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    return lostAs((rewards, finite) => {
      [low, high] = [Math.min(low, ...finite), Math.max(high, ...finite)];
      return rewards.map((reward) =>
        Number.isFinite(reward) && high > low ? (reward - low) / (high - low) : 0,
      );
    });
  },
  'deviations of the run': () => {
    const known = [];
    return lostAs((rewards, finite) => {
      known.push(...finite);
      const middle = known.length > 0 ? mean(known) : 0;
      const spread = Math.sqrt(mean(known.map((one) => (one - middle) ** 2))) || 1;
      return rewards.map((reward) => (Number.isFinite(reward) ? (reward - middle) / spread : -3));
    });
  },
};

async function search(way, seed) {
  const { space, optimum, reward } = await landscapes.find('digits-mlp').open(seed);
  const context = { space, seed, batch: 5, options: {} };
  const strategy = await strategies.find(values.strategy).create(context);
  const told = WAYS[way]?.();
  const found = [];
  await runLoop({
    strategy: {
      ...(told ? hearing(strategy, told) : strategyAsIs(strategy)),
      checkpoint: async () => ({ state: '', appended: '' }),
    },
    ...{ samples: SAMPLES, batch: 5, pipeline: 2 },
    evaluate: async ({ tokens }, index) => {
      const accuracy = reward({ tokens });
      found[index] = accuracy;
      if (told === undefined) return { reward: accuracy };
      const worth = worthOf(accuracy);
      return { reward: worth, status: Number.isFinite(worth) ? 'ok' : 'diverged' };
    },
    log: { asked: () => undefined, told: () => undefined },
  });
  await strategy.close();
  return { learnt: optimum - mean(found.slice(-50)), found: optimum - Math.max(...found) };
}

const strategyAsIs = (strategy) => ({
  name: strategy.name,
  ask: (count) => strategy.ask(count),
  tell: (batch) => strategy.tell(batch),
  close: () => strategy.close(),
});

const row = (cells) =>
  console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(10))).join(''));
row(['told', 'proposed', 'found']);
for (const way of values.ways?.split(',') ?? Object.keys(WAYS)) {
  const results = [];
  for (let seed = 1; seed <= SEEDS; seed++) results.push(await search(way, seed));
  row([way, ...['learnt', 'found'].map((name) => mean(results.map((one) => one[name])).toFixed(4))]);
}
