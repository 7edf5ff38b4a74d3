import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { type NewBatch, type NewRun, openStore, type Store } from './index.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-store-'));
  path = join(directory, 'deep', 'runs.db');
});
afterEach(() => rm(directory, { recursive: true }));

const RUN: NewRun = {
  name: 'first',
  config: { task: 'digits-mlp', limits: [1, Number.MAX_SAFE_INTEGER] },
  createdAt: '2017-09-21T00:00:00.000Z',
  version: '0.1.0',
  fingerprint: 'machine',
};

const SOUND: Evaluation = {
  rule: 'g',
  key: 'k1',
  task: 'digits-mlp',
  protocol: 'quick',
  seed: Number.MAX_SAFE_INTEGER,
  environment: 'none',
  learningRate: 0.1 + 0.2,
  edgeOfGrid: true,
  sweep: [
    { learningRate: 0.01, accuracy: 0.5 },
    { learningRate: 100, accuracy: Number.NaN },
  ],
  reward: 1 / 3,
  curve: [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.25],
  measures: { perplexity: Number.POSITIVE_INFINITY, bitsPerCharacter: 2.5 },
  measureCurves: { perplexity: [Number.POSITIVE_INFINITY, 7] },
  testMeasures: { perplexity: Number.NaN },
  status: 'ok',
  steps: 12,
  seconds: 1.5,
  fingerprint: 'machine',
  version: '0.1.0',
};

const BATCH: NewBatch = {
  batch: 0,
  first: 0,
  proposals: [
    {
      rule: 'g',
      tokens: [0, 1, 2],
      logProbability: Number.NEGATIVE_INFINITY,
      identity: { text: 'g', key: 'k1' },
    },
    { rule: '-g', tokens: [], parent: 0, identity: { text: '-g', key: 'k2' } },
  ],
};

async function storeWithRun(): Promise<Store> {
  const store = await openStore(path);
  await store.createRun(RUN);
  return store;
}

describe('what is written comes back', () => {
  it('runs', async () => {
    const store = await storeWithRun();
    await store.createRun({ ...RUN, name: 'second run, with an odd/name' });
    expect((await store.listRuns()).map((run) => run.name)).toEqual([
      'first',
      'second run, with an odd/name',
    ]);
    await store.close();
    const again = await openStore(path);
    expect(await again.run('first')).toEqual({
      ...RUN,
      status: 'stopped',
      seconds: 0,
      proposals: 0,
      told: 0,
    });
    await again.finishRun('first');
    expect((await again.run('first')).status).toBe('finished');
    await again.close();
  });

  it('batches, proposals, checkpoints and evaluations, numbers that are not finite included', async () => {
    const store = await storeWithRun();
    await store.addBatch('first', BATCH, { asked: 1, told: 0, state: '{"a":1}' });
    await store.addScore('first', 'proposal', 0, SOUND);
    const [first, second] = BATCH.proposals.map(({ identity: { key }, ...asked }, index) => {
      return { ...asked, key, index, batch: 0 };
    });
    expect(await store.proposals('first')).toEqual([{ ...first, evaluation: SOUND }, second]);
    expect(await store.proposal('first', 1)).toEqual(second);
    expect(await store.batches('first')).toEqual([{ batch: 0, first: 0, size: 2, told: false, metrics: {} }]);
    await store.tellBatch('first', 0, { entropy: 0.5, loss: Number.NaN });
    expect((await store.batches('first'))[0]).toMatchObject({ told: true, metrics: { loss: Number.NaN } });
    expect(await store.run('first')).toMatchObject({ proposals: 2, told: 2, bestReward: 1 / 3 });
    expect(await store.checkpoint('first')).toEqual({ asked: 1, told: 0, state: '{"a":1}' });
    await store.close();
  });

  it('evaluations with who made them first, and when', async () => {
    const store = await storeWithRun();
    const origin = { by: 'nos eval', at: '2017-09-21T00:00:00.000Z', worker: 'host-1' };
    await store.addEvaluation(SOUND, origin);
    await store.addScore('first', 'proposal', 0, SOUND, { ...origin, by: 'run first' });
    expect(await store.findEvaluation(SOUND)).toEqual({ evaluation: SOUND, origin });
    expect(await store.scores('first')).toEqual([{ role: 'proposal', index: 0, evaluation: SOUND }]);
    await store.close();
  });

  it('scores in order of role and index', async () => {
    const store = await storeWithRun();
    await store.addScore('first', 'retest', 0, { ...SOUND, seed: 1 });
    await store.addScore('first', 'proposal', 1, { ...SOUND, key: 'k2' });
    await store.addScore('first', 'proposal', 0, SOUND);
    await store.addScore('first', 'reference', 0, SOUND);
    const scores = await store.scores('first');
    expect(scores.map(({ role, index }) => [role, index])).toEqual([
      ['reference', 0],
      ['proposal', 0],
      ['proposal', 1],
      ['retest', 0],
    ]);
    await store.close();
  });
});

