/** Tasks whose scores have units of their own, from the declaration to what people read. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEvaluator } from '../src/evaluate/index.ts';
import { byStanding, type Evaluation, lowestFinished, weight } from '../src/evaluation/index.ts';
import { places, worstForLost } from '../src/run/hearing.ts';
import { type LeaderboardRow, leaderboard } from '../src/run/leaderboard.ts';
import { type Child, defineTask, type Task } from '../src/tasks/index.ts';
import { checkBelowSgd, type ScoredRow } from './below-sgd.ts';
import { commandLine } from './command-line.ts';

const { here, home } = commandLine();
const TASK = ['--task', resolve('test/fixtures/regression.mjs')];
const QUICK = [...TASK, '--protocol', 'quick'];
const DIVERGES = 'exp(exp(exp(g))) * 1e30';
const nos = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await here.nos(args);
  expect(code, stderr).toBe(0);
  return stdout;
};

describe('a search that minimises a mean squared error', () => {
  let rows: readonly ScoredRow[];
  let text: string;
  beforeAll(async () => {
    const run = ['--space', 'quick', '--samples', '20', '--seed', '3', '--retest', '2x3', '--run', 'mse'];
    text = await nos('search', ...QUICK, ...run);
    rows = JSON.parse(await nos('top', 'mse', '--all', '-n', '100', '--json')).rules;
  }, 120_000);

  it('finds a rule with a lower error than SGD', () => {
    const best = checkBelowSgd(rows);
    expect(best.retest!.mean).toBe(0 - best.score.retest!);
  });

  it('has no diverged rule above one that finished', async () => {
    // With this one learning rate gradients grow without end, and signs of gradients do not.
    const wild = ['--protocol', 'quick=10', '--space', 'quick', '--samples', '6', '--retest', '2x2'];
    await nos('search', ...TASK, ...wild, '--run', 'wild');
    const board = JSON.parse(await nos('top', 'wild', '--all', '-n', '100', '--json')).rules;
    const finished = board.map(({ status, retest }: LeaderboardRow) =>
      retest ? retest.diverged < retest.rewards.length : status === 'ok',
    );
    expect(finished).toContain(false);
    expect(finished).toContain(true);
    expect(finished).toEqual([...finished].sort((a, b) => Number(b) - Number(a)));
    expect(board.at(-1)).toMatchObject({ reward: '-Infinity', score: { value: 'NaN' } });
  });

  it('shows the error as it is, and says that lower is better', async () => {
    const board = await nos('top', 'mse');
    for (const shown of [text, board]) {
      expect(shown).toContain('mse: lower is better');
      expect(shown).not.toMatch(/ -0?\.\d/);
    }
    const best = rows[0]!.score.retest!;
    expect(board).toContain(String(Number(best.toPrecision(5))));
    expect(await nos('runs')).not.toMatch(/ -\d/);
    expect(await nos('show', 'mse')).toMatch(/^best mse +0\.\d+$/m);
    expect(await nos('plot', 'mse', '-o', 'mse.svg')).toContain('mse: lower is better');
    expect(readFileSync(join(home, 'mse.svg'), 'utf8')).toContain('mse, lower is better');
    expect(await nos('log', 'mse', '--csv')).toMatch(/^role,index,rule,key,reward,score,/);
  });

  it('is compared, and told on a card, in the same units', async () => {
    const compare = ['compare', 'sgd', DIVERGES, ...QUICK, '--seeds', '3'];
    const { tasks } = JSON.parse(await nos(...compare, '--json'));
    expect(tasks[0].score).toEqual({ metric: 'mse', goal: 'minimise' });
    const [adam, sgd, diverged] = ['adam', 'sgd', DIVERGES].map((name) =>
      tasks[0].rows.find((row: { readonly name: string }) => row.name === name),
    );
    expect(sgd.mean).toBeGreaterThan(adam.mean);
    expect(sgd.difference.mean).toBeGreaterThan(0);
    expect(sgd.difference.interval.low).toBeLessThan(sgd.difference.interval.high);
    expect(sgd.superiority).toBe(0);
    expect(diverged).toMatchObject({ diverged: 3, rank: 3 });
    expect(await nos(...compare)).toContain('mse: lower is better');
    await nos('card', 'powersign', ...QUICK, '--seeds', '2', '-o', 'card');
    const card = readFileSync(join(home, 'card', 'card.md'), 'utf8');
    expect(card).toContain('The score is mse: lower is better.');
  });
});

/** A line whose score is what it is told to be. */
const line = (declared: object, score: unknown, diverges: boolean): Task => {
  const child: Child = {
    batchSize: 5,
    trainExamples: 10,
    initialState: () => ({ weights: Float32Array.of(1), buffers: new Float32Array(0) }),
    step: async (_, __, gradient) => {
      gradient.fill(1);
      return diverges ? Number.NaN : 1;
    },
    score: async () => score as number,
    close: async () => undefined,
  };
  const facts = { name: 'line', description: '', batchSize: 5, checksum: async () => '0' };
  return defineTask({ ...facts, ...declared, open: async () => child });
};

