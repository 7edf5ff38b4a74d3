import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HashDispatcher } from '../../test/hash-dispatcher.ts';
import type { Evaluation, IdentifiedRequest } from '../evaluation/index.ts';
import { identityOf } from '../evaluation/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { Once, type OnceServices } from './once.ts';

let directory: string;
let store: Store;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-once-'));
  store = await openStore(join(directory, 'runs.db'));
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const requestOf = (rule: string, seed = 1): IdentifiedRequest => {
  const { text, key } = identityOf(rule);
  return { rule: text, key, task: 'digits-mlp', protocol: 'quick', seed, environment: 'none' };
};

const services = (dispatcher: OnceServices['dispatcher']): OnceServices => ({
  store,
  dispatcher,
  fingerprint: 'this machine',
  version: '1.0.0',
  clock: () => Date.UTC(2017, 8, 21),
});

const ORIGIN = { by: 'nos eval', at: '2017-09-21T00:00:00.000Z' };

describe('equal evaluations', () => {
  it('are made once, while one is on its way and later, and say who made them', async () => {
    const dispatcher = new HashDispatcher();
    const once = new Once(services(dispatcher), { by: 'nos eval' });
    expect(await once.find(requestOf('sgd'))).toBeUndefined();
    const both = await Promise.all([once.evaluate(requestOf('g')), once.evaluate(requestOf('sgd'))]);
    expect(both.map(({ cached }) => cached)).toEqual([false, true]);
    expect(both[0].evaluation).toEqual(both[1].evaluation);
    const stored = { evaluation: both[0].evaluation, cached: true, origin: ORIGIN };
    expect(await once.evaluate(requestOf('g'))).toEqual(stored);
    const other = new Once(services(dispatcher), { by: 'run other', run: 'other' });
    expect(await other.evaluate(requestOf('g'))).toEqual(stored);
    expect(await other.find(requestOf('g'))).toEqual(stored);
    expect(dispatcher.requests).toHaveLength(1);
    await once.evaluate(requestOf('g', 2));
    expect(dispatcher.requests).toHaveLength(2);
  });

  it('are stored before anybody gets one', async () => {
    const kept: Evaluation[] = [];
    const once = new Once(services(new HashDispatcher()), { by: 'run x' });
    const { evaluation } = await once.evaluate(requestOf('g'), async (made, { by }) => {
      await new Promise((resolve) => setImmediate(resolve));
      expect(by).toBe('run x');
      kept.push(made);
    });
    expect(kept).toEqual([evaluation]);
    expect(await once.find(requestOf('g'))).toBeUndefined();
  });

  it('are tried again if one failed, unless a run keeps it as its own', async () => {
    const failing = new HashDispatcher(0, (made) => ({ ...made, status: 'failed', error: 'exited' }));
    const once = new Once(services(failing), { by: 'nos eval' });
    await once.evaluate(requestOf('g'));
    await once.evaluate(requestOf('g'));
    expect(failing.requests).toHaveLength(2);
    const about = { config: {}, createdAt: ORIGIN.at, version: '1.0.0', fingerprint: 'this machine' };
    await store.createRun({ name: 'own', ...about });
    const own = new Once(services(failing), { by: 'run own', run: 'own' });
    await own.evaluate(requestOf('g'), (made, origin) => store.addScore('own', 'proposal', 0, made, origin));
    expect(await own.evaluate(requestOf('g'))).toMatchObject({ cached: true, origin: { by: 'run own' } });
    expect(await once.find(requestOf('g'))).toBeUndefined();
  });

  it('of a machine that computes otherwise are refused, and not kept', async () => {
    const dispatcher = new HashDispatcher(0, (made) => ({ ...made, fingerprint: 'another' }));
    const once = new Once(services(dispatcher), { by: 'nos eval' });
    await expect(once.evaluate(requestOf('g'))).rejects.toMatchObject({
      code: 'fingerprint',
      message: expect.stringMatching(/^a worker computes as another .* this machine as this machine/),
    });
    expect(await store.evaluations({})).toEqual([]);
  });

  it('are asked for again after an error', async () => {
    const broken = { evaluate: () => Promise.reject(new Error('no worker')) };
    const once = new Once(services(broken), { by: 'nos eval' });
    const calls = [once.evaluate(requestOf('g')), once.evaluate(requestOf('g'))];
    for (const call of calls) await expect(call).rejects.toThrow('no worker');
    const next = new Once(services(new HashDispatcher()), { by: 'nos eval' });
    expect((await next.evaluate(requestOf('g'))).cached).toBe(false);
  });

  it('pass on progress and the worker of what is made', async () => {
    const told: unknown[] = [];
    const { request, ...made } = { request: requestOf('g'), progress: { done: 0.5 } };
    const dispatcher: OnceServices['dispatcher'] = {
      evaluate: async (asked, options = {}) => {
        options.onProgress?.({ phase: 'sweep', learningRate: 1, ...made.progress });
        options.onWorker?.('local-1');
        return new HashDispatcher().evaluate(asked);
      },
    };
    const onProgress = (of: IdentifiedRequest, { done }: { readonly done: number }) =>
      told.push([of.key, done]);
    const once = new Once(services(dispatcher), { by: 'nos eval', onProgress });
    expect(await once.evaluate(request)).toMatchObject({ cached: false, worker: 'local-1' });
    expect(told).toEqual([[request.key, 0.5]]);
  });
});
