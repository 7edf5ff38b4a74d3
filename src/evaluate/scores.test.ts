import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NosError } from '../errors.ts';
import type { Evaluation, Protocol } from '../evaluation/index.ts';
import { byStanding, metricOf } from '../evaluation/index.ts';
import { shown } from '../shown.ts';
import { type Child, type ChildState, defineTask, type Task } from '../tasks/index.ts';
import { openEvaluator } from './evaluator.ts';

const protocol: Protocol = {
  family: 'small',
  learningRates: [0.1, 1],
  sweep: { epochs: 1, examples: 10 },
  final: { epochs: 2, examples: 10 },
  validationExamples: 10,
  shortcuts: {},
  schedule: 'constant',
  curves: false,
};

/** A line of two weights with loss |w|²; what is handed in stands in the place of its parts. */
const line = (parts: Partial<Child> | object = {}): Task => ({
  name: 'line',
  description: '',
  batchSize: 5,
  chance: 0.1,
  checksum: async () => '0',
  open: async () => ({ ...child, ...parts }),
});

const child: Child = {
  batchSize: 5,
  trainExamples: 10,
  chance: 0.1,
  initialState: () => ({ weights: Float32Array.of(1, -1), buffers: new Float32Array(0) }),
  step: async (_, { weights }, gradient) => {
    for (let i = 0; i < weights.length; i++) gradient[i] = 2 * (weights[i] as number);
    return weights.reduce((sum, w) => sum + w * w, 0);
  },
  score: async (_, __, { weights }) => 1 / (1 + weights.reduce((sum, w) => sum + w * w, 0)),
  close: async () => undefined,
};

async function evaluate(task: Task, rule = 'sgd', curves = false): Promise<Evaluation> {
  const parseProtocol = () => ({ ...protocol, curves });
  const evaluator = await openEvaluator({ task, directory: '', parseProtocol, clock: () => 0 });
  return evaluator.evaluate({ rule, task: task.name, protocol: 'small', seed: 1 }).finally(evaluator.close);
}

it('is that of the weights that a rule reads out', async () => {
  const scored: number[][] = [];
  const watched = line({
    score: async (_: string, __: number, { weights }: ChildState) => {
      scored.push([...weights]);
      return 0.5;
    },
  });
  const { status } = await evaluate(watched, 'g; eval: 0 * w + t');
  expect(status).toBe('ok');
  expect(scored.every(([a, b]) => a === b && Number.isInteger(a) && a! > 0)).toBe(true);
  expect(await evaluate(line(), 'g; eval: w / 0')).toMatchObject({ status: 'diverged' });
});

/** Values that a score, a chance or a size may be by mistake, and some that are in order. */
const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1, 0.05, 0.5, -0.5, 1 + 2 ** -52, 88.17, 1e300),
    fc.double(),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.string(),
    fc.bigInt(),
    fc.constantFrom(null, undefined, true, false, Symbol('half'), '0.5', 'NaN', ''),
    fc.constantFrom(
      [0.5],
      new Number(0.5),
      { valueOf: (): number => 0.5 },
      Object.create(null),
      () => 0.5,
      async () => 0.5,
      new Proxy({}, { get: () => 0.5 }),
      Proxy.revocable({}, {}).proxy,
      new Date(0),
      /half/,
      new Float32Array([0.5]),
    ),
  );

const isScore = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

