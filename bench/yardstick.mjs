/**
 * The yardstick of cheap scores: rewards under protocol `paper`, with several seeds, of rules that learn, on `cifar10-convnet`. The tables are
 * kept in `bench/yardstick/`, and only what they lack is computed, so that this may be stopped and started at will.
 *
 *     npm run build && node bench/yardstick.mjs rules --controller FILE             candidates: appended to rules.csv
 *     npm run build && node bench/yardstick.mjs rewards [--seeds 6] [--part 1/2]    rewards: appended to rewards.csv
 *     npm run build && node bench/yardstick.mjs engines [--seeds 5]                 rewards of the reference rules on onnxruntime: appended
 *                                                                                   to onnxruntime.csv, and compared with the native engine's
 *
 * The candidates are the catalogue's rules, a controller's proposals (a JSON array of texts; the ones in the table were the last different
 * proposals of `nos search --task digits-mlp --strategy rl --iterations 2 --samples 800`), and uniform samples of `icml2017` with one, two
 * and three iterations in turn. A candidate learns if its mean loss over steps 21 to 25 is below 2.2 (chance: 2.303) at one of the seven learning
 * rates at least. Of those that learn, as many as QUOTAS says are measured. Uniform samples go on to UNIFORM, to tell whether one that would have
 * learnt is rejected without training.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { openChildTrainer } from '../dist/evaluate/child-trainer.js';
import { openEvaluator } from '../dist/evaluate/index.js';
import { parseConditions, parseProtocol } from '../dist/evaluation/index.js';
import { catalogue, findSpace, printRule, resolveRule, ruleKey } from '../dist/rules/index.js';
import { strategies } from '../dist/search/index.js';
import { mean } from '../dist/statistics/index.js';
import { resolveTask } from '../dist/tasks/index.js';
import { table } from './text.mjs';
import {
  candidateRules,
  kindOf,
  LEARNT,
  learningRules,
  onnxruntimeFile,
  paperRewards,
  QUOTAS,
  rewardsFile,
  rowsOf,
  rulesFile,
} from './yardstick-tables.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '6' },
    part: { type: 'string', default: '1/1' },
    controller: { type: 'string' },
  },
});

const TASK = 'cifar10-convnet';
/** Uniform samples of each number of iterations. */
const SAMPLES = 200;
/** Different uniform samples that are tried at least. */
const UNIFORM = 200;
const RULES = 'key,origin,loss,rule\n';
const REWARDS = 'key,seed,reward,learningRate,status,steps,seconds,fingerprint\n';
/** What a search of the whole child compares its rules with. */
const REFERENCES = ['sgd', 'momentum', 'adam', 'rmsprop', 'powersign'];
process.env.NOS_ENGINE ??= 'native';

if (positionals[0] === 'rules') await chooseRules();
else if (positionals[0] === 'engines') await compareEngines();
else await measureRewards(learningRules(), rewardsFile);

async function chooseRules() {
  const seen = new Set(rowsOf(rulesFile).map(([key]) => key));
  if (seen.size === 0) writeFileSync(rulesFile, RULES);
  const trainer = await openChildTrainer(await resolveTask(TASK), { directory: dataDirectory(process.env) });
  for (const { origin, rule } of await candidates()) {
    const own = candidateRules().filter(({ kind }) => kind === kindOf(origin));
    const enough = own.filter(({ loss }) => loss < LEARNT).length >= QUOTAS[kindOf(origin)];
    const key = ruleKey(rule);
    if (seen.has(key) || (enough && !(kindOf(origin) === 'uniform' && own.length < UNIFORM))) continue;
    const loss = await earlyLoss(trainer, rule);
    seen.add(key);
    appendFileSync(rulesFile, `${key},${origin},${loss.toFixed(4)},"${printRule(rule)}"\n`);
    console.error(`${seen.size} ${origin} ${loss.toFixed(3)} ${loss < LEARNT ? 'learns' : ''}`);
  }
  await trainer.close();
}

