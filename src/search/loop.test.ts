import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pastOf } from '../../test/support/search.ts';
import { type Stream, stream } from '../random/index.ts';
import { type AskedEntry, type LoopOptions, type Resume, runLoop, type ToldEntry } from './loop.ts';
import type { Proposal, ScoredProposal, Strategy, StrategyCheckpoint, StrategyPast } from './strategy.ts';

/** A strategy whose every proposal depends on all asks and tells so far, and on their order. */
class Chain implements Strategy {
  readonly name = 'chain';
  readonly calls: string[] = [];
  #state = '1';
  #fresh: string[] = [];

  /** Made of what all checkpoints appended, so that a piece that is missing or out of order shows. */
  constructor(past?: StrategyPast) {
    for (const text of past?.appended ?? []) {
      for (const word of JSON.parse(text) as string[]) this.#absorb(word);
    }
    this.#fresh = [];
    if (past) expect(this.#state).toBe(past.state);
  }

  #absorb(word: string): void {
    this.#state = String(stream(0, this.#state, word).uint32());
    this.#fresh.push(word);
  }

  async ask(count: number): Promise<Proposal[]> {
    this.calls.push(`ask ${count}`);
    return Array.from({ length: count }, () => {
      this.#absorb('ask');
      return { rule: `${this.#state} * g`, tokens: [] };
    });
  }

