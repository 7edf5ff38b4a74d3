/**
 * Calibrates the early stops of protocol `fast` on `cifar10-convnet`, from the rules of the yardstick (`yardstick.mjs`): what their
 * trainings look like early, against the mean of their rewards under `paper`.
 *
 *     npm run build && node bench/calibrate.mjs collect [--seeds 1,2] early figures: appended to bench/yardstick/early.csv
 *     npm run build && node bench/calibrate.mjs fit                   src/evaluate/calibrated/cifar10-convnet.ts, and what it is worth
 *     npm run build && node bench/calibrate.mjs proposals             how proposals end under `fast`: bench/yardstick/proposals.csv
 *
 * Only what the tables lack is computed, so that both may be stopped and started at will, and fitted again as they grow.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { openEvaluator } from '../dist/evaluate/index.js';
import { findSpace, printRule, resolveRule, ruleKey } from '../dist/rules/index.js';
import { strategies } from '../dist/search/index.js';
import { mean, midranks, quantile } from '../dist/statistics/index.js';
import { learningRules } from './yardstick-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1,2' }, seconds: { type: 'string', default: 'Infinity' } },
});

const TASK = 'cifar10-convnet';
const folder = new URL('yardstick/', import.meta.url);
const earlyFile = new URL('early.csv', folder);
const proposalsFile = new URL('proposals.csv', folder);
const PROPOSALS = 'key,origin,status,steps,reward,reason\n';
const EARLY = 'key,seed,learningRate,loss,accuracy,late,status,steps,sweep,fingerprint\n';
/** Where trainings end under `fast`: after the second epoch, by the mean training loss of its second half. */
const END = { epochs: 2, window: 50 };
process.env.NOS_ENGINE ??= 'native';

/** Rows of a table as objects; the last column may hold commas in quotes. */
function read(name) {
  const file = new URL(name, folder);
  if (!existsSync(file)) return [];
  const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.match(/"[^"]*"|[^,]+/g) ?? [];
    return Object.fromEntries(names.map((column, i) => [column, cells[i]?.replace(/^"|"$/g, '')]));
  });
}

const byKey = (a, b) => (a.key < b.key ? -1 : 1);

/** Every rule of the yardstick, in an order that is none, under `fast` as far as any goes. The reward is then the training loss at the end. */
async function collect() {
  const everyone = { largest: Number.POSITIVE_INFINITY, reward: [[0, 0]] };
  const all = { smallest: 0, reward: [[0, 0]] };
  const lossItself = [
    [0, 0],
    [1_000, 1_000],
  ];
  const calibrationOf = () => ({ loss: everyone, epochs: [all], end: { ...END, reward: lossItself } });
  const evaluator = await openEvaluator({ task: TASK, directory: dataDirectory(process.env), calibrationOf });
  if (!existsSync(earlyFile)) writeFileSync(earlyFile, EARLY);
  const end = performance.now() + 1_000 * Number(values.seconds);
  for (const seed of values.seeds.split(',').map(Number)) {
    for (const { key, rule } of learningRules().sort(byKey)) {
      if (performance.now() > end) break;
      if (read('early.csv').some((row) => row.key === key && Number(row.seed) === seed)) continue;
      const found = await evaluator.evaluate({
        rule,
        task: TASK,
        protocol: 'fast-filters',
        environment: 'none',
        seed,
      });
      const { learningRate, sweep, curve, reward, status, steps, fingerprint } = found;
      const { loss } = sweep.find((point) => point.learningRate === learningRate) ?? { loss: Number.NaN };
      const points = sweep.map(
        (point) => `${point.learningRate.toExponential()}=${point.loss.toFixed(4)}/${point.steps}`,
      );
      const row = [
        key,
        seed,
        learningRate,
        loss,
        curve[0] ?? Number.NaN,
        status === 'stopped' && curve.length > 0 ? reward.toFixed(4) : Number.NaN,
        status,
        steps,
        points.join(' '),
        fingerprint,
      ];
      appendFileSync(earlyFile, `${row.join(',')}\n`);
      console.error(`seed ${seed} ${rule}: loss ${loss.toFixed(3)}, accuracy ${curve[0]}`);
    }
  }
  await evaluator.close();
}

/** The shares of the yardstick's rules that pass the hurdle after the first steps, and the one after the first epoch. */
const PASS = { loss: 0.7, epoch: 0.35 };
/** Knots of a table of rewards. */
const KNOTS = 8;

