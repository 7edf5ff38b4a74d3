/**
 * What a search takes of its coordinator's processor, workers and Redis apart: to ask the controller for a batch, to store the
 * batch with the controller's checkpoint, and to tell its rewards, by batch size; and to store a rule with its evaluation. Medians;
 * controller and space are those of a search with no options but `--strategy rl`.
 *
 *     npm run build && node bench/coordinator.mjs [--batch 5,20,100,500] [--rounds 7] [--rules 1000] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '@libsql/client';
import { findSpace, resolveRule, ruleKey } from '../dist/rules/index.js';
import { parseRunConfig, startRun } from '../dist/run/index.js';
import { strategies } from '../dist/search/index.js';
import { openStore } from '../dist/store/index.js';
import { median, table } from './text.mjs';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '5,20,100,500' },
    rounds: { type: 'string', default: '7' },
    rules: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
});
const RULES = Number(values.rules);

/** Processor time: another load of the machine does not count. */
async function milliseconds(work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
}

const SEARCH = {
  task: 'digits-mlp',
  space: { name: 'icml2017' },
  protocol: 'quick',
  seed: 1,
  references: [],
  retest: { top: 0, seeds: 0 },
};

async function controller(store, batch) {
  const run = `batch-${batch}`;
  const config = parseRunConfig({ ...SEARCH, strategy: { name: 'rl' }, batch, samples: 1 });
  const createdAt = new Date().toISOString();
  await store.createRun({ name: run, config, createdAt, version: 'bench', fingerprint: 'bench' });
  const context = { space: findSpace('icml2017'), seed: 1, batch, options: {}, warmStart: [] };
  const strategy = await strategies.find('rl').create(context);
  const times = { ask: [], write: [], tell: [] };
  let bytes = 0;
  for (let round = 0; round <= Number(values.rounds); round++) {
    const [ask, proposals] = await milliseconds(() => strategy.ask(batch));
    const [write] = await milliseconds(async () => {
      const { state, appended } = await strategy.checkpoint();
      const asked = { batch: round, first: round * batch, proposals, appended };
      await store.addBatch(run, asked, { asked: round + 1, told: round, state });
      bytes = state.length;
    });
    const scored = proposals.map((proposal, i) => ({ proposal, reward: ((round + i) % 7) / 7 }));
    const [tell] = await milliseconds(() => strategy.tell(scored));
    // The first makes the engine allocate.
    if (round > 0) for (const [name, value] of Object.entries({ ask, write, tell })) times[name].push(value);
  }
  await strategy.close();
  const medians = Object.entries(times).map(([name, all]) => [name, median(all)]);
  return { batch, ...Object.fromEntries(medians), checkpointBytes: bytes };
}

/** Answers at once, with a reward that depends on the rule. */
const dispatcher = {
  async evaluate(request) {
    const key = ruleKey(resolveRule(request.rule));
    const reward = Number.parseInt(key.slice(0, 6), 16) / 16 ** 6;
    return {
      ...request,
      environment: 'none',
      key,
      learningRate: 0.1,
      edgeOfGrid: false,
      sweep: Array.from({ length: 7 }, (_, i) => ({ learningRate: 10 ** (1 - i), accuracy: reward })),
      reward,
      curve: [reward],
      status: 'ok',
      steps: 1,
      seconds: 1,
      fingerprint: 'bench',
      version: 'bench',
    };
  },
  workers: () => [],
  depth: () => ({ waiting: 0, active: 0 }),
  close: async () => {},
};

/** Milliseconds and bytes of a rule in a search that asks at random and whose evaluations take no time: to write it down. */
async function storing(store, path) {
  const services = { store, dispatcher, fingerprint: 'bench', version: 'bench', clock: Date.now };
  const search = { ...SEARCH, strategy: { name: 'random' }, batch: 20 };
  const bytesNow = async () => {
    const pages = 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()';
    return (await createClient({ url: `file:${path}` }).execute(pages)).rows[0].bytes;
  };
  await startRun('warm-up', { ...search, samples: 100 }, services);
  const before = await bytesNow();
  const [all] = await milliseconds(() => startRun('timed', { ...search, samples: RULES }, services));
  return { milliseconds: all / RULES, bytes: ((await bytesNow()) - before) / RULES };
}

const directory = mkdtempSync(join(tmpdir(), 'nos-bench-'));
const path = join(directory, 'nos.db');
const opened = await openStore(path);
const store = await storing(opened, path);
const batches = [];
for (const batch of values.batch.split(',').map(Number)) batches.push(await controller(opened, batch));
await opened.close();
rmSync(directory, { recursive: true });
const machine = { model: cpus()[0].model, load: loadavg()[0], node: process.version };
if (values.json) console.log(JSON.stringify({ machine, batches, store }));
else {
  const cells = batches.map(({ batch, ask, write, tell }) => [
    String(batch),
    ...[ask, write, tell].map((value) => value.toFixed(1)),
    ((ask + write + tell) / batch).toFixed(2),
  ]);
  console.log(`${machine.model}, load ${machine.load.toFixed(1)}`);
  console.log(table([['batch', 'ask ms', 'store ms', 'tell ms', 'ms a rule'], ...cells]));
  console.log(
    `to score and store a rule with its evaluation: ` +
      `${store.milliseconds.toFixed(2)} ms of processor, ` +
      `${(store.bytes / 1e3).toFixed(1)} kB of disk`,
  );
  console.log(
    `a checkpoint of the controller: ${(batches[0].checkpointBytes / 1e6).toFixed(2)} MB, of which three are kept`,
  );
}
