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
import { valueAt } from '../dist/evaluate/calibration.js';
import { openChildTrainer } from '../dist/evaluate/child-trainer.js';
import { fingerprint } from '../dist/evaluate/fingerprint.js';
import { openEvaluator } from '../dist/evaluate/index.js';
import { runStages, stagesOf } from '../dist/evaluate/stages.js';
import { parseConditions } from '../dist/evaluation/index.js';
import { lineChart } from '../dist/plot/index.js';
import { findSpace, printRule, rejection, resolveRule, ruleKey } from '../dist/rules/index.js';
import { strategies } from '../dist/search/index.js';
import { mean, midranks, quantile } from '../dist/statistics/index.js';
import { resolveTask } from '../dist/tasks/index.js';
import { proposalsOf } from './table-of-run.mjs';
import { table } from './text.mjs';
import { candidateRules, LEARNT, learningRules, paperRewards, pictureFile } from './yardstick-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1,2' }, seconds: { type: 'string', default: 'Infinity' } },
});

const TASK = 'cifar10-convnet';
const folder = new URL('yardstick/', import.meta.url);
const earlyFile = new URL('early.csv', folder);
const referencesFile = new URL('references.csv', folder);
const proposalsFile = new URL('proposals.csv', folder);
/** Searches under `fast`, as `nos table` writes them. */
const searchesFile = new URL('searches.csv.gz', folder);
const PROPOSALS = 'key,origin,status,steps,reward,reason\n';
const EARLY = 'key,seed,learningRate,status,sweep,losses,fingerprint\n';
const LEVELS = 'rule,learningRate,seed,losses,fingerprint\n';
/** Steps of a block of losses. */
const BLOCK = 10;
/** What losses are compared with: under one seed all lie a little higher or lower. */
const REFERENCES = [
  { rule: 'adam', learningRate: 1e-3 },
  { rule: 'sgd', learningRate: 1e-2 },
  { rule: 'rmsprop', learningRate: 1e-3 },
];
/** Steps whose losses are kept. */
const KEPT = 200;
/** A calibration that lets everything pass, as far as the losses are kept. */
const EVERYTHING = {
  references: REFERENCES,
  hurdles: [],
  end: { steps: KEPT, window: 50, reward: [[0, 0]] },
};
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

/**
 * Every rule of the yardstick, in an order that is none, under `fast` as far as any goes: the learning rate that is chosen, and the mean losses
 * of ten steps each on the way.
 */
async function collect() {
  const trainer = await openChildTrainer(await resolveTask(TASK), { directory: dataDirectory(process.env) });
  const { protocol, environment } = parseConditions({ task: TASK, protocol: 'fast-filters', seed: 0 });
  const name = await fingerprint(trainer.engine);
  if (!existsSync(earlyFile)) writeFileSync(earlyFile, EARLY);
  if (!existsSync(referencesFile)) writeFileSync(referencesFile, LEVELS);
  const end = performance.now() + 1_000 * Number(values.seconds);
  const openTraining = (text, seed, learningRate) => {
    const rule = { rule: resolveRule(text), ruleName: text, learningRate, schedule: 'constant' };
    const rest = { environment, seed, budget: protocol.final, validationExamples: 1_000, detail: 'accuracy' };
    return trainer.open({ ...rule, ...rest }, { onProgress() {} });
  };
  for (const seed of values.seeds.split(',').map(Number)) {
    for (const { rule, learningRate } of REFERENCES) {
      if (read('references.csv').some((row) => row.rule === rule && Number(row.seed) === seed)) continue;
      const training = openTraining(rule, seed, learningRate);
      await training.advance(KEPT);
      const row = [rule, learningRate, seed, blocksOf(training.losses), name];
      appendFileSync(referencesFile, `${row.join(',')}\n`);
    }
    for (const { key, rule } of learningRules().sort(byKey)) {
      if (performance.now() > end) break;
      if (read('early.csv').some((row) => row.key === key && Number(row.seed) === seed)) continue;
      const opened = new Map();
      const open = (learningRate) => {
        opened.set(learningRate, openTraining(rule, seed, learningRate));
        return opened.get(learningRate);
      };
      const stages = stagesOf(protocol, resolveRule(rule), trainer, EVERYTHING);
      const { learningRate, sweep, status } = await runStages(stages, { open, level: async () => 0 });
      const losses = blocksOf(opened.get(learningRate)?.losses ?? []);
      const tried = sweep.map(
        (point) => `${point.learningRate.toExponential()}=${point.loss.toFixed(4)}/${point.steps}`,
      );
      const row = [key, seed, learningRate, status, tried.join(' '), losses, name];
      appendFileSync(earlyFile, `${row.join(',')}\n`);
      console.error(`seed ${seed} ${rule}: ${losses}`);
    }
  }
  await trainer.close();
}