describe('a score', () => {
  it.each([
    [Number.NaN, 'NaN'],
    [-0.7779, '-0.7779'],
    [88.17, '88.17'],
    [Infinity, 'Infinity'],
    [undefined, 'undefined'],
    ['0.5', '"0.5"'],
    [1n, '1n'],
    [{ valueOf: (): number => 0.5 }, 'an object'],
  ])('that is no number from 0 to 1 is the task’s fault: %s', async (value, text) => {
    await expect(evaluate(line({ score: async () => value }))).rejects.toMatchObject({
      code: 'task',
      exitCode: 1,
      message: `task 'line': score gave ${text} for 'sgd': expected a number from 0 to 1`,
      hint: expect.stringContaining("goal: 'minimise'"),
    });
  });

  it('on test examples is looked at too, and so is what is measured', async () => {
    const score: Child['score'] = async (split) => (split === 'test' ? 2 : 0.5);
    expect((await evaluate(line({ score }))).reward).toBe(0.5);
    await expect(evaluate(line({ score }), 'sgd', true)).rejects.toThrow('score gave 2');
    const measuring = (measures: unknown) => evaluate(line({ measures: async () => measures }), 'sgd', true);
    await expect(measuring({ error: '1' })).rejects.toThrow(`measures gave "1" as "error" for 'sgd'`);
    await expect(measuring(7)).rejects.toThrow(`measures gave 7 for 'sgd': expected numbers by name`);
    expect((await measuring({ error: Number.NaN })).measures).toEqual({ error: Number.NaN });
    expect(await measuring(undefined)).not.toHaveProperty('measures');
  });

  it('may be 0, also where it was -0, and 1', async () => {
    for (const value of [0, -0]) {
      expect(Object.is((await evaluate(line({ score: async () => value }))).reward, 0)).toBe(true);
    }
    expect(await evaluate(line({ score: async () => 1 }))).toMatchObject({ status: 'ok', reward: 1 });
  });

  it('that is not finite is divergence where the loss is not finite either', async () => {
    // The last step brings the weights to where loss and score overflow.
    const score: Child['score'] = async (_, __, { weights }) =>
      weights.every((w) => Math.abs(w) < 1e30) ? 0.5 : Number.NaN;
    const step: Child['step'] = async (indices, state, gradient, moment) => {
      const loss = await child.step(indices, state, gradient, moment);
      return state.weights.every((w) => Math.abs(w) < 1e30) ? loss : Number.NaN;
    };
    const wild = '-1e35 * max(t - 3, 0)';
    expect(await evaluate(line({ score, step }), wild)).toMatchObject({ status: 'diverged', reward: 0.1 });
    await expect(evaluate(line({ score }), wild)).rejects.toThrow(`score gave NaN for`);
  });

  it('that is not there, as the loss is not a number, is divergence as ever', async () => {
    const never = { step: async () => Number.NaN, score: async () => Number.NaN };
    expect(await evaluate(line(never))).toMatchObject({ status: 'diverged', reward: 0.1, curve: [] });
    await expect(evaluate(line({ step: async () => undefined }))).rejects.toThrow(
      "task 'line': step gave undefined for 'sgd': expected the loss, a number",
    );
  });
});

describe('a child', () => {
  it.each([
    [{ chance: Number.NaN }, 'chance of its child is NaN: expected a number from 0 to 1'],
    [{ chance: '0.1' }, 'chance of its child is "0.1": expected'],
    [{ batchSize: 0 }, 'batchSize of its child is 0: expected a positive integer'],
    [{ trainExamples: 10n }, 'trainExamples of its child is 10n: expected'],
    [{ step: undefined }, 'step of its child is undefined: expected a function'],
    [{ measures: {} }, 'measures of its child is an object: expected a function, or nothing'],
    [
      { initialState: () => ({ weights: [1, 2], buffers: [] }) },
      'initialState: expected { weights, buffers }',
    ],
    [{ initialState: () => undefined }, 'initialState: expected { weights, buffers }'],
  ])('must have all of its parts: %#', async (parts, message) => {
    await expect(evaluate(line(parts))).rejects.toMatchObject({
      code: 'task',
      message: expect.stringContaining(`task 'line': ${message}`),
    });
  });

  it('must be one', async () => {
    await expect(evaluate({ ...line(), open: async () => undefined as never })).rejects.toThrow(
      "task 'line': open gave undefined: expected a child",
    );
  });
});

