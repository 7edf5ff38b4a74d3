import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HashDispatcher } from '../../test/hash-dispatcher.ts';
import { NosError } from '../errors.ts';
import type { Evaluation } from '../evaluation/index.ts';
import { deriveKey } from '../random/index.ts';
import { resolveRule, ruleKey } from '../rules/index.ts';
import { openStore, type Store } from '../store/index.ts';
import {
  extendRun,
  findEarlierRun,
  foldCopies,
  leaderboard,
  parseRunConfig,
  plannedEvaluations,
  type RunConfigInput,
  type RunEvent,
  type RunServices,
  resumeRun,
  startRun,
} from './index.ts';

const CONFIG: RunConfigInput = {
  task: 'digits-mlp',
  space: { name: 'quick' },
  strategy: { name: 'random' },
  protocol: 'quick',
  samples: 22,
  batch: 4,
  seed: 5,
  references: ['sgd', 'adam'],
};

const HALVING: RunConfigInput = {
  ...CONFIG,
  protocol: 'fast',
  retest: { top: 5, seeds: 6, halving: true },
};

let directory: string;
let store: Store;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-run-'));
  store = await openStore(join(directory, 'runs.db'));
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

const services = (more: Partial<RunServices> = {}): RunServices => ({
  store,
  dispatcher: new HashDispatcher(),
  fingerprint: 'this machine',
  version: '1.0.0',
  clock: () => 0,
  ...more,
});

/** Everything that must not depend on what happened on the way. */
async function resultOf(run: string): Promise<unknown> {
  const [proposals, batches, scores] = await Promise.all([
    store.proposals(run),
    store.batches(run),
    store.scores(run),
  ]);
  return { proposals, batches, scores };
}

/** A store of its own: in one store, a second run would find the first one's evaluations. */
async function freshStore(name: string): Promise<void> {
  await store.close();
  store = await openStore(join(directory, `${name}.db`));
}