/** Hurdles of `fast`, and where its trainings end: steps, steps whose mean loss counts, the share of the rules that passes. */
const HURDLES = [
  { steps: 40, window: 20, passes: 0.8 },
  { steps: 120, window: 40, passes: 0.35 },
];
const END = { steps: 160, window: 50 };
/** Training losses that are compared as scores. */
const LOSSES = [
  { steps: 40, window: 20 },
  { steps: 70, window: 30 },
  { steps: 100, window: 50 },
  { steps: 150, window: 50 },
  { steps: 200, window: 50 },
];
/** Steps of the chosen training that its choice takes. */
const CHOSEN = 40;
/** The seeds of the yardstick that tables are fitted to, from the first on; further ones only judge them. */
const SEEDS = 4;
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
  if (/^no /.test(reason)) return 'no rate learns';
  const [, steps] = /after (\d+) steps, above the hurdle/.exec(reason) ?? [];
  return steps === undefined ? 'at the end' : `after ${steps} steps`;
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

/** Mean steps of a proposal by strategy: none where it has the evaluation of another. */
function stepsByStrategy() {
  const proposals = proposalsOf(searchesFile);
  const stepsOf = (name) =>
    proposals.flatMap(({ strategy, steps }) => (strategy === name ? [Number(steps)] : []));
  const names = [...new Set(proposals.map(({ strategy }) => strategy))].sort();
  return Object.fromEntries(names.map((name) => [name, Math.round(mean(stepsOf(name)))]));
}

/** Fits the tables to what there is, writes them, and prints what they are worth. */
function calibrate() {
  const rows = earlyRows();
  const calibration = {
    steps: stepsByStrategy(),
    ...fitTables(rows),
  };
  const rules = new Set(rows.map(({ key }) => key)).size;
  const text = `import type { Calibration } from '../calibration.ts';

/** Made by \`bench/calibrate.mjs fit\` from ${rows.length} early trainings of ${rules} rules. */
export const cifar10Convnet: Calibration = ${JSON.stringify(calibration)};
`;
  const file = fileURLToPath(new URL('../src/evaluate/calibrated/cifar10-convnet.ts', import.meta.url));
  writeFileSync(file, text);
  execFileSync('npx', ['biome', 'format', '--write', file], { stdio: 'ignore' });
  console.log(report(rows));
}

/** Mean losses of ten steps each. */
function blocksOf(losses) {
  const count = Math.floor(losses.length / BLOCK);
  const blocks = Array.from({ length: count }, (_, i) => mean(losses.slice(i * BLOCK, (i + 1) * BLOCK)));
  return blocks.map((loss) => loss.toFixed(4)).join(' ');
}

/**
 * The early trainings that came to the end: their losses, the steps that the choice of the learning rate took, the rule's mean reward under
 * `paper`, and the mean reward under seeds other than the training's own.
 */
function earlyRows() {
  const rewards = wholeRewards();
  const references = read('references.csv').map((row) => ({
    ...row,
    blocks: row.losses.split(' ').map(Number),
  }));
  return read('early.csv').flatMap(({ key, seed, sweep, losses }) => {
    const levels = references.filter((one) => one.seed === seed).map((one) => one.blocks);
    const blocks = losses.split(' ').map((loss, i) => Number(loss) - mean(levels.map((level) => level[i])));
    const own = rewards.get(key) ?? new Map();
    const others = [...own].filter(([other]) => other !== Number(seed)).map(([, reward]) => reward);
    if (losses === '' || blocks.length * BLOCK < KEPT || others.length === 0) return [];
    const choice = sweep.split(' ').reduce((sum, point) => sum + Number(point.split('/')[1]), 0);
    const known = [...own].filter(([other]) => other <= SEEDS).map(([, reward]) => reward);
    const row = { key, seed: Number(seed), blocks, choice, reward: mean(known) };
    return [{ ...row, truth: mean(others) }];
  });
}

