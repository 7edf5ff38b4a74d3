/**
 * Milliseconds that the controller takes of the coordinator, by batch size: to ask for a batch (with the checkpoint that is stored
 * with it) and to tell its rewards. Medians; its size and space are those of a search with no options.
 *
 *     npm run build && node bench/ask-tell.mjs [--batch 5,20,100,500] [--rounds 7] [--json]
 */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { findSpace } from '../dist/rules/index.js';
import { findStrategy } from '../dist/search/index.js';
import { median, table } from './text.mjs';

const { values } = parseArgs({
  options: {
    batch: { type: 'string', default: '5,20,100,500' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});

/** Processor time: another load of the machine does not count. */
async function milliseconds(work) {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
}

async function measure(batch) {
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

const rows = [];
for (const batch of values.batch.split(',').map(Number)) rows.push(await measure(batch));
const machine = { model: cpus()[0].model, load: loadavg()[0], node: process.version };
if (values.json) console.log(JSON.stringify({ machine, rows }));
else {
  const cells = rows.map(({ batch, ask, tell }) => [
    String(batch),
    ask.toFixed(1),
    tell.toFixed(1),
    ((ask + tell) / batch).toFixed(1),
  ]);
  console.log(`${machine.model}, load ${machine.load.toFixed(1)}`);
  console.log(table([['batch', 'ask ms', 'tell ms', 'ms a rule'], ...cells]));
}