async function candidates() {
  const samples = await Promise.all([1, 2, 3].map(uniformRules));
  const proposed = values.controller === undefined ? [] : JSON.parse(readFileSync(values.controller, 'utf8'));
  return [
    ...catalogue.map(({ name }) => ({ origin: name, rule: resolveRule(name) })),
    ...proposed.map((text) => ({ origin: 'controller', rule: resolveRule(text) })),
    ...samples[0].flatMap((_, i) => samples.map((rules) => rules[i])),
  ];
}

async function uniformRules(iterations) {
  const space = findSpace('icml2017', { iterations });
  const strategy = await strategies
    .find('random')
    .create({ space, seed: 1, batch: 1, options: {}, warmStart: [] });
  const asked = await strategy.ask(SAMPLES);
  await strategy.close();
  return asked.map(({ rule }) => ({ origin: `icml2017/${iterations}`, rule: resolveRule(rule) }));
}

/** The lowest mean loss over steps 21 to 25 among the learning rates of `paper`; infinite if each diverges. */
async function earlyLoss(trainer, rule) {
  const { environment } = parseConditions({ task: TASK, protocol: 'paper', seed: 0 });
  let lowest = Infinity;
  for (const learningRate of parseProtocol('paper').learningRates) {
    const { status, lossCurve } = await trainer.train(
      {
        ...{ rule, ruleName: 'candidate', environment, seed: 0, learningRate, schedule: 'constant' },
        ...{ budget: { epochs: 5, examples: 500 }, validationExamples: 100, detail: 'accuracy' },
      },
      { onProgress() {} },
    );
    if (status === 'finished') lowest = Math.min(lowest, lossCurve.at(-1));
  }
  return lowest;
}

/** Every rule under the first seed, then every rule under the second, …: whenever it stops, as many seeds as can be are whole. */
async function measureRewards(measured, file) {
  const [part, parts] = values.part.split('/').map(Number);
  const rules = measured.filter((_, index) => index % parts === part - 1);
  if (!existsSync(file)) writeFileSync(file, REWARDS);
  const evaluator = await openEvaluator({ task: TASK, directory: dataDirectory(process.env) });
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const done = new Set(rowsOf(file).map(([key, seed]) => `${key} ${seed}`));
    for (const { key, rule } of rules.filter(({ key }) => !done.has(`${key} ${seed}`))) {
      const request = { rule, task: TASK, protocol: 'paper', environment: 'none', seed };
      const { reward, learningRate, status, steps, seconds, fingerprint } = await evaluator.evaluate(request);
      const row = [key, seed, reward, learningRate, status, steps, seconds.toFixed(1), fingerprint];
      appendFileSync(file, `${row.join(',')}\n`);
      console.error(`seed ${seed} ${rule} ${reward} in ${seconds.toFixed(1)} s`);
    }
  }
  await evaluator.close();
}

/** The reference rules under `paper`, on both engines, with the same seeds. */
async function compareEngines() {
  process.env.NOS_ENGINE = 'onnxruntime';
  const rules = REFERENCES.map((name) => learningRules().find(({ origin }) => origin === name));
  await measureRewards(rules, onnxruntimeFile);
  const [native, other] = [paperRewards(rewardsFile), paperRewards(onnxruntimeFile)];
  const body = rules.map(({ key, origin }) => {
    const seeds = [...other.get(key).keys()].filter((seed) => native.get(key).has(seed));
    const of = (rewards) => mean(seeds.map((seed) => rewards.get(key).get(seed)));
    const figures = [of(native), of(other), of(native) - of(other)];
    return [origin, `${seeds.length}`, ...figures.map((figure) => figure.toFixed(4))];
  });
  console.log(table([['rule', 'seeds', 'native', 'onnxruntime', 'difference'], ...body]));
}