/** The mean loss over the last `window` of `steps` steps, above that of the references under the same seed. */
const lossAt = ({ blocks }, { steps, window }) => mean(blocks.slice((steps - window) / BLOCK, steps / BLOCK));

/** Hurdles and tables that fit trainings whose rewards are known. */
function fitTables(rows) {
  const tableAt = ({ steps, window }) => {
    const points = rows.map((row) => [lossAt(row, { steps, window }), row.reward]);
    return { steps, window, reward: knots(points) };
  };
  const hurdles = HURDLES.map((place) => {
    const losses = rows.map((row) => lossAt(row, place));
    return { ...tableAt(place), largest: round(quantile(losses, place.passes)) };
  });
  return { references: REFERENCES, hurdles, end: tableAt(END) };
}

/** What `fast` makes of an early training: its estimate, after how many steps, and which hurdles it passes. */
function judge(row, { hurdles, end }) {
  const stopped = hurdles.findIndex((hurdle) => lossAt(row, hurdle) > hurdle.largest);
  const last = hurdles[stopped] ?? end;
  const passed = stopped < 0 ? hurdles.length : stopped;
  const steps = row.choice - CHOSEN + last.steps;
  return { ...row, passed, steps, estimate: valueAt(last.reward, lossAt(row, last)) };
}

/** A falling function by least squares (pool adjacent violators), as knots between blocks of about equal numbers of points. */
function knots(points) {
  const sorted = [...points].sort(([a], [b]) => a - b);
  const size = Math.max(Math.floor(sorted.length / KNOTS), 1);
  const blocks = [];
  for (let i = 0; i < sorted.length; i += size) {
    const part = sorted.slice(i, i + size);
    blocks.push({ x: mean(part.map(([x]) => x)), y: mean(part.map(([, y]) => y)), weight: part.length });
    while (blocks.length > 1 && blocks.at(-1).y >= blocks.at(-2).y) {
      const [a, b] = blocks.splice(-2);
      const weight = a.weight + b.weight;
      const pooled = (name) => (a[name] * a.weight + b[name] * b.weight) / weight;
      blocks.push({ x: pooled('x'), y: pooled('y'), weight });
    }
  }
  return blocks.map(({ x, y }) => [round(x), round(y)]);
}

/**
 * What the tables are worth under a seed that had no part in them: each seed's trainings are judged by tables that were fitted to the other
 * seeds' trainings, and compared with rewards under other seeds.
 */
function report(rows) {
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);
  const judged = seeds.map((seed) => {
    const calibration = fitTables(rows.filter((row) => row.seed !== seed));
    return rows.filter((row) => row.seed === seed).map((row) => judge(row, calibration));
  });
  const scores = worth(judged);
  if (seeds.length > 1) writeFileSync(pictureFile, picture(scores, judged.flat()));
  const head = ['score', 'seeds', 'steps', 'all', 'better half', 'recall of 10'];
  const body = scores.map(({ name, seeds, steps, all, half, recall }) => [
    ...[name, seeds.join(' '), steps.toFixed(0)],
    ...[all, half, recall].map((figure) => figure.toFixed(2)),
  ]);
  return [rejections(), '', table(passing(judged.flat())), '', table([head, ...body])].join('\n');
}

/** Whether a uniform sample that learns is rejected without training. */
function rejections() {
  const uniform = candidateRules().filter(({ kind }) => kind === 'uniform');
  const rejected = uniform.filter(({ rule }) => rejection(resolveRule(rule)) !== undefined);
  const learns = (some) => some.filter(({ loss }) => loss < LEARNT).length;
  return `of ${uniform.length} uniform samples ${rejected.length} are rejected without training; of these learn: ${learns(rejected)}, of the others: ${learns(uniform) - learns(rejected)}`;
}

function passing(rows) {
  const sgd = rows.find(({ key }) => key === SGD).reward;
  const sorted = [...rows].sort((a, b) => b.reward - a.reward);
  const middle = sorted[Math.floor(sorted.length / 2)].reward;
  const tenth = [...new Set(sorted.map(({ key }) => key))][9];
  const best = rows.find(({ key }) => key === tenth).reward;
  const groups = {
    'rules that learn': rows,
    'the better half': rows.filter(({ reward }) => reward >= middle),
    'the best 10': rows.filter(({ reward }) => reward >= best),
    'above sgd': rows.filter(({ reward }) => reward > sgd),
  };
  const share = (some, passed) =>
    `${((100 * some.filter((row) => row.passed >= passed).length) / some.length).toFixed(0)} %`;
  const head = ['', 'trainings', ...HURDLES.map(({ steps }) => `pass ${steps} steps`)];
  const body = Object.entries(groups).map(([name, some]) => [
    ...[name, `${some.length}`],
    ...HURDLES.map((_, i) => share(some, i + 1)),
  ]);
  return [head, ...body];
}