describe('a run that is extended', () => {
  /** What a run of so many proposals from the start gives. */
  async function undisturbed(strategy: string, samples: number, pipeline = 2): Promise<unknown> {
    await freshStore(`whole-${strategy}-${samples}`);
    const config = { ...CONFIG, strategy: { name: strategy }, samples, pipeline };
    const { leaderboard } = await startRun('a', config, services());
    return { ...((await resultOf('a')) as object), leaderboard, checkpoint: await store.checkpoint('a') };
  }

  const result = async (leaderboard: unknown) => ({
    ...((await resultOf('a')) as object),
    leaderboard,
    checkpoint: await store.checkpoint('a'),
  });

  // Batches are of 4: whole ones, a last one that was smaller, fewer than are in flight, and a change that is none.
  it.each([
    ['random', 20, 36],
    ['evolution', 12, 22],
    ['evolution', 22, 37],
    ['rl', 10, 19],
    ['tree', 22, 28],
    ['evolution', 3, 9],
    ['random', 4, 5],
  ])('%s, finished at %i, to %i, is the run of as many from the start', async (strategy, samples, more) => {
    const whole = await undisturbed(strategy, more);
    await freshStore(`extended-${strategy}-${samples}`);
    await startRun('a', { ...CONFIG, strategy: { name: strategy }, samples }, services());
    const { status, told, leaderboard } = await extendRun('a', more, services());
    expect({ status, told }).toEqual({ status: 'finished', told: more });
    expect(await store.run('a')).toMatchObject({ status: 'finished', told: more, config: { samples: more } });
    expect(await result(leaderboard)).toEqual(whole);
  });

  it('under protocol fast is the run of as many from the start', async () => {
    await startRun('a', { ...HALVING, samples: 36 }, services());
    const whole = await resultOf('a');
    await freshStore('extended');
    await startRun('a', { ...HALVING, samples: 12 }, services());
    await extendRun('a', 36, services());
    expect(await resultOf('a')).toEqual(whole);
  });

  it.each([8, 9, 12, 13, 15, 16, 20, 30])('stopped with batches in flight, to %i', async (samples) => {
    const whole = await undisturbed('evolution', samples, 3);
    await freshStore('stopped');
    const stop = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'batch' && event.told === 8) stop.abort();
    };
    const config = { ...CONFIG, strategy: { name: 'evolution' }, pipeline: 3 };
    await startRun('a', config, services({ onEvent, signal: stop.signal }));
    expect(await store.run('a')).toMatchObject({ told: 8, proposals: 16 });
    const { leaderboard } = await extendRun('a', samples, services());
    expect(await result(leaderboard)).toEqual(whole);
  });

  it('goes on with a strategy of the user’s own, unless its text has changed', async () => {
    const own = resolve(import.meta.dirname, '../../examples/hill-climbing.mjs');
    const config = { ...CONFIG, strategy: { name: own } };
    const { leaderboard } = await startRun('a', { ...config, samples: 22 }, services());
    const whole = await result(leaderboard);
    await freshStore('own');
    await startRun('a', { ...config, samples: 12 }, services());
    const { config: stored } = await store.run('a');
    expect(stored).toMatchObject({ strategy: { name: expect.stringMatching(/mjs#[0-9a-f]{12}$/) } });
    const extended = await extendRun('a', 22, services());
    expect(await result(extended.leaderboard)).toEqual(whole);
    const other = { ...config, strategy: { name: `${own}#000000000000` } };
    await expect(startRun('b', other, services())).rejects.toThrow(/has changed since the run began/);
  });

  it('trains only what is new', async () => {
    await startRun('a', { ...CONFIG, samples: 20 }, services());
    const dispatcher = new HashDispatcher();
    const trained: number[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'evaluated' && !event.cached) trained.push(event.index);
    };
    await extendRun('a', 24, services({ dispatcher, onEvent }));
    expect(Math.min(...trained)).toBeGreaterThanOrEqual(20);
  });

  it('cannot end before what it has told', async () => {
    await startRun('a', CONFIG, services());
    await expect(extendRun('a', 21, services())).rejects.toMatchObject({
      code: 'bad-option',
      message: /has 22 scored rules already/,
      hint: /`nos resume a --samples 44`/,
    });
    expect(await store.run('a')).toMatchObject({ status: 'finished', told: 22 });
  });
});

describe('a timeout', () => {
  const config = { ...CONFIG, strategy: { name: 'evolution' } };

  it('begins no batch once it is over, and leaves a run that goes on to the same result', async () => {
    await startRun('a', config, services());
    const whole = await resultOf('a');
    await freshStore('timed');
    let now = 0;
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'batch') now += 60_000;
    };
    const timed = services({ clock: () => now, timeout: 120_000, onEvent });
    const first = await startRun('a', config, timed);
    // Two minutes for two batches, and the two that were in flight.
    expect(first).toMatchObject({ status: 'stopped', stoppedBy: 'timeout', told: 12 });
    expect(await store.run('a')).toMatchObject({ status: 'stopped', told: 12, proposals: 12 });
    expect(first.leaderboard.some(({ retest }) => retest !== undefined)).toBe(false);
    const rest = await resumeRun('a', services());
    expect(rest).toMatchObject({ status: 'finished', told: 22 });
    expect(await resultOf('a')).toEqual(whole);
  });

  it('that is over with the last batch leaves the tests with fresh seeds to the next', async () => {
    let now = 0;
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'batch' && event.told === 22) now = 1_000;
    };
    const stopped = await startRun('a', config, services({ clock: () => now, timeout: 1_000, onEvent }));
    expect(stopped).toMatchObject({ status: 'stopped', stoppedBy: 'timeout', told: 22 });
    const rest = await resumeRun('a', services());
    expect(rest.leaderboard.some(({ retest }) => retest !== undefined)).toBe(true);
  });

  it('that is not over changes nothing', async () => {
    const result = await startRun('a', config, services({ timeout: 1 }));
    expect(result).toMatchObject({ status: 'finished', told: 22 });
    expect('stoppedBy' in result).toBe(false);
  });
});