describe('writing twice is writing once', () => {
  it('a batch and its checkpoint', async () => {
    const store = await storeWithRun();
    for (let i = 0; i < 2; i++) await store.addBatch('first', BATCH, { asked: 1, told: 0, state: 's' });
    expect((await store.proposals('first')).length).toBe(2);
    for (let asked = 2; asked < 10; asked++) {
      const batch = { batch: asked - 1, first: 2 * (asked - 1), proposals: BATCH.proposals };
      await store.addBatch('first', batch, { asked, told: asked - 1, state: `s${asked}` });
    }
    expect((await store.checkpoint('first'))?.state).toBe('s9');
    await store.close();
  });

  it('an evaluation: the first one stands', async () => {
    const store = await storeWithRun();
    await store.addScore('first', 'proposal', 0, SOUND);
    await store.addScore('first', 'proposal', 1, { ...SOUND, seconds: 99 });
    expect((await store.scores('first')).map(({ evaluation }) => evaluation.seconds)).toEqual([1.5, 1.5]);
    await store.close();
  });

  it('but an unequal identity is another evaluation', async () => {
    const store = await storeWithRun();
    await store.addScore('first', 'proposal', 0, SOUND);
    expect(await store.findEvaluation(SOUND, 'first')).toEqual({ evaluation: SOUND });
    const others = [{ key: 'x' }, { task: 'x' }, { protocol: 'x' }, { seed: 0 }, { fingerprint: 'x' }];
    for (const other of [...others, { environment: '4bit' }]) {
      expect(await store.findEvaluation({ ...SOUND, ...other }, 'first')).toBeUndefined();
    }
    await store.close();
  });

  it('an evaluation of no run, which a run may use, and the other way', async () => {
    const store = await storeWithRun();
    await store.addEvaluation(SOUND);
    await store.addEvaluation({ ...SOUND, seconds: 99 });
    expect(await store.findEvaluation(SOUND, 'first')).toEqual({ evaluation: SOUND });
    const ofRun: Evaluation = { ...SOUND, task: 'other' };
    await store.addScore('first', 'retest', 0, ofRun);
    const failed: Evaluation = { ...SOUND, seed: 3, status: 'failed', error: 'killed' };
    await store.addEvaluation(failed);
    await store.addScore('first', 'retest', 1, failed);
    expect(await store.evaluations({})).toEqual([SOUND, ofRun]);
    expect(await store.evaluations({ key: 'k1', task: 'other' })).toEqual([ofRun]);
    expect(await store.evaluations(SOUND)).toEqual([SOUND]);
    expect(await store.evaluations({ seed: 3 })).toEqual([]);
    await store.close();
  });

  it('nor does one environment’s evaluation stand in for another’s', async () => {
    const store = await storeWithRun();
    const coarse: Evaluation = { ...SOUND, environment: '4bit', reward: 0.2 };
    await store.addScore('first', 'proposal', 0, SOUND);
    await store.addScore('first', 'proposal', 1, coarse);
    expect(await store.findEvaluation(SOUND, 'first')).toEqual({ evaluation: SOUND });
    expect(await store.findEvaluation(coarse, 'first')).toEqual({ evaluation: coarse });
    await store.close();
  });

  it('a failed evaluation belongs to its run, and stays its', async () => {
    const store = await storeWithRun();
    await store.createRun({ ...RUN, name: 'other' });
    const failed: Evaluation = { ...SOUND, status: 'failed', reward: 0.1, error: 'SIGSEGV' };
    await store.addScore('first', 'proposal', 0, failed);
    expect(await store.findEvaluation(SOUND, 'other')).toBeUndefined();
    await store.addScore('other', 'proposal', 0, SOUND);
    expect(await store.findEvaluation(SOUND, 'first')).toEqual({ evaluation: failed });
    expect(await store.findEvaluation(SOUND, 'other')).toEqual({ evaluation: SOUND });
    expect((await store.scores('first'))[0]?.evaluation).toEqual(failed);
    await store.close();
  });
});

