/**
 * How well a cheap score of a rule predicts its mean reward under protocol `paper`: Spearman's rank correlation over all rules of
 * `bench/yardstick/` and over the better half, the recall of the ten best, and what the score costs.
 *
 *     npm run build && node bench/predict.mjs measure --protocols quick,fast [--seed 101]   scores: appended to scores.csv
 *     node bench/predict.mjs [--seeds 5] [--json]                                           the table
 *
 * The yardstick is the mean of the first seeds under `paper`; `paper` itself is judged by each seed in turn against the mean of the others.
 * The seed of a score is none of the yardstick's. Intervals: 2.5 % and 97.5 % of 2,000 bootstrap samples of the rules.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { openEvaluator } from '../dist/evaluate/index.js';
import { stream } from '../dist/random/index.js';
import { rankCorrelation } from '../dist/statistics/index.js';
import { mean, quantile, table } from './text.mjs';
import { learningRules, paperCosts, paperRewards, rowsOf, scoresFile } from './yardstick-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    protocols: { type: 'string', default: 'quick,fast' },
    seed: { type: 'string', default: '101' },
    seeds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const SCORES = 'key,protocol,seed,reward,status,steps,seconds,fingerprint\n';
const BOOTSTRAPS = 2_000;
const BEST = 10;
process.env.NOS_ENGINE ??= 'native';

if (positionals[0] === 'measure') await measure();
else report();

async function measure() {
  const task = 'cifar10-convnet';
  const seed = Number(values.seed);
  if (!existsSync(scoresFile)) writeFileSync(scoresFile, SCORES);
  const done = new Set(rowsOf(scoresFile).map(([key, protocol, seed]) => `${key} ${protocol} ${seed}`));
  const evaluator = await openEvaluator({ task, directory: dataDirectory(process.env) });
  for (const protocol of values.protocols.split(',')) {
    for (const { key, rule } of learningRules()) {
      if (done.has(`${key} ${protocol} ${seed}`)) continue;
      const start = process.cpuUsage();
      const { reward, status, steps, fingerprint } = await evaluator.evaluate({
        ...{ rule, task, protocol, environment: 'none', seed },
      });
      const { user, system } = process.cpuUsage(start);
      const row = [
        key,
        protocol,
        seed,
        reward,
        status,
        steps,
        ((user + system) / 1e6).toFixed(2),
        fingerprint,
      ];
      appendFileSync(scoresFile, `${row.join(',')}\n`);
      console.error(`${protocol} ${rule} ${reward} ${status} ${steps} steps`);
    }
  }
  await evaluator.close();
}

function report() {
  const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
  const rewards = paperRewards();
  const keys = learningRules()
    .map(({ key }) => key)
    .filter((key) => seeds.every((seed) => rewards.get(key)?.has(seed)));
  const meanOf = (key, chosen) => mean(chosen.map((seed) => rewards.get(key).get(seed)));
  const truth = keys.map((key) => meanOf(key, seeds));
  const single = seeds.map((seed) => {
    const others = seeds.filter((other) => other !== seed);
    return judge(
      keys.map((key) => rewards.get(key).get(seed)),
      keys.map((key) => meanOf(key, others)),
    );
  });
  const rows = seeds.length < 2 ? [] : [{ score: 'paper, one seed', ...paperCosts(), ...averaged(single) }];
  const scores = rowsOf(scoresFile);
  for (const score of new Set(scores.map(([, protocol, seed]) => `${protocol}, seed ${seed}`))) {
    const own = new Map(
      scores
        .filter(([, protocol, seed]) => `${protocol}, seed ${seed}` === score)
        .map(([key, , , reward, , steps, seconds]) => [key, { reward, steps, seconds }]),
    );
    if (!keys.every((key) => own.has(key))) {
      console.error(`${score}: not of every rule, left out`);
      continue;
    }
    const column = (name) => keys.map((key) => Number(own.get(key)[name]));
    rows.push({
      score,
      steps: mean(column('steps')),
      seconds: mean(column('seconds')),
      ...judge(column('reward'), truth),
    });
  }
  if (values.json) console.log(JSON.stringify({ rules: keys.length, seeds: seeds.length, rows }, null, 2));
  else print(rows, keys.length, seeds.length);
}

/** What one score is worth: correlation over all and over the better half, recall of the best, with an interval of the first. */
function judge(score, truth) {
  const half = quantile(truth, 0.5);
  const better = truth.flatMap((value, i) => (value >= half ? [i] : []));
  const pick = (list, places) => places.map((i) => list[i]);
  const best = (list) =>
    list
      .map((value, i) => [value, i])
      .sort(([a], [b]) => b - a)
      .slice(0, BEST)
      .map(([, i]) => i);
  const random = stream(1, 'bootstrap');
  const drawn = Array.from({ length: BOOTSTRAPS }, () => {
    const places = truth.map(() => random.integer(truth.length));
    return rankCorrelation(pick(score, places), pick(truth, places));
  });
  const found = new Set(best(score));
  return {
    all: rankCorrelation(score, truth),
    low: quantile(drawn, 0.025),
    high: quantile(drawn, 0.975),
    half: rankCorrelation(pick(score, better), pick(truth, better)),
    recall: best(truth).filter((i) => found.has(i)).length / BEST,
  };
}

function averaged(judgements) {
  const names = Object.keys(judgements[0]);
  return Object.fromEntries(names.map((name) => [name, mean(judgements.map((one) => one[name]))]));
}

function print(rows, rules, seeds) {
  console.log(`${rules} rules that learn; yardstick: mean of ${seeds} seeds under paper\n`);
  const head = ['score', 'steps', 'processor s', 'all', '95 %', 'better half', `recall of ${BEST}`];
  const body = rows.map(({ score, steps, seconds, all, low, high, half, recall }) => [
    ...[score, steps.toFixed(0), seconds.toFixed(1), all.toFixed(2)],
    ...[`${low.toFixed(2)} to ${high.toFixed(2)}`, half.toFixed(2), recall.toFixed(2)],
  ]);
  console.log(table([head, ...body]));
}