/** How well scores under one seed tell the mean reward under others, averaged over the seeds that have each. */
function worth(judged) {
  const scores = {
    fast: [({ estimate }) => estimate, ({ steps }) => steps],
    ...Object.fromEntries(
      LOSSES.map((place) => [
        `loss of ${place.window} steps up to ${place.steps}`,
        [(row) => -lossAt(row, place), ({ choice }) => choice - CHOSEN + place.steps],
      ]),
    ),
  };
  const early = Object.entries(scores).map(([name, [score, steps]]) => {
    const each = judged.map((rows) => ({ steps: mean(rows.map(steps)), ...agreement(rows, score) }));
    return { name, seeds: judged.map((rows) => rows[0].seed), ...meansOf(each) };
  });
  return [paperWorth(), ...early];
}

/** The same for a training under `paper`: each seed in turn beside the mean of the others. */
function paperWorth() {
  const rewards = [...wholeRewards().values()];
  const seeds = [...rewards[0].keys()];
  const each = seeds.map((seed) => {
    const others = seeds.filter((other) => other !== seed);
    const rows = rewards.map((own) => ({
      reward: own.get(seed),
      truth: mean(others.map((other) => own.get(other))),
    }));
    return agreement(rows, ({ reward }) => reward);
  });
  return { name: 'paper, one seed', seeds, steps: 1_200 + VALIDATION * 600, ...meansOf(each) };
}

/** Rewards under `paper` of the seeds that every rule has: a seed of some rules only would shift those. */
function wholeRewards() {
  const rewards = paperRewards();
  const whole = [...rewards.values()].reduce((least, own) => Math.min(least, own.size), Infinity);
  return new Map(
    [...rewards].map(([key, own]) => [key, new Map([...own].filter(([seed]) => seed <= whole))]),
  );
}

/** The mean of each figure. */
const meansOf = (each) =>
  Object.fromEntries(Object.keys(each[0]).map((name) => [name, mean(each.map((figures) => figures[name]))]));

/** What scores are worth over what they cost. */
function picture(scores, rows) {
  const losses = scores.filter(({ name }) => name.startsWith('loss'));
  const panel = (title, figure) => ({
    title,
    series: [
      { name: 'training loss so far', line: losses.map((one) => [one.steps, one[figure]]) },
      ...['fast', 'paper, one seed'].map((name) => {
        const { steps, [figure]: y } = scores.find((one) => one.name === name);
        return { name, line: [0.92, 1.08].map((factor) => [factor * steps, y]) };
      }),
    ],
  });
  return lineChart({
    title: 'What a score under one seed tells of a rule',
    subtitle: `Rank correlation with its mean reward under other seeds; ${new Set(rows.map(({ key }) => key)).size} rules that learn, cifar10-convnet`,
    x: { label: 'training steps per rule', scale: 'log', domain: [80, 2_000] },
    y: { label: 'rank correlation', domain: [0, 1] },
    panels: [panel('all rules', 'all'), panel('the better half', 'half')],
  });
}

/** Rank correlations with the truth over all rules and over the better half, and the share of the ten best among its ten best. */
function agreement(rows, score) {
  const truths = rows.map(({ truth }) => truth);
  const better = rows.filter(({ truth }) => truth >= quantile(truths, 0.5));
  const correlation = (some) =>
    spearman(
      some.map(score),
      some.map(({ truth }) => truth),
    );
  const best = (of) => new Set([...rows].sort((a, b) => of(b) - of(a)).slice(0, 10));
  const found = best(score);
  const recall = [...best(({ truth }) => truth)].filter((row) => found.has(row)).length / 10;
  return { all: correlation(rows), half: correlation(better), recall };
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

const round = (x) => Number(x.toFixed(4));

if (positionals[0] === 'fit') calibrate();
else if (positionals[0] === 'proposals') await tryProposals();
else await collect();
