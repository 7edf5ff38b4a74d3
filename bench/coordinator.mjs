/**
 * What a search takes of its coordinator's processor, workers and Redis apart: to ask the controller for a batch (with the
 * checkpoint that is stored with it) and to tell its rewards, by batch size; and to store a rule with its evaluation. Medians;
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
import { startRun } from '../dist/run/index.js';
import { findStrategy } from '../dist/search/index.js';
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

async function controller(batch) {
  const context = { space: findSpace('icml2017'), seed: 1, batch, options: {}, warmStart: [] };
  const strategy = await findStrategy('rl').create(context);
  const times = { ask: [], tell: [] };
  for (let round = 0; round <= Number(values.rounds); round++) {
    const [ask, proposals] = await milliseconds(async () => {
      const asked = await strategy.ask(batch);
      await strategy.checkpoint();
      return asked;
    });
    const scored = proposals.map((proposal, i) => ({ proposal, reward: ((round + i) % 7) / 7 }));
    const [tell] = await milliseconds(() => strategy.tell(scored));
    // The first makes the engine allocate.
    if (round > 0) times.ask.push(ask);
    if (round > 0) times.tell.push(tell);
  }
  await strategy.close();
  return { batch, ask: median(times.ask), tell: median(times.tell) };
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
async function storing() {
  const directory = mkdtempSync(join(tmpdir(), 'nos-bench-'));
  const store = await openStore(join(directory, 'nos.db'));
  const services = { store, dispatcher, fingerprint: 'bench', version: 'bench', clock: Date.now };
  const search = { task: 'digits-mlp', space: { name: 'icml2017' }, protocol: 'quick', batch: 20, seed: 1 };
  const rest = { strategy: { name: 'random' }, references: [], retest: { top: 0, seeds: 0 } };
  const run = (name, samples) => startRun(name, { ...search, ...rest, samples }, services);
  await run('warm-up', 100);
  const [all] = await milliseconds(() => run('timed', RULES));
  await store.close();
  const client = createClient({ url: `file:${join(directory, 'nos.db')}` });
  const pages = 'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()';
  const { bytes } = (await client.execute(pages)).rows[0];
  client.close();
  rmSync(directory, { recursive: true });
  return { milliseconds: all / RULES, bytes: bytes / (RULES + 100) };
}

const batches = [];
for (const batch of values.batch.split(',').map(Number)) batches.push(await controller(batch));
const store = await storing();
const machine = { model: cpus()[0].model, load: loadavg()[0], node: process.version };
if (values.json) console.log(JSON.stringify({ machine, batches, store }));
else {
  const cells = batches.map(({ batch, ask, tell }) => [
    String(batch),
    ask.toFixed(1),
    tell.toFixed(1),
    ((ask + tell) / batch).toFixed(2),
  ]);
  console.log(`${machine.model}, load ${machine.load.toFixed(1)}`);
  console.log(table([['batch', 'ask ms', 'tell ms', 'ms a rule'], ...cells]));
  console.log(
    `to store a rule and its evaluation, with all that the run does for it: ` +
      `${store.milliseconds.toFixed(2)} ms of processor, ` +
      `${(store.bytes / 1e3).toFixed(1)} kB of disk`,
  );
}
