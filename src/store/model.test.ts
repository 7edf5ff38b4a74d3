import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { type NewBatch, openStore, type ScoreRole, type Store, type StoredBatch } from './index.ts';

/** A store beside a model of it in memory: whatever is written in whatever order, both give out the same. */

const RUNS = ['one', 'other'] as const;
const KEYS = ['k1', 'k2'] as const;
const SEEDS = [1, 2] as const;
const ROLES: readonly ScoreRole[] = ['reference', 'proposal', 'retest'];
/** More than the proposals that one test makes. */
const MOST = 64;
type Run = (typeof RUNS)[number];

interface Written {
  readonly batches: NewBatch[];
  readonly metrics: (StoredBatch['metrics'] | undefined)[];
  readonly states: string[];
}

interface Model {
  readonly runs: Record<Run, Written>;
  /** Keys are identity and scope: a failed one belongs to its run. The first of equal ones stands. */
  readonly evaluations: Map<string, Evaluation>;
  /** Keys are run, role and index; values are keys of `evaluations`. */
  readonly scores: Map<string, string>;
}

const evaluationOf = (
  key: string,
  seed: number,
  status: 'ok' | 'diverged' | 'failed',
  reward: number,
): Evaluation => ({
  ...{ rule: `rule of ${key}`, task: 'digits-mlp', protocol: 'quick', seed, environment: 'none', key },
  ...{ learningRate: 0.1, edgeOfGrid: false, sweep: [], reward, curve: [reward], status },
  ...{ steps: 1, seconds: reward, fingerprint: 'machine', version: '1' },
});

const scopeOf = (run: string, { status }: Evaluation): string => (status === 'failed' ? run : '');
const idOf = ({ key, seed }: Pick<Evaluation, 'key' | 'seed'>, scope: string): string =>
  JSON.stringify([key, seed, scope]);

function keep({ evaluations }: Model, evaluation: Evaluation, scope: string): string {
  const id = idOf(evaluation, scope);
  if (!evaluations.has(id)) evaluations.set(id, evaluation);
  return id;
}

// JSON has no −0.
const figure = fc.double().map((value) => value + 0);
const evaluation = fc
  .record({
    key: fc.constantFrom(...KEYS),
    seed: fc.constantFrom(...SEEDS),
    status: fc.constantFrom('ok' as const, 'diverged' as const, 'failed' as const),
    reward: figure,
  })
  .map(({ key, seed, status, reward }) => evaluationOf(key, seed, status, reward));
const run = fc.constantFrom(...RUNS);

/** What is done to both; its text is what a counterexample shows. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('ask' as const),
    run,
    keys: fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 }),
    logProbability: figure,
    appended: fc.string({ maxLength: 3 }),
    state: fc.string(),
    again: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('tell' as const),
    run,
    metrics: fc.dictionary(fc.constantFrom('a', 'b'), figure),
  }),
  fc.record({
    do: fc.constant('score' as const),
    run,
    evaluation,
    role: fc.constantFrom(...ROLES),
    index: fc.nat(3),
  }),
  fc.record({ do: fc.constant('add' as const), evaluation }),
  fc.record({ do: fc.constant('reopen' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Does a step to a store and to its model; returns the store to go on with. */
async function take(one: Step, store: Store, model: Model, path: string): Promise<Store> {
  if (one.do === 'reopen') {
    await store.close();
    return openStore(path);
  }
  if (one.do === 'add') {
    await store.addEvaluation(one.evaluation);
    if (one.evaluation.status !== 'failed') keep(model, one.evaluation, '');
    return store;
  }
  const { batches, metrics, states } = model.runs[one.run];
  if (one.do === 'ask') {
    const first = batches.reduce((sum, { proposals }) => sum + proposals.length, 0);
    const proposals = one.keys.map((key, i) => ({
      ...{ rule: `rule of ${key}`, tokens: [i], logProbability: one.logProbability },
      ...(i === 0 ? {} : { parent: first }),
      identity: { text: '', key },
    }));
    const batch = { batch: batches.length, first, proposals, appended: one.appended };
    const told = metrics.filter((told) => told !== undefined).length;
    const checkpoint = { asked: batch.batch + 1, told, state: one.state };
    await store.addBatch(one.run, batch, checkpoint);
    if (one.again) await store.addBatch(one.run, batch, checkpoint);
    batches.push(batch);
    metrics.push(undefined);
    states.push(one.state);
    return store;
  }
  const proposals = batches.flatMap((batch) => batch.proposals);
  const score = async (role: ScoreRole, index: number, made: Evaluation): Promise<void> => {
    await store.addScore(one.run, role, index, made);
    const place = JSON.stringify([one.run, role, index]);
    const id = keep(model, made, scopeOf(one.run, made));
    if (!model.scores.has(place)) model.scores.set(place, id);
  };
  if (one.do === 'tell') {
    const untold = metrics.indexOf(undefined);
    if (untold < 0) return store;
    // The search scores a batch before it tells it.
    const { first, proposals: asked } = batches[untold]!;
    for (const [i, { identity }] of asked.entries())
      await score('proposal', first + i, evaluationOf(identity.key, 1, 'ok', i));
    await store.tellBatch(one.run, untold, one.metrics);
    metrics[untold] = one.metrics;
    return store;
  }
  // A proposal is scored by an evaluation of its own rule.
  const key = one.role === 'proposal' ? proposals[one.index]?.identity.key : one.evaluation.key;
  if (key !== undefined) await score(one.role, one.index, { ...one.evaluation, key, rule: `rule of ${key}` });
  return store;
}