describe('a run has one driver', () => {
  it('in one process', async () => {
    const store = await storeWithRun();
    const other = await openStore(path);
    const lock = await store.lockRun('first', 'process 1');
    expect((await other.run('first')).status).toBe('running');
    await expect(other.lockRun('first', 'process 2')).rejects.toMatchObject({
      code: 'run-locked',
      message: expect.stringContaining('process 1'),
    });
    await lock.release();
    expect((await other.run('first')).status).toBe('stopped');
    await (await other.lockRun('first', 'process 2')).release();
    await other.close();
    await store.close();
  });

  it('and none once that process is killed', async () => {
    const store = await storeWithRun();
    const holder = await startScript(`
      const store = await openStore(process.argv[1]);
      await store.lockRun('first', 'the script');
      console.log('locked');
      setInterval(() => undefined, 1000);`);
    await once(holder.stdout!, 'data');
    await expect(store.lockRun('first', 'test')).rejects.toMatchObject({ code: 'run-locked' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (await store.lockRun('first', 'test')).release();
    await store.close();
  });
});

describe('several processes at once', () => {
  it('may create the store and write to it', async () => {
    const script = `
      const store = await openStore(process.argv[1]);
      for (let i = 0; i < 20; i++) await store.createRun({ ...${JSON.stringify(RUN)}, name: process.pid + '/' + i });
      await store.close();`;
    const writers = await Promise.all([script, script, script].map(startScript));
    const codes = await Promise.all(writers.map(async (writer) => (await once(writer, 'exit'))[0]));
    expect(codes).toEqual([0, 0, 0]);
    const store = await openStore(path);
    expect((await store.listRuns()).length).toBe(60);
    await store.close();
  });
});

describe.each([1, 2])('a store of version %i', (old) => {
  const RECORD = { key: 'k1', task: 'digits-mlp', protocol: 'quick', seed: 7 };
  const MACHINE = { fingerprint: 'machine', version: '0.1.0' };
  beforeEach(async () => {
    path = join(directory, 'old.db');
    await copyFile(new URL(`../../test/fixtures/store-version-${old}.db`, import.meta.url), path);
  });

  it('is brought up to date, its evaluations those of no environment', async () => {
    const store = await openStore(path);
    const found = await store.findEvaluation({ ...RECORD, ...MACHINE, environment: 'none' }, 'first');
    expect(found).toEqual({
      evaluation: expect.objectContaining({ ...RECORD, environment: 'none', curve: [0.25, 0.5] }),
    });
    expect(
      await store.findEvaluation({ ...RECORD, ...MACHINE, environment: '4bit' }, 'first'),
    ).toBeUndefined();
    const scores = await store.scores('first');
    expect(scores.map(({ role, evaluation }) => [role, evaluation.status])).toEqual([
      ['reference', 'ok'],
      ['proposal', 'ok'],
      ['proposal', 'failed'],
    ]);
    await store.addScore('first', 'retest', 0, { ...SOUND, ...RECORD, environment: '4bit' });
    await store.addScore('first', 'retest', 1, { ...SOUND, ...RECORD, environment: 'none' });
    expect((await store.scores('first')).slice(3).map(({ evaluation }) => evaluation.seconds)).toEqual([
      SOUND.seconds,
      found?.evaluation.seconds,
    ]);
    expect((await store.run('first')).bestReward).toBe(0.5);
    await store.tellBatch('first', 0, { entropy: 0.5 });
    const again = await openStore(path);
    await again.verify('first');
    expect(await again.scores('first')).toHaveLength(5);
    expect((await again.batches('first'))[0]).toMatchObject({ told: true });
    await again.close();
    await store.close();
  });

  it('by whoever of many is the first to open it', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore(path)));
    for (const store of stores) {
      expect(await store.scores('first')).toHaveLength(3);
      await store.close();
    }
  });
});