describe('10,000 tasks', () => {
  it('are refused where they are declared wrongly, by one line that names what is wrong', () => {
    const properties = [
      'name',
      'description',
      'batchSize',
      'dataSet',
      'trainExamples',
      'goal',
      'metric',
      'chance',
      'checksum',
      'open',
    ];
    const throwing = (name: string) =>
      Object.defineProperty({ ...line() }, name, {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      });
    const declaration = fc.oneof(
      {
        weight: 20,
        arbitrary: fc
          .tuple(fc.constantFrom(...properties), anything())
          .map(([name, value]) => ({ ...line(), [name]: value })),
      },
      { weight: 1, arbitrary: fc.constantFrom(...properties).map(throwing) },
      { weight: 1, arbitrary: anything() },
    );
    let taken = 0;
    fc.assert(
      fc.property(declaration, (definition) => {
        try {
          const { chance, batchSize, ...declared } = defineTask(definition as Task);
          taken++;
          const { metric, goal } = metricOf(declared);
          const share = metric === 'accuracy' && goal === 'maximise';
          expect(
            chance === undefined || (share ? isScore(chance) && chance < 1 : Number.isFinite(chance)),
          ).toBe(true);
          expect(['maximise', 'minimise']).toContain(goal);
          expect(Number.isSafeInteger(batchSize) && batchSize > 0).toBe(true);
        } catch (error) {
          if (!(error instanceof NosError)) throw error;
          expect(error).toMatchObject({ code: 'bad-option', hint: 'see docs/tasks.md' });
          expect(error.message).toMatch(/^(a task|task '.*'): /s);
        }
      }),
      { seed: 1, numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it('score from 0 to 1 or are refused, and nothing that diverged stands above what finished', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(anything(), fc.boolean(), async (value, late) => {
        let calls = 0;
        // Wrong from the start, or not before the final training.
        const score = async () => (late && calls++ < 2 ? 0.5 : value);
        const outcome = await evaluate(line({ score })).catch((error: unknown) => error);
        if (!isScore(value)) {
          refused++;
          expect(outcome).toMatchObject({
            code: 'task',
            message: `task 'line': score gave ${shown(value)} for 'sgd': expected a number from 0 to 1`,
          });
          return;
        }
        expect(outcome).toMatchObject({ status: 'ok', reward: value + 0 });
        const diverged = await evaluate(line({ score, step: async () => Number.NaN }));
        expect(diverged).toMatchObject({ status: 'diverged', reward: 0.1 });
        expect([diverged, outcome as Evaluation].sort(byStanding)[0]).toBe(outcome);
      }),
      { seed: 1, numRuns: 5_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });
});

describe('a score in units of its own', () => {
  const squares = (weights: Float32Array) => weights.reduce((sum, w) => sum + w * w, 0);
  /** The line, scored by its loss. */
  const loss = (parts: Partial<Child> | object = {}, chance?: number): Task => {
    const { chance: _, ...facts } = line({
      chance,
      score: async (_: string, __: number, state: ChildState) => squares(state.weights),
      ...parts,
    });
    return defineTask({ ...facts, metric: 'mse', goal: 'minimise', ...(chance !== undefined && { chance }) });
  };

  it('is stored as it is, and its reward is what ranks', async () => {
    const { reward, score, curve, sweep, testCurve } = await evaluate(loss(), 'sgd', true);
    expect(score).toEqual({ metric: 'mse', goal: 'minimise', value: -reward });
    expect(score!.value).toBeGreaterThan(0);
    expect(curve).toHaveLength(2);
    expect(curve.at(-1)).toBe(score!.value);
    expect(curve[0]).toBeGreaterThan(curve[1]!);
    expect(testCurve).toEqual(curve);
    expect(sweep.map(({ accuracy }) => accuracy).every((value) => value >= 0)).toBe(true);
  });

  it('chooses the learning rate of the lowest', async () => {
    const { sweep, learningRate } = await evaluate(loss());
    const least = Math.min(...sweep.map(({ accuracy }) => accuracy));
    expect(sweep.find((point) => point.learningRate === learningRate)!.accuracy).toBe(least);
  });

  it('is worse than any if the training diverged, whatever chance is', async () => {
    for (const chance of [undefined, -1e9, 0, 1e9]) {
      const lost = await evaluate(loss({ step: async () => Number.NaN }, chance));
      expect(lost).toMatchObject({ status: 'diverged', reward: Number.NEGATIVE_INFINITY });
      expect(lost.score).toEqual({ metric: 'mse', goal: 'minimise', value: Number.NaN });
    }
  });

  it('may be any number that is finite', async () => {
    for (const value of [-12, 0, 1e300]) {
      const { score, reward } = await evaluate(loss({ score: async () => value }));
      expect([score!.value, reward]).toEqual([value, 0 - value]);
    }
    await expect(evaluate(loss({ score: async () => Number.NaN }))).rejects.toMatchObject({
      code: 'task',
      message: `task 'line': score gave NaN for 'sgd': expected a finite number`,
    });
  });
});