/** What a run's scores are by the model. */
const scoresOf = ({ scores, evaluations }: Model, name: Run, roles = ROLES) =>
  roles.flatMap((role) =>
    Array.from({ length: MOST }, (_, index) => index).flatMap((index) => {
      const id = scores.get(JSON.stringify([name, role, index]));
      return id === undefined ? [] : [{ role, index, evaluation: evaluations.get(id)! }];
    }),
  );

async function expectSame(store: Store, model: Model): Promise<void> {
  for (const name of RUNS) {
    const { batches, metrics, states } = model.runs[name];
    const scores = scoresOf(model, name);
    expect(await store.scores(name)).toEqual(scores);
    const summaries = [];
    for await (const { role, index, evaluation } of store.streamSummaries(name, ['retest', 'proposal']))
      summaries.push([role, index, evaluation.reward]);
    expect(summaries).toEqual(
      scoresOf(model, name, ['retest', 'proposal']).map((one) => [
        one.role,
        one.index,
        one.evaluation.reward,
      ]),
    );
    const proposals = batches.flatMap(({ batch, proposals }) =>
      proposals.map(({ identity: { key }, ...proposal }) => ({ batch, key, ...proposal })),
    );
    const stored = proposals.map((proposal, index) => {
      const score = scores.find((one) => one.role === 'proposal' && one.index === index);
      return { ...proposal, index, ...(score && { evaluation: score.evaluation }) };
    });
    expect(await store.proposals(name)).toEqual(stored);
    expect(await store.proposals(name, 2)).toEqual(stored.slice(2));
    expect(await store.batches(name)).toEqual(
      batches.map(({ batch, first, proposals: { length: size } }) => {
        const told = metrics[batch];
        return { batch, first, size, told: told !== undefined, metrics: told ?? {} };
      }),
    );
    expect(await store.appended(name)).toEqual(batches.flatMap(({ appended }) => appended || []));
    expect((await store.checkpoint(name))?.state).toBe(states.at(-1));
    const told = batches.filter((_, i) => metrics[i] !== undefined);
    expect(await store.run(name)).toMatchObject({
      status: 'stopped',
      proposals: proposals.length,
      told: told.reduce((sum, batch) => sum + batch.proposals.length, 0),
    });
    for (const key of KEYS)
      for (const seed of SEEDS) {
        const identity = { ...evaluationOf(key, seed, 'ok', 0), key, seed };
        const { task, protocol, environment, fingerprint, version } = identity;
        const asked = { key, seed, task, protocol, environment, fingerprint, version };
        const sound = model.evaluations.get(idOf(asked, ''));
        expect((await store.findEvaluation(asked))?.evaluation).toEqual(sound);
        // A failure of its own comes first, so that a run that is resumed meets it again.
        const own = model.evaluations.get(idOf(asked, name)) ?? sound;
        expect((await store.findEvaluation(asked, name))?.evaluation).toEqual(own);
      }
    await store.verify(name);
  }
}

it('gives out what a model in memory does, whatever is written to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 16 }), async (steps) => {
      const directory = await mkdtemp(join(tmpdir(), 'nos-model-'));
      const path = join(directory, 'runs.db');
      let store = await openStore(path);
      const empty = (): Written => ({ batches: [], metrics: [], states: [] });
      const model: Model = {
        runs: { one: empty(), other: empty() },
        evaluations: new Map(),
        scores: new Map(),
      };
      try {
        const made = { config: {}, createdAt: '2017-09-21T00:00:00.000Z', version: '1', fingerprint: 'm' };
        for (const name of RUNS) await store.createRun({ name, ...made });
        for (const one of steps) store = await take(one, store, model, path);
        await expectSame(store, model);
      } finally {
        await store.close();
        await rm(directory, { recursive: true });
      }
    }),
    { seed: 20_170_921, numRuns: 25 },
  );
});
