// Rules per core-hour: catalogue rules, evaluated one after another on one core, by task and protocol.
//   node bench/protocols.mjs [--task cifar10-convnet,digits-mlp] [--protocol quick,paper] [--rules 5] [--seconds 120] [--json]
// An evaluation longer than --seconds is cut there, and its time is extrapolated by the share that was done.
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { openEvaluator } from '../dist/evaluate/index.js';
import { catalogue } from '../dist/rules/index.js';
import { mean, table } from './text.mjs';

const { values } = parseArgs({
  options: {
    task: { type: 'string', default: 'cifar10-convnet,digits-mlp' },
    protocol: { type: 'string', default: 'quick,paper' },
    rules: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
  },
});
const limit = Number(values.seconds);
// Spread over the catalogue, which begins with the cheapest.
const stride = Math.max(1, Math.floor(catalogue.length / Number(values.rules)));
const rules = catalogue.filter((_, i) => i % stride === 0).slice(0, Number(values.rules));

const results = [];
for (const task of values.task.split(',')) {
  const evaluator = await openEvaluator({ task, directory: dataDirectory(process.env) });
  // The first call makes the engine allocate: not counted.
  await timed(evaluator, { rule: 'g', task, protocol: 'quick', seed: 0 }, 2);
  for (const protocol of values.protocol.split(',')) results.push(await measure(evaluator, task, protocol));
  await evaluator.close();
}
if (values.json) console.log(JSON.stringify({ results }, null, 2));
else print();

async function measure(evaluator, task, protocol) {
  const evaluations = [];
  for (const { name } of rules) {
    evaluations.push({
      rule: name,
      ...(await timed(evaluator, { rule: name, task, protocol, seed: 1 }, limit)),
    });
    console.error(`${task} ${protocol} ${name}: ${evaluations.at(-1).seconds.toFixed(1)} s`);
  }
  const seconds = mean(evaluations.map((evaluation) => evaluation.seconds));
  return {
    task,
    protocol,
    rules: evaluations.length,
    seconds,
    rulesPerCoreHour: 3600 / seconds,
    evaluations,
  };
}

/** Seconds of a whole evaluation. */
async function timed(evaluator, request, seconds) {
  const start = performance.now();
  const passed = () => (performance.now() - start) / 1000;
  const enough = new AbortController();
  let done = 0;
  const onProgress = (progress) => {
    done = progress.done;
    if (passed() > seconds) enough.abort(enough);
  };
  try {
    const { reward } = await evaluator.evaluate(request, { onProgress, signal: enough.signal });
    return { seconds: passed(), extrapolated: false, reward };
  } catch (error) {
    if (error !== enough) throw error;
    return { seconds: passed() / done, extrapolated: true };
  }
}

function print() {
  const cells = results.map(({ task, protocol, rules: count, seconds, rulesPerCoreHour, evaluations }) => [
    task,
    protocol,
    String(count),
    seconds.toFixed(1),
    rulesPerCoreHour.toFixed(rulesPerCoreHour < 100 ? 1 : 0),
    evaluations.some(({ extrapolated }) => extrapolated) ? 'extrapolated' : '',
  ]);
  console.log(table([['task', 'protocol', 'rules', 's each', 'rules per core-hour', ''], ...cells]));
}
