import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Protocol, parseProtocol } from '../evaluation/index.ts';
import { parseRule } from '../rules/index.ts';
import type { Calibration } from './calibration.ts';
import type { ProtocolVerdict } from './stage.ts';
import { runStages, stagesOf } from './stages.ts';
import type { OpenTraining } from './trainer.ts';

/** The loss of a learning rate at each step; NaN where it diverges. */
type Losses = (learningRate: number, step: number) => number;
/** The accuracy of a learning rate after so many steps. */
type Accuracies = (learningRate: number, steps: number) => number;

const TASK = { chance: 0.1, batchSize: 100, trainExamples: 45_000 };
/** Any that is not rejected. */
const RULE = parseRule('g');
const never = async () => {
  throw new Error('nothing is swept');
};

/** A training whose losses are given. Steps are written to a log as `rate step`. */
function synthetic(rate: number, loss: Losses, accuracy: Accuracies, log: string[]): OpenTraining {
  const losses: number[] = [];
  return {
    losses,
    advance: async (steps) => {
      while (losses.length < steps) {
        losses.push(loss(rate, losses.length));
        log.push(`${rate} ${losses.length}`);
        if (!Number.isFinite(losses.at(-1))) return false;
      }
      return true;
    },
    score: async () => accuracy(rate, losses.length),
    measures: async () => undefined,
  };
}

async function scored(
  loss: Losses,
  more: {
    readonly protocol?: string | Protocol;
    readonly accuracy?: Accuracies;
    readonly calibration?: Calibration;
  } = {},
): Promise<{ readonly verdict: ProtocolVerdict; readonly log: readonly string[] }> {
  const { protocol = 'fast', accuracy = () => 0.5, calibration } = more;
  const log: string[] = [];
  const parsed = typeof protocol === 'string' ? parseProtocol(protocol) : protocol;
  const verdict = await runStages(stagesOf(parsed, RULE, TASK, calibration), {
    train: never,
    open: (rate) => synthetic(rate, loss, accuracy, log),
    level: async ({ steps }) => {
      log.push(`level ${steps}`);
      return LEVEL;
    },
  });
  return { verdict, log };
}

/** The references' mean loss, wherever. */
const LEVEL = 0.25;
const RATES = parseProtocol('fast').learningRates;
const START = 2.3;

/**
 * Successive halving once more, on whole tables of losses: which rates take how many steps, and which one wins. Nothing of it is shared
 * with what it checks.
 */
function halvedByHand(loss: Losses): { winner: number | undefined; taken: Map<number, number> } {
  const mean = (rate: number, end: number) => {
    let sum = 0;
    for (let step = end - 10; step < end; step++) sum += loss(rate, step);
    return sum / 10;
  };
  const diesAt = (rate: number, end: number) => {
    for (let step = 0; step < end; step++) {
      if (!(loss(rate, step) <= 100 * loss(rate, 0))) return step + 1;
    }
    return undefined;
  };
  const taken = new Map<number, number>();
  const train = (rate: number, end: number) => taken.set(rate, diesAt(rate, end) ?? end);
  const ranked = (rates: readonly number[], end: number) =>
    rates
      .filter((rate) => diesAt(rate, end) === undefined)
      .sort((a, b) => mean(a, end) - mean(b, end) || a - b);
  const all = Array.from({ length: 13 }, (_, i) => Number(`1e${i - 8}`));
  const score = (rate: number) =>
    diesAt(rate, 10) === undefined ? mean(rate, 10) : Number.POSITIVE_INFINITY;
  let [low, high] = [all.indexOf(RATES[2]!), all.indexOf(RATES[4]!)];
  const [bottom, top] = [all.indexOf(RATES[0]!), all.indexOf(RATES.at(-1)!)];
  for (let at = low; at <= high; at++) train(all[at]!, 10);
  for (;;) {
    const grid = all.slice(low, high + 1);
    const least = Math.min(...grid.map(score));
    const down = least === Number.POSITIVE_INFINITY || (score(grid[0]!) === least && score(grid[1]!) > least);
    const up = !down && grid.findIndex((rate) => score(rate) === least) === grid.length - 1;
    const next = down ? low - 1 : up ? high + 1 : undefined;
    if (next === undefined) break;
    const outside = next < bottom || next > top;
    const tried = Math.max(bottom - low, 0) + Math.max(high - top, 0);
    if (outside && (tried === 3 || least === Number.POSITIVE_INFINITY)) break;
    [low, high] = [Math.min(low, next), Math.max(high, next)];
    train(all[next]!, 10);
  }
  const three = ranked(all.slice(low, high + 1), 10).slice(0, 3);
  for (const rate of three) train(rate, 20);
  const one = ranked(three, 20).slice(0, 1);
  for (const rate of one) train(rate, 40);
  return { winner: ranked(one, 40)[0], taken };
}