/** How the controller's proposals of the yardstick, and uniform samples, end under `fast`. */
async function tryProposals() {
  if (!existsSync(proposalsFile)) writeFileSync(proposalsFile, PROPOSALS);
  const evaluator = await openEvaluator({ task: TASK, directory: dataDirectory(process.env) });
  const end = performance.now() + 1_000 * Number(values.seconds);
  for (const { origin, rule, key } of await proposed()) {
    if (performance.now() > end) break;
    if (read('proposals.csv').some((row) => row.key === key && row.origin === origin)) continue;
    const request = { rule, task: TASK, protocol: 'fast', environment: 'none', seed: 1 };
    const { status, steps, reward, reason = '' } = await evaluator.evaluate(request);
    appendFileSync(proposalsFile, `${[key, origin, status, steps, reward, `"${reason}"`].join(',')}\n`);
  }
  await evaluator.close();
  for (const origin of new Set(read('proposals.csv').map((row) => row.origin))) {
    const own = read('proposals.csv').filter((row) => row.origin === origin);
    const kinds = own.map(kindOf);
    const shares = [...new Set(kinds)].map((kind) => `${kind} ${kinds.filter((one) => one === kind).length}`);
    console.log(
      `${origin}: ${mean(own.map(({ steps }) => Number(steps))).toFixed(1)} steps a rule; ${shares.join(', ')}`,
    );
  }
}

/** What ended an evaluation: its status, or the stage that stopped it. */
function kindOf({ status, reason }) {
  if (status !== 'stopped') return status;
  const stages = [
    [/^no /, 'flat'],
    [/^training.*hurdle/, 'loss'],
    [/^validation/, 'epoch'],
    [/^training/, 'end'],
  ];
  return stages.find(([pattern]) => pattern.test(reason))[1];
}

async function proposed() {
  const context = {
    space: findSpace('icml2017', { iterations: 2 }),
    seed: 7,
    batch: 1,
    options: {},
    warmStart: [],
  };
  const strategy = await strategies.find('random').create(context);
  const uniform = await strategy.ask(200);
  await strategy.close();
  const texts = uniform.map(({ rule }) => (typeof rule === 'string' ? rule : printRule(rule)));
  const controller = read('rules.csv').filter(({ origin }) => origin === 'controller');
  const both = [
    ...controller.map(({ rule }) => ({ origin: 'controller', rule })),
    ...texts.map((rule) => ({ origin: 'uniform', rule })),
  ];
  return both.map((one) => ({ ...one, key: ruleKey(resolveRule(one.rule)) }));
}

/** Fits the tables to what there is, writes them, and prints what they are worth. */
function calibrate() {
  const truth = means(read('rewards.csv'));
  const rows = read('early.csv')
    .filter(({ key, loss }) => truth.has(key) && Number.isFinite(Number(loss)))
    .map(({ key, seed, loss, accuracy, late, steps }) => ({
      ...{ key, seed: Number(seed), reward: truth.get(key) },
      ...{ loss: Number(loss), accuracy: Number(accuracy), late: Number(late), halving: Number(steps) - 160 },
    }));
  const keys = [...new Set(rows.map(({ key }) => key))];
  const uniform = read('proposals.csv').filter(({ origin }) => origin === 'uniform');
  const table = (name, direction) =>
    knots(
      rows.filter((row) => Number.isFinite(row[name])).map((row) => [row[name], row.reward]),
      direction,
    );
  const calibration = {
    ...(uniform.length > 0 && { steps: Math.round(mean(uniform.map(({ steps }) => Number(steps)))) }),
    loss: { largest: round(quantile(column(rows, 'loss'), PASS.loss)), reward: table('loss', -1) },
    epochs: [
      { smallest: round(quantile(column(rows, 'accuracy'), 1 - PASS.epoch)), reward: table('accuracy', 1) },
    ],
    end: { ...END, reward: table('late', -1) },
  };
  const text = `import type { Calibration } from '../calibration.ts';

/** Made by \`bench/calibrate.mjs fit\` from ${rows.length} early trainings of ${keys.length} rules. */
export const cifar10Convnet: Calibration = ${JSON.stringify(calibration)};
`;
  const file = fileURLToPath(new URL('../src/evaluate/calibrated/cifar10-convnet.ts', import.meta.url));
  writeFileSync(file, text);
  execFileSync('npx', ['biome', 'format', '--write', file], { stdio: 'ignore' });
  console.log(report(rows, calibration, truth.get(SGD)));
}

const column = (rows, name) => rows.map((row) => row[name]).filter(Number.isFinite);

/** The mean reward of each rule over its seeds. */
function means(rewards) {
  const sums = new Map();
  for (const { key, reward } of rewards) {
    const [sum, count] = sums.get(key) ?? [0, 0];
    sums.set(key, [sum + Number(reward), count + 1]);
  }
  return new Map([...sums].map(([key, [sum, count]]) => [key, sum / count]));
}

/**
 * A monotone function by least squares (pool adjacent violators), as knots between blocks of about equal numbers of points.
 *
 * @param direction 1 if it rises, −1 if it falls.
 */
function knots(points, direction) {
  const sorted = [...points].sort(([a], [b]) => a - b);
  const size = Math.max(Math.floor(sorted.length / KNOTS), 1);
  const blocks = [];
  for (let i = 0; i < sorted.length; i += size) {
    const part = sorted.slice(i, i + size);
    blocks.push({ x: mean(part.map(([x]) => x)), y: mean(part.map(([, y]) => y)), weight: part.length });
    while (blocks.length > 1 && direction * (blocks.at(-1).y - blocks.at(-2).y) <= 0) {
      const [a, b] = blocks.splice(-2);
      const weight = a.weight + b.weight;
      const pooled = (name) => (a[name] * a.weight + b[name] * b.weight) / weight;
      blocks.push({ x: pooled('x'), y: pooled('y'), weight });
    }
  }
  return blocks.map(({ x, y }) => [round(x), round(y)]);
}

