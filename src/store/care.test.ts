import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { openStore, type Store } from './index.ts';

let directory: string;
let path: string;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-care-'));
  path = join(directory, 'runs.db');
  store = await openStore(path);
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const evaluation = (key: string, seed = 1, status: Evaluation['status'] = 'ok'): Evaluation => ({
  ...{ rule: 'g', key, task: 'digits-mlp', protocol: 'quick', environment: 'none', seed, status },
  ...{ learningRate: 0.1, edgeOfGrid: false, sweep: [], reward: 0.5, curve: [], steps: 1, seconds: 1 },
  ...{ fingerprint: 'machine', version: '0.1.0' },
});

/** A run of batches of two that are told, each rule an evaluation of its own. */
async function addRun(name: string, batches = 2, keys = name): Promise<void> {
  const about = { createdAt: '2017-09-21T00:00:00.000Z', version: '0.1.0', fingerprint: 'machine' };
  await store.createRun({ name, config: { samples: 2 * batches }, ...about });
  await store.addScore(name, 'reference', 0, evaluation('sgd'));
  for (let batch = 0; batch < batches; batch++) {
    const proposals = [0, 1].map((i) => ({
      rule: 'g',
      tokens: [i],
      identity: { text: 'g', key: `${keys} ${2 * batch + i}` },
    }));
    const state = `state ${batch}`;
    await store.addBatch(
      name,
      { batch, first: 2 * batch, proposals },
      { asked: batch + 1, told: batch, state },
    );
    for (const [i, { identity }] of proposals.entries()) {
      await store.addScore(name, 'proposal', 2 * batch + i, evaluation(identity.key));
    }
    await store.tellBatch(name, batch, { mean: batch });
  }
  await store.addScore(name, 'retest', 0, evaluation(`${keys} 0`, 7));
  await store.finishRun(name);
}

async function contentOf(run: string): Promise<unknown> {
  return {
    batches: await store.batches(run),
    proposals: await store.proposals(run),
    scores: await store.scores(run),
    checkpoint: await store.checkpoint(run),
  };
}

const count = async (table: string): Promise<number> => {
  const client = createClient({ url: `file:${path}` });
  const { rows } = await client.execute(`SELECT count(*) AS rows FROM ${table}`);
  client.close();
  return Number(rows[0]?.rows);
};

describe('a run that is removed', () => {
  it('goes with all that is its own, and leaves what others hold', async () => {
    await addRun('first');
    await addRun('second', 2, 'first');
    await addRun('third');
    await store.addScore('third', 'proposal', 9, evaluation('lost', 1, 'failed'));
    const others = [await contentOf('first'), await contentOf('second')];
    expect(await store.removeRun('third')).toMatchObject({ proposals: 4, evaluations: 6, shared: 1 });
    expect([await contentOf('first'), await contentOf('second')]).toEqual(others);
    await expect(store.run('third')).rejects.toMatchObject({ code: 'unknown-name' });
    await store.verify('first');
    // 4 proposals and a retest that both others hold, and the reference of all.
    expect(await count('evaluations')).toBe(6);
    expect(await store.removeRun('second')).toMatchObject({ evaluations: 0, shared: 6 });
    expect(await store.removeRun('first')).toMatchObject({ evaluations: 6, shared: 0 });
    for (const table of ['runs', 'batches', 'proposals', 'scores', 'checkpoints', 'evaluations']) {
      expect(await count(table), table).toBe(0);
    }
  });

  it('frees the space that it took', async () => {
    await addRun('large', 200);
    await addRun('small');
    const { bytes } = await store.removeRun('large');
    expect(bytes).toBeGreaterThan(100_000);
    await store.verify('small');
  });

  it('keeps the evaluations of no run', async () => {
    await addRun('first');
    await store.addEvaluation(evaluation('compared'));
    await store.removeRun('first');
    expect(await store.evaluations({ key: 'compared' })).toHaveLength(1);
  });

  it('makes room for another of its name', async () => {
    await addRun('first');
    await store.removeRun('first');
    await addRun('first', 3);
    expect(await store.run('first')).toMatchObject({ proposals: 6, told: 6 });
    await store.verify('first');
  });
});

