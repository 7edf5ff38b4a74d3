/**
 * What a long run costs: processor seconds and memory of the commands that read it, and bytes that checkpoints write per proposal at
 * several lengths. The rules are a search's, their rewards a hash's, written through the store as a search writes them. Needs GNU time.
 *
 *     npm run build && node bench/long-run.mjs --size 100000
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { fingerprint } from '../dist/evaluate/index.js';
import { findSpace } from '../dist/rules/index.js';
import { parseRunConfig } from '../dist/run/index.js';
import { strategies } from '../dist/search/index.js';
import { openStore } from '../dist/store/index.js';
import { packageVersion } from '../dist/version.js';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100000' },
    strategy: { type: 'string', default: 'evolution' },
  },
});
const size = Number(values.size);
const BATCH = 20;
const machine = { fingerprint: await fingerprint(), version: packageVersion };
const directory = mkdtempSync(join(tmpdir(), 'nos-long-run-'));

/** As long as a real one of protocol quick. */
function evaluationOf(rule, key, seed) {
  const bytes = createHash('sha256').update(`${key} ${seed}`).digest();
  const unit = (i) => bytes.readUInt16LE(2 * i) / 65536;
  const sweep = Array.from({ length: 6 }, (_, i) => ({ learningRate: 10 ** (i - 5), accuracy: unit(i) }));
  return {
    ...{ rule, task: 'digits-mlp', protocol: 'quick', seed, environment: 'none', key },
    ...{ learningRate: 0.01, edgeOfGrid: false, sweep, reward: unit(6), curve: [7, 8, 9, 10, 11].map(unit) },
    ...{ status: 'ok', steps: 1000, seconds: 1.25, ...machine },
  };
}

/** Writes a run of `length` proposals; bytes of all checkpoints. */
async function write(store, run, strategyName, length, samples, options = {}) {
  const space = { name: 'icml2017' };
  const config = parseRunConfig({
    ...{ task: 'digits-mlp', space, strategy: { name: strategyName, options }, protocol: 'quick' },
    ...{ samples, batch: BATCH, seed: 1, references: ['sgd', 'adam'] },
  });
  await store.createRun({ name: run, config, createdAt: new Date(0).toISOString(), ...machine });
  const context = { space: findSpace('icml2017'), seed: 1, batch: BATCH, options };
  const strategy = await strategies.find(strategyName).create(context);
  let bytes = 0;
  for (let batch = 0; batch * BATCH < length; batch++) {
    const first = batch * BATCH;
    const proposals = await strategy.ask(BATCH);
    const { state, appended } = await strategy.checkpoint();
    bytes += state.length + appended.length;
    await store.addBatch(
      run,
      { batch, first, proposals, appended },
      { asked: batch + 1, told: batch, state },
    );
    const scored = proposals.map((proposal) => ({
      proposal,
      evaluation: evaluationOf(proposal.rule, proposal.identity.key, 7),
    }));
    for (const [i, { evaluation }] of scored.entries()) {
      await store.addScore(run, 'proposal', first + i, evaluation);
    }
    const told = scored.map(({ proposal, evaluation }) => ({ proposal, reward: evaluation.reward }));
    await store.tellBatch(run, batch, await strategy.tell(told));
    await nextTurn();
  }
  await strategy.close();
  return bytes;
}

/** Of one command in a process of its own. */
function measure(args) {
  const began = ['-f', '%U %S %M', process.execPath, 'bin/nos', ...args, '--store', path];
  const { status, stderr } = spawnSync('/usr/bin/time', began, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  const [user, system, kilobytes] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return { command: `nos ${args[0]} …`, seconds: user + system, megabytes: kilobytes / 1024, status };
}

const path = join(directory, 'long.db');
try {
  const store = await openStore(join(directory, 'bytes.db'));
  console.log('checkpoint bytes per proposal');
  for (const [strategy, options] of [
    ['random', {}],
    ['evolution', {}],
    ['tree', {}],
    ['rl', { hidden: 16, embedding: 16 }],
  ]) {
    const lengths = [1, 2, 4].map((times) => Math.max(Math.round(size / 100 / BATCH), 1) * BATCH * times);
    const each = [];
    for (const length of lengths) {
      const bytes = await write(store, `${strategy}-${length}`, strategy, length, length, options);
      each.push(`${length}: ${Math.round(bytes / length)}`);
    }
    console.log(`  ${strategy.padEnd(10)} ${each.join('   ')}`);
  }
  await store.close();
  const long = await openStore(path);
  await write(long, 'long', values.strategy, size, size);
  await long.close();
  console.log(`\n${size} evaluations (${values.strategy})`);
  const [picture, packed] = ['curve.svg', 'long.run.gz'].map((name) => join(directory, name));
  const commands = [['runs'], ['top', 'long', '-n', '10'], ['show', 'long', '5'], ['show', 'long']];
  const outputs = [
    ['plot', 'long', '-o', picture],
    ['log', 'long', '--csv'],
    ['pack', 'long', '-o', packed],
    ['unpack', packed, '--as', 'again'],
    ['resume', 'long', '--workers', '1'],
  ];
  for (const args of [...commands, ...outputs]) {
    const { seconds, megabytes, status } = measure(args);
    const figures = `${seconds.toFixed(1).padStart(6)} s ${megabytes.toFixed(0).padStart(5)} MB`;
    console.log(
      `  ${`nos ${args.slice(0, 3).join(' ')}`.padEnd(30)} ${figures}${status === 0 ? '' : `  exit ${status}`}`,
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}