function report(rows, calibration, sgd) {
  const { loss, epochs: hurdles, end } = calibration;
  const passes = (row) => row.loss <= loss.largest;
  const arrives = (row) => passes(row) && row.accuracy >= hurdles[0].smallest;
  const estimateOf = (row) =>
    arrives(row)
      ? valueAt(end.reward, row.late)
      : passes(row)
        ? valueAt(hurdles[0].reward, row.accuracy)
        : valueAt(loss.reward, row.loss);
  const share = (some, is) => `${((100 * some.filter(is).length) / some.length).toFixed(0)} %`;
  const sorted = [...rows].sort((a, b) => b.reward - a.reward);
  const groups = {
    'rules that learn': rows,
    'the best 10': sorted.slice(0, 10),
    'the better half': sorted.slice(0, Math.ceil(rows.length / 2)),
    'above sgd': rows.filter(({ reward }) => reward > sgd),
  };
  const lines = Object.entries(groups).map(
    ([name, some]) =>
      `${name} (${some.length} trainings): ${share(some, passes)} pass the loss, ${share(some, arrives)} the epoch too`,
  );
  return [
    `hurdles: loss ${loss.largest} after 40 steps, accuracy ${hurdles[0].smallest} after an epoch`,
    ...lines,
    `above sgd with an estimate below it: ${groups['above sgd'].filter((row) => estimateOf(row) < sgd).length}`,
    ...worth(rows, { estimateOf, passes, arrives }),
  ].join('\n');
}

/**
 * How well cheap scores tell the mean reward under the other seeds: rank correlations over all rules and over the better half, and steps
 * for a rule.
 */
function worth(rows, { estimateOf, passes, arrives }) {
  const rewards = read('rewards.csv');
  const of = (key, seed) =>
    Number(rewards.find((one) => one.key === key && Number(one.seed) === seed)?.reward);
  const others = (key, seed) => rewards.filter((one) => one.key === key && Number(one.seed) !== seed);
  const judged = rows
    .map((row) => ({ ...row, paper: of(row.key, row.seed), others: others(row.key, row.seed) }))
    .filter((row) => row.others.length > 0 && Number.isFinite(row.paper))
    .map((row) => ({ ...row, truth: mean(row.others.map(({ reward }) => Number(reward))) }));
  if (judged.length === 0) return ['no rule has a second seed yet'];
  const scores = {
    'paper, one seed': [(row) => row.paper, () => 1_200 + VALIDATION * 600],
    fast: [
      estimateOf,
      (row) => row.halving + (passes(row) ? 60 + VALIDATION * 10 : 0) + (arrives(row) ? 100 : 0),
    ],
    'loss after halving': [(row) => -row.loss, (row) => row.halving],
    'accuracy after an epoch': [(row) => row.accuracy, (row) => row.halving + 60 + VALIDATION * 10],
    'loss at the end': [(row) => -row.late, (row) => row.halving + 160],
  };
  const middle = quantile(
    judged.map(({ truth }) => truth),
    0.5,
  );
  const better = judged.filter(({ truth }) => truth >= middle);
  const correlation = (some, of) =>
    spearman(
      some.map(of),
      some.map(({ truth }) => truth),
    ).toFixed(2);
  return [
    `rank correlation with the mean reward under other seeds, ${judged.length} trainings; among the better half; steps, validation at its cost`,
    ...Object.entries(scores).map(
      ([name, [of, steps]]) =>
        `${name}: ${correlation(judged, of)}, ${correlation(better, of)}, ${mean(judged.map(steps)).toFixed(0)}`,
    ),
  ];
}

/** What the validation of a batch takes, as a share of a training step. */
const VALIDATION = 0.3;

const SGD = 'cd0aa9856147b6c5';

function spearman(xs, ys) {
  const [a, b] = [midranks(xs), midranks(ys)];
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = (p, mp, q, mq) => p.reduce((sum, x, i) => sum + (x - mp) * (q[i] - mq), 0);
  return covariance(a, ma, b, mb) / Math.sqrt(covariance(a, ma, a, ma) * covariance(b, mb, b, mb));
}

/** The value of a table between its knots. */
function valueAt(knots, x) {
  const above = knots.findIndex(([knot]) => knot >= x);
  if (above <= 0) return knots.at(above)[1];
  const [[x0, y0], [x1, y1]] = [knots[above - 1], knots[above]];
  return y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}

const round = (x) => Number(x.toFixed(4));

if (positionals[0] === 'fit') calibrate();
else if (positionals[0] === 'proposals') await tryProposals();
else await collect();