describe('what it refuses', () => {
  it('an unknown run or proposal, a name that is taken', async () => {
    const store = await storeWithRun();
    await expect(store.run('frist')).rejects.toMatchObject({ code: 'unknown-name', hint: /first/ });
    await expect(store.proposals('x')).rejects.toMatchObject({ code: 'unknown-name' });
    await expect(store.proposal('first', 7)).rejects.toMatchObject({ code: 'unknown-name' });
    await expect(store.createRun(RUN)).rejects.toMatchObject({ code: 'run-exists' });
    await store.close();
  });

  it('a newer store, which it leaves as it is', async () => {
    await (await storeWithRun()).close();
    await sql('PRAGMA user_version = 9');
    const before = await readFile(path);
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store-newer', message: /version 9/ });
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('another program’s database', async () => {
    await (await storeWithRun()).close();
    await sql('PRAGMA application_id = 1');
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('a file that is no database, which it leaves as it is', async () => {
    path = join(directory, 'notes.txt');
    await writeFile(path, 'These are my notes. '.repeat(500));
    await expect(openStore(path)).rejects.toMatchObject({ code: 'store-corrupt', message: /notes.txt/ });
    expect((await stat(path)).size).toBe(10_000);
  });

  it('a damaged store', async () => {
    const store = await storeWithRun();
    await store.addBatch('first', BATCH, { asked: 1, told: 0, state: 'x'.repeat(100_000) });
    await store.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(0x5a, 4096));
    await expect(openStore(path).then((damaged) => damaged.run('first'))).rejects.toMatchObject({
      code: 'store-corrupt',
    });
  });

  it('a document that is no JSON any more', async () => {
    const store = await storeWithRun();
    await store.addScore('first', 'proposal', 0, SOUND);
    await sql(`UPDATE evaluations SET document = substr(document, 1, 100)`);
    await expect(store.listRuns()).rejects.toMatchObject({ code: 'store-corrupt' });
    await expect(store.scores('first')).rejects.toMatchObject({ code: 'store-corrupt' });
    await expect(store.findEvaluation(SOUND, 'first')).rejects.toMatchObject({ code: 'store-corrupt' });
    await store.close();
  });

  const changes: readonly [string, string, (store: Store) => Promise<unknown>][] = [
    ['a seed of the run', `UPDATE runs SET config = replace(config, '1', '2')`, (s) => s.run('first')],
    ['a token', `UPDATE proposals SET tokens = '[0,1,3]' WHERE position = 0`, (s) => s.proposals('first')],
    ['a rule', `UPDATE proposals SET rule = 'm' WHERE position = 1`, (s) => s.proposal('first', 1)],
    [
      'a log-probability',
      `UPDATE proposals SET log_probability = -1 WHERE position = 0`,
      (s) => s.proposals('first'),
    ],
    [
      'a digit of a reward',
      `UPDATE evaluations SET document = replace(document, '0.333', '0.433')`,
      (s) => s.findEvaluation(SOUND, 'first'),
    ],
    ['a key', `UPDATE evaluations SET key = 'k3'`, (s) => s.findEvaluation({ ...SOUND, key: 'k3' }, 'first')],
    ['whose score it is', `UPDATE scores SET position = 1`, (s) => s.scores('first')],
    ['a metric', `UPDATE batches SET metrics = '{"entropy":0.25}'`, (s) => s.batches('first')],
    ['a checkpoint', `UPDATE checkpoints SET state = '{"a":2}'`, (s) => s.checkpoint('first')],
    ['when it was taken', 'UPDATE checkpoints SET told = 1', (s) => s.checkpoint('first')],
  ];
  it.each(changes)('a row that is not what it wrote: %s', async (_, change, read) => {
    const store = await storeWithRun();
    await store.addBatch('first', BATCH, { asked: 1, told: 0, state: '{"a":1}' });
    await store.addScore('first', 'proposal', 0, SOUND);
    await store.tellBatch('first', 0, { entropy: 0.5 });
    await read(store);
    await sql(change);
    await expect(read(store)).rejects.toMatchObject({
      code: 'store-corrupt',
      message: expect.stringContaining(path),
    });
    await store.close();
  });

  const losses: readonly [string, string, RegExp][] = [
    ['a batch', 'DELETE FROM batches WHERE batch = 0', /batches are missing/],
    ['a proposal', 'DELETE FROM proposals WHERE position = 1', /proposals are missing/],
    ['the newest checkpoint', 'DELETE FROM checkpoints WHERE asked = 2', /checkpoint is missing/],
    ['that a batch was told', 'UPDATE batches SET metrics = NULL WHERE batch = 0', /was not told/],
    ['a told evaluation', 'DELETE FROM scores', /evaluation of a proposal that was told is missing/],
  ];
  it.each(losses)('to go on with a run that lacks %s', async (_, loss, message) => {
    const store = await storeWithRun();
    await store.addBatch('first', BATCH, { asked: 1, told: 0, state: 'a' });
    await store.addScore('first', 'proposal', 0, SOUND);
    await store.addScore('first', 'proposal', 1, { ...SOUND, key: 'k2' });
    await store.tellBatch('first', 0, { entropy: 0.5 });
    await store.addBatch('first', { ...BATCH, batch: 1, first: 2 }, { asked: 2, told: 1, state: 'b' });
    await store.verify('first');
    await sql(loss);
    await expect(store.verify('first')).rejects.toMatchObject({ code: 'store-corrupt', message });
    await store.close();
  });

  it('a document that is not what it wrote', async () => {
    const store = await storeWithRun();
    await store.addScore('first', 'proposal', 0, SOUND);
    await sql(`UPDATE evaluations SET document = '{"rule":1}'`);
    await expect(store.scores('first')).rejects.toMatchObject({ code: 'store-corrupt' });
    await store.close();
  });

  it('a place that cannot be written', async () => {
    await writeFile(join(directory, 'file'), '');
    for (const place of [join(directory, 'file', 'runs.db'), directory, '/proc/runs.db']) {
      await expect(openStore(place)).rejects.toMatchObject({ code: 'unwritable' });
    }
  });
});

async function sql(statement: string): Promise<void> {
  const client = createClient({ url: `file:${path}` });
  await client.execute(statement);
  client.close();
}

/** A process of its own, on the compiled code, with `openStore` at hand and the store's path as `process.argv[1]`. */
async function startScript(body: string): Promise<ChildProcess> {
  const store = new URL('../../dist/store/index.js', import.meta.url).href;
  const source = `import { openStore } from ${JSON.stringify(store)};\n${body}`;
  return spawn(process.execPath, ['--input-type=module', '-e', source, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
