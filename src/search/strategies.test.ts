import { describe, expect, it } from 'vitest';
import { constraintSets, isAllowed, pastOf } from '../../test/support/search.ts';
import { algorithms } from '../controller/index.ts';
import { stream } from '../random/index.ts';
import { decode, findSpace, printRule } from '../rules/index.ts';
import { type AskedEntry, runLoop } from './loop.ts';
import { rl } from './rl.ts';
import { strategies } from './strategies.ts';
import type { Metrics, Proposal, Strategy, StrategyCheckpoint, StrategyPast } from './strategy.ts';

const space = findSpace('icml2017/2', { constraints: ['distinct'] });
/** Every strategy, `rl` with each of its algorithms, with options that make it cheap enough for hundreds of runs. */
const cases = strategies.entries.flatMap((definition) =>
  definition === rl
    ? algorithms.entries.map(({ name }) => ({
        title: `rl by ${name}`,
        definition,
        options: { algorithm: name, hidden: 6, embedding: 5 },
      }))
    : [{ title: definition.name, definition, options: {} }],
);
const reward = ({ tokens }: Proposal): number => stream(1, ...tokens).uniform();

describe.each(cases)('strategy $title', ({ definition, options }) => {
  const open = (seed: number, past?: StrategyPast): Promise<Strategy> =>
    definition.create({ space, seed, batch: 3, options }, past);

  /** Asks three, scores them, tells. */
  async function round(strategy: Strategy): Promise<readonly [readonly Proposal[], Metrics]> {
    const proposals = await strategy.ask(3);
    const metrics = await strategy.tell(
      proposals.map((proposal) => ({ proposal, reward: reward(proposal) })),
    );
    return [proposals, metrics];
  }

  it('has a name, a line of description, and is found', () => {
    expect(definition.description).toMatch(/^\S.{10,90}$/);
    expect(strategies.find(definition.name)).toBe(definition);
  });

  it('proposes as many rules as are asked for, each the text of its tokens', async () => {
    const strategy = await open(1);
    for (const count of [1, 3, 7]) {
      const proposals = await strategy.ask(count);
      expect(proposals.length).toBe(count);
      for (const { rule, tokens, logProbability } of proposals) {
        expect(rule).toBe(printRule(decode(space, tokens)));
        if (logProbability !== undefined) expect(logProbability).toBeLessThan(0);
      }
    }
    await strategy.close();
  });

  it('never proposes a string that the constraints forbid', async () => {
    const searched = [
      ['icml2017', 1],
      ['icml2017', 3],
      ['modern2026', 2],
    ] as const;
    for (const set of constraintSets) {
      for (const [name, iterations] of searched) {
        const within = findSpace(name, { iterations, constraints: set });
        const strategy = await definition.create({ space: within, seed: 3, batch: 5, options });
        // Without the constraint, one string in 16 or more would break it, and each is in four of the sets.
        for (const { tokens } of await strategy.ask(60)) expect(isAllowed(within, tokens)).toBe(true);
        await strategy.close();
      }
    }
  });

  it('says finite numbers of a tell, mean reward and share of distinct rules among them', async () => {
    const strategy = await open(1);
    const [proposals, metrics] = await round(strategy);
    expect(metrics.rewardMean).toBeCloseTo(proposals.reduce((sum, p) => sum + reward(p), 0) / 3);
    expect(metrics.distinctShare).toBe(1);
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    await strategy.close();
  });

  it('does the same for the same seed, and something else for another', async () => {
    const [a, b, c] = [await open(1), await open(1), await open(2)];
    const seen = [await round(a), await round(a)];
    expect([await round(b), await round(b)]).toEqual(seen);
    expect(await round(c)).not.toEqual(seen[0]);
    for (const strategy of [a, b, c]) await strategy.close();
  });

  it('goes on from a checkpoint, to the bit, with batches in flight or without', async () => {
    for (const { seed, rounds, inFlight } of [
      { seed: 1, rounds: 0, inFlight: 2 },
      { seed: 2, rounds: 1, inFlight: 1 },
      { seed: 3, rounds: 3, inFlight: 2 },
      { seed: 4, rounds: 4, inFlight: 0 },
    ]) {
      const original = await open(seed);
      const checkpoints: StrategyCheckpoint[] = [];
      for (let i = 0; i < rounds; i++) {
        await round(original);
        if (i % 2 === 0) checkpoints.push(await original.checkpoint());
      }
      const batches: (readonly Proposal[])[] = [];
      for (let i = 0; i < inFlight; i++) batches.push(await original.ask(2));
      const restored = await open(seed + 1, pastOf([...checkpoints, await original.checkpoint()]));
      for (const batch of batches) {
        const scored = batch.map((proposal) => ({ proposal, reward: reward(proposal) }));
        expect(await restored.tell(scored)).toEqual(await original.tell(scored));
      }
      expect(await round(restored)).toEqual(await round(original));
      expect(await restored.checkpoint()).toEqual(await original.checkpoint());
      await original.close();
      await restored.close();
    }
  });

  it('gives one search through kills at random moments', async () => {
    const search = async (kills: readonly number[]): Promise<readonly AskedEntry[]> => {
      const asked: AskedEntry[] = [];
      for (const kill of [...kills, Number.POSITIVE_INFINITY]) {
        let left = kill;
        const latest = asked.at(-1);
        const past = latest && pastOf(asked.map(({ checkpoint }) => checkpoint));
        const strategy = await open(5, past);
        const finished = runLoop({
          strategy,
          samples: 14,
          batch: 3,
          pipeline: 2,
          evaluate: async (proposal) => {
            if (left-- <= 0) throw new Error('killed');
            return { reward: reward(proposal) };
          },
          log: { asked: (entry) => void asked.push(entry), told: () => undefined },
          ...(latest && {
            resumeFrom: {
              told: latest.told,
              inFlight: asked.slice(latest.told).map((entry) => entry.proposals),
            },
          }),
        });
        if (kill === Number.POSITIVE_INFINITY) await finished;
        else await expect(finished).rejects.toThrow('killed');
        await strategy.close();
      }
      return asked;
    };
    const whole = await search([]);
    expect(whole.length).toBe(5);
    for (const kills of [[0], [4], [8, 1], [2, 4, 5]]) expect(await search(kills)).toEqual(whole);
  });

  it('refuses an option it does not know, by the names of those it does', async () => {
    const context = { space, seed: 1, batch: 3, options: { temperature: 1 } };
    await expect(definition.create(context)).rejects.toMatchObject({
      code: 'bad-option',
      message: `strategy '${definition.name}' has no option 'temperature'`,
      hint: expect.stringMatching(/^known: \w/),
    });
  });

  it.each(['', '{', '{"a":1}', '[]'])('refuses %j as a checkpoint', async (state) => {
    await expect(open(1, { state, appended: [] })).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('writes no more for a batch late in a search than for an early one', async () => {
    const strategy = await open(1);
    const bytes: number[] = [];
    for (let i = 0; i < 60; i++) {
      await round(strategy);
      const { state, appended } = await strategy.checkpoint();
      bytes.push(state.length + appended.length);
    }
    const mean = (from: number, to: number): number =>
      bytes.slice(from, to).reduce((sum, length) => sum + length, 0) / (to - from);
    // A population that is full is full: evolution's has 50.
    expect(mean(40, 60) / mean(20, 40)).toBeLessThan(1.05);
    await strategy.close();
  });
});

describe('strategies', () => {
  it('refuses an unknown name and guesses', () => {
    expect(() => strategies.find('randon')).toThrow("unknown strategy 'randon'");
  });
});