/** Losses of every rate and step from a table of slopes, with a wiggle and sometimes an end. */
const tables = fc
  .array(
    fc.record({
      slope: fc.double({ min: -0.02, max: 0.06, noNaN: true }),
      wiggle: fc.double({ min: 0, max: 0.3, noNaN: true }),
      ends: fc.option(fc.integer({ min: 0, max: 45 }), { nil: Number.POSITIVE_INFINITY, freq: 3 }),
    }),
    { minLength: 13, maxLength: 13 },
  )
  .map(
    (rows): Losses =>
      (rate, step) => {
        const { slope, wiggle, ends } = rows[Math.round(Math.log10(rate)) + 8]!;
        if (step >= ends) return Number.NaN;
        return Math.max(START - slope * step + wiggle * Math.sin(7 * step), 0.01);
      },
  );

const PROPERTY = { seed: 1, numRuns: 500 };

describe('successive halving over the learning rates', () => {
  it('trains the same rates for the same steps as the same by hand, and chooses the same', async () => {
    await fc.assert(
      fc.asyncProperty(tables, async (loss) => {
        const { winner, taken } = halvedByHand(loss);
        const { verdict } = await scored(loss, { protocol: 'fast-stops' });
        expect(verdict.learningRate).toBe(winner ?? Number.NaN);
        expect(new Map(verdict.sweep.map((one) => [one.learningRate, one.steps]))).toEqual(taken);
      }),
      PROPERTY,
    );
  });

  it('cuts no rate of the middle whose loss is the lowest at the end of every rung', async () => {
    await fc.assert(
      fc.asyncProperty(tables, fc.constantFrom(...RATES.slice(2, -2)), async (loss, rate) => {
        const better: Losses = (one, step) => (one === rate ? 1 / (step + 100) : loss(one, step));
        expect((await scored(better)).verdict.learningRate).toBe(rate);
      }),
      PROPERTY,
    );
  });

  it('takes no step twice, and goes on with the training that was chosen', async () => {
    const { verdict, log } = await scored((rate, step) => START - 0.01 * step * (rate === 0.01 ? 2 : 1));
    expect(new Set(log).size).toBe(log.length);
    expect(verdict.steps).toBe(log.length);
    expect(log.filter((line) => line.startsWith('0.01 '))).toHaveLength(500);
    expect(log.length).toBe(2 * 20 + 500);
    expect(verdict).toMatchObject({ status: 'ok', reward: 0.5, curve: [0.5, 0.5, 0.5, 0.5, 0.5] });
  });

  it('tries rates beyond the edge where the best one lies, three decades at most', async () => {
    const rising: Losses = (rate, step) => START - 0.001 * step * (10 + Math.log10(rate));
    const { verdict } = await scored(rising);
    expect(verdict.sweep.map(({ learningRate }) => learningRate)).toEqual([
      ...RATES.slice(2),
      100,
      1_000,
      10_000,
    ]);
    expect(verdict).toMatchObject({ learningRate: 10_000, edgeOfGrid: true });
    const falling: Losses = (rate, step) => START - 0.001 * step * (6 - Math.log10(rate));
    const [first] = (await scored(falling)).verdict.sweep;
    expect(first?.learningRate).toBe(1e-8);
    expect((await scored(rising, { protocol: 'fast=1' })).verdict.sweep).toHaveLength(1);
  });

  it('does not look beyond an edge that is no better than its neighbour', async () => {
    const { verdict } = await scored((_, step) => START - 0.01 * step);
    expect(verdict.sweep).toHaveLength(3);
    expect(verdict.learningRate).toBe(RATES[2]);
  });

  it('drops a rate at once if its loss is not finite, or far above the first', async () => {
    const { verdict } = await scored((rate, step) =>
      rate === 0.01 && step === 3 ? Number.NaN : rate === 0.1 && step === 5 ? 1_000 : START - 0.01 * step,
    );
    const taken = new Map(
      verdict.sweep.map(({ learningRate, steps, loss }) => [learningRate, [steps, loss]]),
    );
    expect(taken.get(0.01)).toEqual([4, Number.POSITIVE_INFINITY]);
    expect(taken.get(0.1)?.[0]).toBe(6);
    expect(verdict.status).toBe('ok');
  });

  it('ends a rule that diverges at every rate', async () => {
    const { verdict } = await scored(() => Number.NaN);
    expect(verdict).toMatchObject({ status: 'diverged', learningRate: Number.NaN, reward: 0.1, steps: 5 });
  });

  it('gives chance to a rule that diverges later', async () => {
    const { verdict } = await scored((_, step) => (step === 250 ? Number.NaN : START - 0.01 * step));
    expect(verdict).toMatchObject({ status: 'diverged', reward: 0.1, curve: [0.5, 0.5] });
  });
});