  async tell(batch: readonly ScoredProposal[]): Promise<{ state: number }> {
    this.calls.push('tell');
    this.#absorb(batch.map(({ proposal, reward }) => `${proposal.rule}=${reward}`).join());
    return { state: Number(this.#state) };
  }

  checkpoint = async (): Promise<StrategyCheckpoint> => {
    const appended = JSON.stringify(this.#fresh);
    this.#fresh = [];
    return { state: this.#state, appended };
  };
  close = async (): Promise<void> => undefined;
}

const rewardOf = ({ rule }: Proposal): number => stream(5, rule).uniform();

/** What a store keeps: entries as they were when written. */
class Memory {
  readonly asked: AskedEntry[] = [];
  readonly told = new Map<number, ToldEntry>();

  log = {
    asked: (entry: AskedEntry): void => {
      expect(entry.batch).toBe(this.asked.length);
      this.asked.push(structuredClone(entry));
    },
    told: (entry: ToldEntry): void => {
      const before = this.told.get(entry.batch);
      if (before) expect(entry).toEqual(before);
      else this.told.set(entry.batch, structuredClone(entry));
    },
  };

  /** What is stored: the triple of the essay in loop.ts says; undefined before the first ask. */
  resume(): { resumeFrom: Resume; past: StrategyPast } | undefined {
    const latest = this.asked.at(-1);
    if (!latest) return undefined;
    const inFlight = this.asked.slice(latest.told).map(({ proposals }) => proposals);
    return {
      resumeFrom: { told: latest.told, inFlight },
      past: pastOf(this.asked.map(({ checkpoint }) => checkpoint)),
    };
  }
}

/** Evaluations that take 0 to 3 turns of the event loop. */
const jittered =
  (delays: Stream): LoopOptions['evaluate'] =>
  async (proposal) => {
    for (let i = delays.integer(4); i > 0; i--) await turn();
    return { reward: rewardOf(proposal) };
  };

async function uninterrupted(shape: Pick<LoopOptions, 'samples' | 'batch' | 'pipeline'>, delaySeed: number) {
  const memory = new Memory();
  const strategy = new Chain();
  await runLoop({ ...shape, strategy, evaluate: jittered(stream(delaySeed)), log: memory.log });
  return { memory, strategy };
}

const shapes = fc.record({
  samples: fc.integer({ min: 1, max: 17 }),
  batch: fc.integer({ min: 1, max: 5 }),
  pipeline: fc.integer({ min: 1, max: 4 }),
});

describe('runLoop', () => {
  it('asks and tells in one fixed order', async () => {
    const { strategy, memory } = await uninterrupted({ samples: 10, batch: 3, pipeline: 2 }, 1);
    expect(strategy.calls).toEqual(['ask 3', 'ask 3', 'tell', 'ask 3', 'tell', 'ask 1', 'tell', 'tell']);
    expect(memory.asked.map(({ firstIndex, told }) => [firstIndex, told])).toEqual([
      [0, 0],
      [3, 0],
      [6, 1],
      [9, 2],
    ]);
  });

  it('gives the same search whatever order evaluations finish in', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), fc.nat(), async (shape, one, other) => {
        const [a, b] = [await uninterrupted(shape, one), await uninterrupted(shape, other)];
        expect(b.memory.asked).toEqual(a.memory.asked);
        expect(b.memory.told).toEqual(a.memory.told);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('numbers proposals in the order of their evaluation, and shows them before', async () => {
    const memory = new Memory();
    const seen: number[] = [];
    await runLoop({
      strategy: new Chain(),
      samples: 9,
      batch: 2,
      pipeline: 3,
      evaluate: async (proposal, index) => {
        seen.push(index);
        expect(memory.asked.flatMap(({ proposals }) => proposals)[index]).toEqual(proposal);
        return { reward: 0 };
      },
      log: memory.log,
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  /** A process that dies at its n-th moment: every log write has one before and one after it, every evaluation one. */
  async function runUntilKilled(
    shape: Pick<LoopOptions, 'samples' | 'batch' | 'pipeline'>,
    memory: Memory,
    moments: number,
  ): Promise<'done' | 'killed'> {
    let left = moments;
    const live = (): void => {
      if (left-- <= 0) throw new Error('killed');
    };
    const write =
      <E>(log: (entry: E) => void) =>
      (entry: E): void => {
        live();
        log(entry);
        live();
      };
    const from = memory.resume();
    const evaluate = jittered(stream(0, String(moments)));
    try {
      await runLoop({
        ...shape,
        strategy: new Chain(from?.past),
        evaluate: async (...call) => {
          live();
          return evaluate(...call);
        },
        log: { asked: write(memory.log.asked), told: write(memory.log.told) },
        ...(from && { resumeFrom: from.resumeFrom }),
      });
      return 'done';
    } catch (error) {
      expect(error).toEqual(new Error('killed'));
      return 'killed';
    }
  }

  it('goes on to the same search from a kill at any moment', async () => {
    const shape = { samples: 11, batch: 2, pipeline: 3 };
    const whole = (await uninterrupted(shape, 0)).memory;
    let kills = 0;
    for (let moments = 0; ; moments++) {
      const memory = new Memory();
      const end = await runUntilKilled(shape, memory, moments);
      if (end === 'done') break;
      kills++;
      expect(await runUntilKilled(shape, memory, Number.POSITIVE_INFINITY)).toBe('done');
      expect(memory.asked).toEqual(whole.asked);
      expect(memory.told).toEqual(whole.told);
    }
    expect(kills).toBe(6 * 2 * 2 + 11); // six asks and six tells, two moments each; eleven evaluations
  });

  it('goes on to the same search through any number of kills', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.array(fc.nat(12), { maxLength: 6 }), async (shape, kills) => {
        const whole = (await uninterrupted(shape, 0)).memory;
        const memory = new Memory();
        for (const moments of kills) await runUntilKilled(shape, memory, moments);
        await runUntilKilled(shape, memory, Number.POSITIVE_INFINITY);
        expect(memory.asked).toEqual(whole.asked);
        expect(memory.told).toEqual(whole.told);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  const base = { samples: 6, batch: 2, pipeline: 2 };

  it('rejects with the reason of a failed evaluation, though others never settle', async () => {
    const signals: AbortSignal[] = [];
    const run = runLoop({
      ...base,
      strategy: new Chain(),
      evaluate: (_, index, signal) => {
        signals.push(signal);
        return index === 3 ? Promise.reject(new Error('no disk')) : new Promise(() => undefined);
      },
      log: new Memory().log,
    });
    await expect(run).rejects.toThrow('no disk');
    expect(signals.length).toBe(4);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
  });

  it('rejects with the reason of the signal, and leaves strategy and log alone afterwards', async () => {
    const controller = new AbortController();
    const strategy = new Chain();
    const settle: (() => void)[] = [];
    const run = runLoop({
      ...base,
      strategy,
      evaluate: () => new Promise((resolve) => settle.push(() => resolve({ reward: 1 }))),
      log: new Memory().log,
      signal: controller.signal,
    });
    while (settle.length < 4) await turn();
    controller.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    for (const finish of settle) finish();
    await turn();
    expect(strategy.calls).toEqual(['ask 2', 'ask 2']);
  });

  it('does nothing when the signal has fired already', async () => {
    const strategy = new Chain();
    const signal = AbortSignal.abort(new Error('before'));
    const run = runLoop({
      ...base,
      strategy,
      evaluate: async () => ({ reward: 0 }),
      log: new Memory().log,
      signal,
    });
    await expect(run).rejects.toThrow('before');
    expect(strategy.calls).toEqual([]);
  });

  it('refuses a strategy that gives too few proposals', async () => {
    const strategy = new Chain();
    strategy.ask = async () => [];
    const run = runLoop({
      ...base,
      strategy,
      evaluate: async () => ({ reward: 0 }),
      log: new Memory().log,
    });
    await expect(run).rejects.toThrow('chain: asked for 2, got 0');
  });

  it.each(['samples', 'batch', 'pipeline'] as const)('refuses a bad %s', async (name) => {
    for (const value of [0, -1, 1.5, Number.NaN]) {
      const run = runLoop({
        ...base,
        [name]: value,
        strategy: new Chain(),
        evaluate: async () => ({ reward: 0 }),
        log: new Memory().log,
      });
      await expect(run).rejects.toThrow(`${name}: expected a positive integer, got ${value}`);
    }
  });
});