describe('the name of a run', () => {
  it.each([
    ['', /cannot be empty/],
    [' ', /cannot be empty/],
    [' a', /begin or end with a space/],
    ['-n', /begin with a dash/],
    ['a\nb', /control characters: 'a\?b'/],
    ['a\u202eb', /control characters/],
    ['a\u0000', /control characters/],
    ['x'.repeat(101), /longer than 100 characters: 'x{60}…'/],
  ])('%j is refused before anything is stored', async (name, message) => {
    await expect(startRun(name, CONFIG, services())).rejects.toMatchObject({ code: 'bad-option', message });
    expect(await store.listRuns()).toEqual([]);
  });

  it.each(["it's mine, with $HOME", 'Lärm/2', '実験', '🎉', 'x'.repeat(100)])('%s is taken', async (name) => {
    const result = await startRun(name, { ...CONFIG, samples: 4 }, services());
    expect(result).toMatchObject({ run: name, status: 'finished' });
  });
});

describe('a run', () => {
  it('keeps for how long it was driven, not for how long it stood still', async () => {
    let now = 1_000_000;
    const clock = (): number => now;
    const stop = new AbortController();
    const onEvent = (event: RunEvent): void => {
      if (event.type !== 'batch') return;
      now += 2_500;
      if (event.batch === 2) stop.abort();
    };
    await startRun('a', CONFIG, services({ clock, onEvent, signal: stop.signal }));
    expect((await store.run('a')).seconds).toBe(7.5);
    now += 3_600_000;
    await resumeRun('a', services({ clock, onEvent }));
    const { told, seconds } = await store.run('a');
    expect(told).toBe(22);
    expect(seconds).toBeGreaterThanOrEqual(7.5 + 3 * 2.5);
    expect(seconds).toBeLessThan(60);
  });

  it('tells every proposal, scores the references, and tests the best again', async () => {
    const events: RunEvent[] = [];
    const result = await startRun('a', CONFIG, services({ onEvent: (event) => events.push(event) }));
    expect(result).toMatchObject({ run: 'a', status: 'finished', told: 22 });
    expect(await store.run('a')).toMatchObject({ status: 'finished', proposals: 22, told: 22 });
    const tested = result.leaderboard.filter(({ retest }) => retest !== undefined);
    expect(tested.filter(({ reference }) => reference).length).toBe(2);
    expect(tested.filter(({ reference }) => !reference).length).toBe(5);
    expect(tested.every(({ retest }) => retest?.rewards.length === 3)).toBe(true);
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['started', 'reference', 'asked', 'evaluated', 'batch', 'retest', 'finished']),
    );
    expect(events.flatMap((event) => (event.type === 'batch' ? [event.told] : []))).toEqual([
      4, 8, 12, 16, 20, 22,
    ]);
  });

  it('asks for its environment, and takes no other’s evaluations', async () => {
    await startRun('plain', CONFIG, services());
    const config = { ...CONFIG, environment: '4bit' };
    await startRun('coarse', config, services());
    const scores = await store.scores('coarse');
    expect(new Set(scores.map(({ evaluation }) => evaluation.environment))).toEqual(new Set(['4bit']));
    expect(await store.run('plain')).toMatchObject({ config: { environment: 'none' } });
    expect(await store.run('coarse')).toMatchObject({ config });
    const reference = async (run: string) => (await store.scores(run))[0]?.evaluation.reward;
    expect(await reference('coarse')).not.toBe(await reference('plain'));
  });

  it('evaluates equal rules once, also when another run of the store did', async () => {
    const first = new HashDispatcher();
    await startRun('a', CONFIG, services({ dispatcher: first }));
    const asked = first.requests.map(({ rule, seed }) => `${ruleKey(resolveRule(rule))} ${seed}`);
    expect(new Set(asked).size).toBe(asked.length);
    const proposals = await store.proposals('a');
    expect(new Set(proposals.map(({ key }) => key)).size).toBeLessThan(proposals.length);
    expect(proposals.every(({ evaluation }) => evaluation !== undefined)).toBe(true);

    const second = new HashDispatcher();
    await startRun('b', CONFIG, services({ dispatcher: second }));
    expect(second.requests).toEqual([]);
    expect(await resultOf('b')).toEqual(await resultOf('a'));
  });

  it('does not depend on the order in which evaluations end', async () => {
    const results: unknown[] = [];
    for (const order of [1, 2, 3]) {
      await freshStore(`order-${order}`);
      await startRun('a', CONFIG, services({ dispatcher: new HashDispatcher(order) }));
      results.push(await resultOf('a'));
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('reports progress, also when the clock is set back', async () => {
    const dispatcher = new HashDispatcher();
    const evaluate = dispatcher.evaluate.bind(dispatcher);
    const progress = { phase: 'sweep', learningRate: 1, done: 0.5 } as const;
    dispatcher.evaluate = (request, options) => {
      options?.onProgress?.(progress);
      return evaluate(request, options);
    };
    let now = 1e12;
    const clock = (): number => {
      now -= 3_600_000;
      return now;
    };
    const events: RunEvent[] = [];
    await startRun('a', CONFIG, services({ dispatcher, clock, onEvent: (event) => events.push(event) }));
    expect(events.filter(({ type }) => type === 'progress').length).toBe(dispatcher.requests.length);
  });

  it('under protocol fast gives the better rules more seeds, in full trainings', async () => {
    const { leaderboard: rows } = await startRun('a', HALVING, services());
    const tested = rows.filter(({ retest }) => retest !== undefined);
    expect(tested.map(({ rank }) => rank)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const seedsOf = (reference: boolean) =>
      tested.filter((row) => row.reference === reference).map(({ retest }) => retest?.rewards.length);
    // Five found rules have two seeds, the better three of them three, and the best two all six; of two references one goes on.
    expect([seedsOf(false), seedsOf(true)]).toEqual([
      [6, 6, 3, 2, 2],
      [6, 2],
    ]);
    const retests = (await store.scores('a')).filter(({ role }) => role === 'retest');
    expect(retests).toHaveLength(plannedEvaluations(parseRunConfig(HALVING)).retests);
    expect(new Set(retests.map(({ evaluation }) => evaluation.protocol))).toEqual(new Set(['paper']));
  });

  it('depends on its seed', async () => {
    await startRun('a', CONFIG, services());
    await startRun('b', { ...CONFIG, seed: 6 }, services());
    expect(await store.proposals('a')).not.toEqual(await store.proposals('b'));
  });
});

describe('under a protocol that trains one rule of those that do the same', () => {
  const config = {
    ...CONFIG,
    space: {
      name: 'quick',
      iterations: 1,
      operands: ['g', 'g^3', 'm', 'sign(g)', 'sign(m)', 'adam', '1e-4 * w', '1e-3 * w'],
      unary: ['x', 'sign(x)', 'drop(x, 0.3)', 'abs(x)'],
      binary: ['x + y', 'x * y', 'max(x, y)'],
    },
    protocol: 'fast',
    samples: 120,
    batch: 20,
  };
  const trainedKeys = (dispatcher: HashDispatcher): readonly string[] =>
    dispatcher.requests.map(({ rule, seed }) => `${ruleKey(resolveRule(rule))} ${seed}`);

  it('a run trains the first of them, and says so of the others', async () => {
    const dispatcher = new HashDispatcher();
    const { spared } = await startRun('a', config, services({ dispatcher }));
    const proposals = await store.proposals('a');
    const reused = proposals.filter(({ evaluation }) => evaluation?.reuses !== undefined);
    const copies = reused.filter(({ evaluation }) => evaluation?.reuses?.near);
    const same = reused.length - copies.length;
    expect(spared).toEqual({ reused: same, near: copies.length, rejected: 0, stopped: 0 });
    expect(Math.min(same, copies.length)).toBeGreaterThan(10);
    const searched = (await store.scores('a')).filter(({ role }) => role !== 'retest');
    const trained = new Map(searched.map(({ evaluation }) => [evaluation.key, evaluation]));
    for (const { key, evaluation } of reused) {
      const { reuses, ...own } = evaluation!;
      expect(reuses!.key).not.toBe(key);
      const { rule, ...other } = trained.get(reuses!.key)!;
      expect(own).toEqual({
        ...other,
        rule: own.rule,
        key,
        steps: 0,
        seconds: 0,
        sweep: own.sweep,
        learningRate: own.learningRate,
      });
      expect(own.learningRate * reuses!.factor).toBeCloseTo(other.learningRate);
    }
    const [seed] = dispatcher.requests.map((request) => request.seed);
    const asked = trainedKeys(dispatcher).filter((one) => one.endsWith(` ${seed}`));
    for (const { key } of reused) expect(asked).not.toContain(`${key} ${seed}`);
  });

  it('does not depend on the order of evaluations, on stops, or on what the store holds of others', async () => {
    await startRun('a', config, services());
    const expected = await resultOf('a');
    await freshStore('ordered');
    await startRun('a', config, services({ dispatcher: new HashDispatcher(3) }));
    expect(await resultOf('a')).toEqual(expected);
    await freshStore('stopped');
    let result = await startRun('a', config, services(stopAfter(55, 1)));
    for (let stops = 2; result.status === 'stopped'; stops++) {
      result = await resumeRun('a', services(stops < 4 ? stopAfter(70, stops) : {}));
    }
    expect(await resultOf('a')).toEqual(expected);
    // Every rule's own evaluation is there, and some that other runs reuse.
    await freshStore('full');
    await startRun('others', { ...config, seed: 9, samples: 60 }, services());
    const { evaluationSeed } = { evaluationSeed: deriveKey(config.seed, 'evaluation').k0 };
    for (const { evaluation } of (expected as { scores: { evaluation: Evaluation }[] }).scores) {
      const { reuses: _, ...own } = { ...evaluation, reward: 0.5 };
      if (evaluation.reuses && own.seed === evaluationSeed) await store.addEvaluation(own);
    }
    await startRun('a', config, services());
    expect(await resultOf('a')).toEqual(expected);
  });

  it.each([70, 95])('is extended from %i proposals to the run of as many from the start', async (samples) => {
    await startRun('a', config, services());
    const expected = await resultOf('a');
    await freshStore(`extended-${samples}`);
    await startRun('a', { ...config, samples }, services());
    await extendRun('a', config.samples, services());
    expect(await resultOf('a')).toEqual(expected);
  });

  it('trains a rule whose like was lost for outside reasons', async () => {
    const losing = new HashDispatcher(0, (made) =>
      made.rule.includes('sign') ? { ...made, status: 'failed', error: 'exited' } : made,
    );
    await startRun('a', config, services({ dispatcher: losing }));
    const proposals = await store.proposals('a');
    expect(proposals.some(({ evaluation }) => evaluation?.status === 'failed')).toBe(true);
    for (const { evaluation } of proposals) {
      if (evaluation?.reuses) expect(evaluation.status).not.toBe('failed');
    }
  });

  it('trains the near copies of what does not train', async () => {
    const diverging = new HashDispatcher(0, (made) => ({ ...made, status: 'diverged', reward: 0 }));
    const { spared } = await startRun('a', config, services({ dispatcher: diverging }));
    expect(spared.near).toBe(0);
    expect(spared.reused).toBeGreaterThan(0);
  });

  it.each([
    ['fast-near', { reused: true, near: false }],
    ['fast-equals', { reused: false, near: false }],
  ])('%s leaves out what it says', async (protocol, expected) => {
    const { spared } = await startRun('a', { ...config, protocol }, services());
    expect({ reused: spared.reused > 0, near: spared.near > 0 }).toEqual(expected);
  });
});

describe('a run that is stopped', () => {
  it.each([
    ['quick', CONFIG],
    ['fast', HALVING],
  ])('under %s goes on to the same result, wherever it was stopped, and however often', async (_, config) => {
    let moments = 0;
    let stopped = 0;
    const count = (): void => void moments++;
    const whole = await startRun('a', config, services({ onEvent: count }));
    const expected = await resultOf('a');
    for (let moment = 1; moment < moments; moment += 9) {
      await freshStore(`stopped-${moment}`);
      let result = await startRun('a', config, services(stopAfter(moment, moment)));
      expect((await store.run('a')).status).toBe(result.status);
      if (result.status === 'stopped') stopped++;
      for (let stops = 1; result.status === 'stopped'; stops++) {
        const again = stops < 3 ? stopAfter(moment, stops) : {};
        result = await resumeRun('a', services(again));
      }
      expect(result).toEqual(whole);
      expect(await resultOf('a')).toEqual(expected);
    }
    // In the last moments a run may be over before it notices.
    expect(stopped).toBeGreaterThan(3);
  });

  it('proposes its warm start first, and goes on within it', async () => {
    const warmStart = ['rmsprop', 'g', 'm', 'sign(g)', 'sign(m)', 'adam'];
    const config: RunConfigInput = {
      ...CONFIG,
      batch: 2,
      pipeline: 1,
      strategy: { name: 'evolution', warmStart },
    };
    const whole = await startRun('a', config, services());
    const expected = await resultOf('a');
    const first = (await store.proposals('a')).slice(0, warmStart.length);
    expect(first.map(({ key }) => key)).toEqual(warmStart.map((rule) => ruleKey(resolveRule(rule))));
    await freshStore('stopped');
    expect(await startRun('a', config, services(stopAfter(5, 1)))).toMatchObject({ status: 'stopped' });
    expect((await store.run('a')).proposals).toBeLessThan(warmStart.length);
    expect(await resumeRun('a', services())).toEqual(whole);
    expect(await resultOf('a')).toEqual(expected);
  });

  it('ends well though an earlier version had begun to test other rules again', async () => {
    const untilRetests = new HashDispatcher(0, (evaluation) => {
      if (evaluation.seed === deriveKey(CONFIG.seed, 'evaluation').k0) return evaluation;
      throw new NosError('data-missing', 'the data set has gone');
    });
    await expect(startRun('a', CONFIG, services({ dispatcher: untilRetests }))).rejects.toThrow('gone');
    // The earlier version chose by rank alone, and had got to one seed of each.
    const found = leaderboard(await store.scores('a')).filter(({ reference }) => !reference);
    const chosen = ['sgd', 'adam', ...found.slice(0, 5).map(({ rule }) => rule)];
    for (const [slot, rule] of chosen.entries()) {
      const seed = deriveKey(CONFIG.seed, 'retest', 1).k0;
      const { task, protocol } = CONFIG;
      const evaluation = await new HashDispatcher().evaluate({
        rule,
        task,
        protocol,
        seed,
        environment: 'none',
      });
      await store.addScore('a', 'retest', slot * 3 + 1, { ...evaluation, rule });
    }
    const { status, leaderboard: rows } = await resumeRun('a', services());
    const tested = rows.filter(({ retest }) => retest !== undefined);
    expect(status).toBe('finished');
    expect(tested.map(({ retest }) => retest?.rewards.length)).toEqual(tested.map(() => 3));
    const keys = tested.map(({ key }) => key);
    expect(keys).toEqual(expect.arrayContaining(found.slice(0, 5).map(({ key }) => key)));
    const different = foldCopies(found).slice(0, 5);
    expect(keys).toEqual(expect.arrayContaining(different.map(({ key }) => key)));
  });

  it('gives its result again once it is finished, without evaluating', async () => {
    const whole = await startRun('a', CONFIG, services());
    const dispatcher = new HashDispatcher();
    expect(await resumeRun('a', services({ dispatcher }))).toEqual(whole);
    expect(dispatcher.requests).toEqual([]);
  });

  it('says so, and nothing after it', async () => {
    const events: string[] = [];
    const { signal, onEvent } = stopAfter(8, 1);
    const note = (event: RunEvent): void => {
      events.push(event.type);
      onEvent?.(event);
    };
    const result = await startRun('a', CONFIG, services({ onEvent: note, ...(signal && { signal }) }));
    expect(result.status).toBe('stopped');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(events.at(-1)).toBe('stopped');
    expect(events.filter((type) => type === 'stopped').length).toBe(1);
  });

  it('needs the same machine and version', async () => {
    await startRun('a', CONFIG, services(stopAfter(8, 1)));
    for (const other of [{ fingerprint: 'another machine' }, { version: '1.0.1' }]) {
      await expect(resumeRun('a', services(other))).rejects.toMatchObject({ code: 'fingerprint' });
    }
    expect((await resumeRun('a', services())).status).toBe('finished');
  });
});

describe('findEarlierRun', () => {
  const config = parseRunConfig(CONFIG);
  const find = (more: Partial<RunServices> = {}) =>
    findEarlierRun(store, { name: 'a', config }, services(more));

  it('says how far a run of that name is', async () => {
    expect(await find()).toBe('none');
    await startRun('a', CONFIG, services(stopAfter(8, 1)));
    expect(await find()).toBe('unfinished');
    await resumeRun('a', services());
    expect(await find()).toBe('finished');
  });

  it('takes none of another machine or version for its own, the finished one neither', async () => {
    await startRun('a', CONFIG, services());
    for (const other of [{ fingerprint: 'another machine' }, { version: '1.0.1' }]) {
      const hint = expect.stringMatching(/or take another store: --store FILE$/);
      await expect(find(other)).rejects.toMatchObject({ code: 'fingerprint', hint });
    }
  });

  it('refuses another search of that name', async () => {
    await startRun('a', { ...CONFIG, samples: 21 }, services());
    await expect(find()).rejects.toMatchObject({ code: 'run-exists' });
  });
});

describe('evaluations that fail', () => {
  const lost = (evaluation: Evaluation): Evaluation =>
    evaluation.key < '8' ? { ...evaluation, status: 'failed', reward: 0.1, error: 'SIGSEGV' } : evaluation;

  it('are told as chance, and replayed so, whatever the workers can do by then', async () => {
    const undisturbed = await startRun('a', CONFIG, services({ dispatcher: new HashDispatcher(0, lost) }));
    const expected = await resultOf('a');
    expect((await store.proposals('a')).some(({ evaluation }) => evaluation?.status === 'failed')).toBe(true);
    const dispatcher = new HashDispatcher();
    expect(await resumeRun('a', services({ dispatcher }))).toEqual(undisturbed);
    expect(dispatcher.requests).toEqual([]);
    expect(await resultOf('a')).toEqual(expected);
    // Another run tries again.
    await startRun('b', CONFIG, services({ dispatcher }));
    expect((await store.proposals('b')).every(({ evaluation }) => evaluation?.status === 'ok')).toBe(true);
  });

  it('are kept by a run that is stopped, and never tried again by it', async () => {
    const first = stopAfter(14, 1);
    const broken = new HashDispatcher(1, lost);
    await startRun('a', CONFIG, services({ ...first, dispatcher: broken }));
    const failed = async (): Promise<readonly string[]> =>
      (await store.proposals('a'))
        .filter(({ evaluation }) => evaluation?.status === 'failed')
        .map(({ index, key }) => `${index} ${key}`);
    const before = await failed();
    expect(before.length).toBeGreaterThan(0);
    const healthy = new HashDispatcher();
    expect((await resumeRun('a', services({ dispatcher: healthy }))).status).toBe('finished');
    const again = healthy.requests.map(({ rule }) => ruleKey(resolveRule(rule)));
    for (const proposal of before) expect(again).not.toContain(proposal.split(' ')[1]);
    expect(await failed()).toEqual(expect.arrayContaining([...before]));
  });

  it('are not among the rules that are tested again', async () => {
    const dispatcher = new HashDispatcher(0, lost);
    const { leaderboard } = await startRun('a', CONFIG, services({ dispatcher }));
    const again = leaderboard.filter((row) => row.retest !== undefined && !row.reference);
    expect(again.length).toBeGreaterThan(0);
    expect(again.every(({ status }) => status !== 'failed')).toBe(true);
  });
});

describe('what goes wrong otherwise', () => {
  it('stops the run, which can be resumed', async () => {
    let left = 9;
    const broken = new HashDispatcher(0, (evaluation) => {
      if (left-- === 0) throw new NosError('data-missing', 'the data set has gone');
      return evaluation;
    });
    await expect(startRun('a', CONFIG, services({ dispatcher: broken }))).rejects.toMatchObject({
      code: 'data-missing',
    });
    expect((await store.run('a')).status).toBe('stopped');
    const resumed = await resumeRun('a', services());
    await freshStore('undisturbed');
    expect(resumed).toEqual(await startRun('a', CONFIG, services()));
  });

  it('a worker that computes otherwise is refused', async () => {
    const dispatcher = new HashDispatcher(0, (evaluation) => ({ ...evaluation, fingerprint: 'another' }));
    await expect(startRun('a', CONFIG, services({ dispatcher }))).rejects.toMatchObject({
      code: 'fingerprint',
    });
    expect(await store.scores('a')).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['task', { task: 'digits-mlpp' }, 'unknown-name'],
    ['space', { space: { name: 'quik' } }, 'unknown-name'],
    ['strategy', { strategy: { name: 'rll' } }, 'unknown-name'],
    ['strategy option', { strategy: { name: 'random', options: { entropyy: 1 } } }, 'bad-option'],
    ['warm start', { strategy: { name: 'random', warmStart: ['tanh(g)'] } }, 'bad-option'],
    ['protocol', { protocol: 'quik' }, 'unknown-name'],
    ['environment', { environment: '4bits' }, 'unknown-name'],
    ['reference', { references: ['g +'] }, 'bad-rule'],
    ['samples', { samples: 0 }, 'bad-option'],
    ['an unknown option', { sample: 10 }, 'bad-option'],
  ])('bad input (%s) is refused before anything is stored', async (_, wrong, code) => {
    await expect(startRun('a', { ...CONFIG, ...wrong }, services())).rejects.toMatchObject({ code });
    expect(await store.listRuns()).toEqual([]);
  });

  it('a name that is taken, a run that is not there, a run that is being driven', async () => {
    await startRun('a', CONFIG, services(stopAfter(5, 1)));
    await expect(startRun('a', CONFIG, services())).rejects.toMatchObject({ code: 'run-exists' });
    await expect(resumeRun('b', services())).rejects.toMatchObject({ code: 'unknown-name' });
    const lock = await store.lockRun('a', 'somebody');
    await expect(resumeRun('a', services())).rejects.toMatchObject({ code: 'run-locked' });
    await lock.release();
  });
});

/** Services that stop the run at its so many-th event. */
function stopAfter(events: number, order: number): Pick<RunServices, 'signal' | 'onEvent' | 'dispatcher'> {
  const controller = new AbortController();
  let seen = 0;
  return {
    signal: controller.signal,
    onEvent: () => {
      if (++seen === events) controller.abort();
    },
    dispatcher: new HashDispatcher(order),
  };
}