const small = {
  family: 'small',
  learningRates: [0.1],
  sweep: { epochs: 1, examples: 10 },
  final: { epochs: 1, examples: 10 },
  validationExamples: 10,
  shortcuts: {},
  schedule: 'constant',
  curves: false,
} as const;

async function evaluated(task: Task): Promise<Evaluation> {
  const evaluator = await openEvaluator({ task, directory: '', parseProtocol: () => small, clock: () => 0 });
  const request = { rule: 'sgd', task: task.name, protocol: 'small', seed: 1 };
  return evaluator.evaluate(request).finally(evaluator.close);
}

describe('10,000 declarations', () => {
  it('never let a training win that came to nothing', async () => {
    const number = fc.oneof(
      fc.double(),
      fc.constantFrom(0, -0, 0.5, 1, -1, 1e300, -1e300, 5e-324, Number.NaN),
    );
    const declaration = fc.record(
      {
        goal: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('minimise', 'maximise') }, fc.string()),
        metric: fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom('mse', 'bleu', 'accuracy', 'loss') },
          fc.string(),
        ),
        chance: number,
      },
      { requiredKeys: [] },
    );
    const outcomes = { declared: 0, refused: 0, finished: 0 };
    await fc.assert(
      fc.asyncProperty(declaration, number, async (declared, score) => {
        let tasks: readonly [Task, Task];
        try {
          tasks = [line(declared, score, false), line(declared, score, true)];
        } catch (error) {
          expect(error).toMatchObject({
            code: 'bad-option',
            message: expect.stringMatching(/^task 'line': /),
          });
          outcomes.refused++;
          return;
        }
        outcomes.declared++;
        const lost = await evaluated(tasks[1]);
        expect(lost.status).toBe('diverged');
        const finished = await evaluated(tasks[0]).catch((error: unknown) => {
          expect(error).toMatchObject({
            code: 'task',
            message: expect.stringContaining("task 'line': score gave"),
          });
        });
        if (finished === undefined) return;
        outcomes.finished++;
        expect(finished.status).toBe('ok');
        expect([lost, finished].sort(byStanding)[0]).toBe(finished);
        const lowest = lowestFinished([lost, finished]);
        expect(weight(lost, lowest)).toBeLessThanOrEqual(finished.reward);
        const scores = [lost, { ...finished, key: 'other' }].map((evaluation, index) => {
          return { role: 'proposal', index, evaluation } as const;
        });
        expect(leaderboard(scores).map(({ status }) => status)).toEqual(['ok', 'diverged']);
        if (finished.score === undefined) return;
        for (const told of [places([]), worstForLost([])]) {
          const [bad, good] = told([lost.reward, finished.reward]);
          expect(bad).toBeLessThanOrEqual(good!);
        }
      }),
      { seed: 1, numRuns: 10_000 },
    );
    expect(outcomes.declared).toBeGreaterThan(3_000);
    expect(outcomes.refused).toBeGreaterThan(1_000);
    expect(outcomes.finished).toBeGreaterThan(1_500);
  }, 300_000);
});