describe('early stops', () => {
  /** Tables by how far a loss lies above the references' mean of 0.25. */
  const reward = [
    [0.75, 0.6],
    [1.75, 0.3],
  ] as const;
  const calibration: Calibration = {
    references: [{ rule: 'sgd', learningRate: 0.1 }],
    hurdles: [
      { steps: 40, window: 10, largest: 1.25, reward },
      { steps: 100, window: 50, largest: 1.05, reward },
    ],
    end: {
      steps: 200,
      window: 50,
      reward: [
        [0.75, 0.7],
        [1.75, 0.4],
      ],
    },
  };
  const at =
    (loss: number): Losses =>
    (_, step) =>
      step === 0 ? START : loss;

  it('end a rule that learns nothing at any rate after the first rung', async () => {
    const { verdict } = await scored((_, step) => START - 0.0001 * step);
    expect(verdict).toMatchObject({ status: 'stopped', reward: 0.1, steps: 30 });
    expect(verdict.reason).toBe('no learning rate lowers the training loss within 10 steps');
    const whole = await scored((_, step) => START - 0.0001 * step, { protocol: 'fast-stops' });
    expect(whole.verdict.status).toBe('ok');
  });

  it('end a rule whose loss is too large for the top, with an estimate of its reward', async () => {
    const { verdict } = await scored(at(1.75), { calibration });
    expect(verdict).toMatchObject({ status: 'stopped', reward: 0.375, steps: 80, curve: [] });
    expect(verdict.reason).toBe('training loss 1.750 after 40 steps, above the hurdle of 1.500');
    expect((await scored(at(9), { calibration, protocol: 'fast=1' })).verdict.reason).toMatch(
      /no learning rate/,
    );
  });

  it('end a rule at the first hurdle that it does not pass', async () => {
    const { verdict } = await scored(at(1.4), { calibration });
    expect(verdict).toMatchObject({ status: 'stopped', steps: 80 + 60, curve: [] });
    expect(verdict.reward).toBeCloseTo(0.48, 12);
    expect(verdict.reason).toBe('training loss 1.400 after 100 steps, above the hurdle of 1.300');
    expect((await scored(at(1.4))).verdict.status).toBe('ok');
  });

  it('end what passes every hurdle before its time, with an estimate by its training loss', async () => {
    const { verdict } = await scored((rate, step) => (step < 150 ? at(1.25)(rate, step) : 1.2), {
      calibration,
    });
    expect(verdict).toMatchObject({ status: 'stopped', steps: 80 + 160, curve: [] });
    expect(verdict.reward).toBeCloseTo(0.64, 12);
    expect(verdict.reason).toBe('training loss 1.200 over the last 50 of 200 steps tells enough');
    expect((await scored(at(1.4))).verdict).toMatchObject({ status: 'ok', steps: 80 + 460 });
  });

  it('tell the best ones apart beyond the last knot', async () => {
    const best = await scored(at(0.5), { calibration });
    expect(best.verdict.reward).toBeCloseTo(0.85, 12);
  });

  it('give chance to what diverges on the way', async () => {
    const { verdict } = await scored((rate, step) => (step === 90 ? Number.NaN : at(1.2)(rate, step)), {
      calibration,
    });
    expect(verdict).toMatchObject({ status: 'diverged', reward: 0.1 });
  });

  it('are the same after a sweep in place of a halving', async () => {
    const log: string[] = [];
    const verdict = await runStages(stagesOf(parseProtocol('fast-halving'), RULE, TASK, calibration), {
      train: async ({ learningRate }) => ({
        ...{ status: 'finished', curve: [learningRate === 0.1 ? 0.4 : 0.2], steps: 100 },
        ...{ testCurve: [], lossCurve: [], measureCurve: [] },
      }),
      open: (rate) => synthetic(rate, at(1.75), () => 0.5, log),
      level: async () => LEVEL,
    });
    expect(verdict).toMatchObject({ status: 'stopped', learningRate: 0.1, reward: 0.375, steps: 740 });
  });
});