describe('a run that is renamed', () => {
  it('is the same run, its failed evaluations included', async () => {
    await addRun('first');
    await store.addScore('first', 'retest', 1, evaluation('lost', 8, 'failed'));
    await store.noteRun('first', 'to be kept');
    const [before, content] = [await store.run('first'), await contentOf('first')];
    await store.renameRun('first', "it's another");
    expect(await store.run("it's another")).toEqual({ ...before, name: "it's another" });
    expect(await contentOf("it's another")).toEqual(content);
    const identity = evaluation('lost', 8, 'failed');
    expect(await store.findEvaluation(identity, "it's another")).toMatchObject({
      evaluation: { status: 'failed' },
    });
    await expect(store.run('first')).rejects.toMatchObject({ code: 'unknown-name' });
    await addRun('first');
    expect(await store.findEvaluation(identity, 'first')).toBeUndefined();
    await store.verify("it's another");
  });

  it('takes no name that another has', async () => {
    await addRun('first');
    await addRun('second');
    await expect(store.renameRun('first', 'second')).rejects.toMatchObject({ code: 'run-exists' });
    expect((await store.listRuns()).map(({ name }) => name)).toEqual(['first', 'second']);
  });
});

describe('a note', () => {
  it('is kept with the run, replaced, and removed', async () => {
    await addRun('first');
    expect((await store.run('first')).note).toBeUndefined();
    for (const note of ['with noise', 'ü "quoted"']) {
      await store.noteRun('first', note);
      expect((await store.run('first')).note).toBe(note);
    }
    await store.noteRun('first', '');
    expect('note' in (await store.run('first'))).toBe(false);
    await expect(store.noteRun('frist', 'x')).rejects.toMatchObject({ hint: /did you mean 'first'/ });
  });
});

describe('a run that is reopened', () => {
  it('is what it was after its first batches, without retests, and keeps its evaluations', async () => {
    await addRun('first', 4);
    const evaluations = await count('evaluations');
    await store.reopenRun('first', { samples: 9 }, 3);
    expect(await store.run('first')).toMatchObject({
      status: 'stopped',
      config: { samples: 9 },
      proposals: 6,
    });
    expect(await store.checkpoint('first')).toEqual({ asked: 3, told: 2, state: 'state 2' });
    expect((await store.batches('first')).map(({ batch }) => batch)).toEqual([0, 1, 2]);
    expect((await store.scores('first')).map(({ role, index }) => `${role} ${index}`)).toEqual([
      'reference 0',
      ...[0, 1, 2, 3, 4, 5].map((i) => `proposal ${i}`),
    ]);
    await store.verify('first');
    expect(await count('evaluations')).toBe(evaluations);
  });

  it('goes back to its start where no checkpoint is that old', async () => {
    await addRun('first', 8);
    await store.reopenRun('first', { samples: 9 }, 2);
    expect(await store.run('first')).toMatchObject({ proposals: 0, told: 0 });
    expect(await store.checkpoint('first')).toBeUndefined();
    await store.verify('first');
  });
});

it.each(['removeRun', 'renameRun', 'reopenRun'] as const)(
  '%s waits for whoever drives the run',
  async (method) => {
    await addRun('first');
    const lock = await store.lockRun('first', 'somebody');
    const acts = {
      removeRun: () => store.removeRun('first'),
      renameRun: () => store.renameRun('first', 'second'),
      reopenRun: () => store.reopenRun('first', {}, 1),
    };
    await expect(acts[method]()).rejects.toMatchObject({ code: 'run-locked' });
    await lock.release();
    await acts[method]();
  },
);
