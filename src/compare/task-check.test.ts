import { describe, expect, it } from 'vitest';
import type { Evaluation, IdentifiedRequest } from '../evaluation/index.ts';
import { stream } from '../random/index.ts';
import { planTaskCheck, summarizeTaskCheck, trainTaskCheck } from './index.ts';

const requests = (seeds: number) => planTaskCheck({ task: 'digits-mlp', protocol: 'quick', seed: 1, seeds });

const made = (request: IdentifiedRequest, more: Partial<Evaluation> = {}): Evaluation =>
  ({
    ...request,
    ...{
      learningRate: 0.01,
      edgeOfGrid: false,
      sweep: [],
      reward: 0.5,
      curve: [0.5],
      status: 'ok',
      steps: 40,
    },
    ...{ seconds: 2, fingerprint: 'f', version: '1.0.0' },
    ...more,
  }) as Evaluation;

const CONTEXT = { task: { batchSize: 50, chance: 0.1 }, rules: 100, workers: 2 };

/** A check of trainings whose scores are these, in the order of the requests. */
const checkOf = async (scores: readonly number[], more: Partial<Evaluation> = {}) => {
  const asked = await requests(scores.length - 1);
  return summarizeTaskCheck(
    asked.map((one, i) => made(one, { reward: scores[i]!, ...more })),
    CONTEXT,
  );
};

describe('the trainings of a check', () => {
  it('are one per seed and the first again, at the end', async () => {
    const asked = await requests(3);
    expect(asked.map(({ seed }) => seed)).toEqual([1, 2, 3, 1]);
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1);
  });

  it('need two seeds', async () => {
    await expect(requests(1)).rejects.toThrow('seeds 1: expected 2 or more');
  });

  it('are all made, and given in the order of the requests', async () => {
    const asked = await requests(2);
    const begun: number[] = [];
    const evaluations = await trainTaskCheck(asked, {
      dispatcher: {
        evaluate: async (request) => {
          begun.push(request.seed);
          await new Promise((settle) => setTimeout(settle, 5 - request.seed));
          return made(asked[0]!, { seed: request.seed });
        },
      },
    });
    expect(begun).toEqual([1, 2, 1]);
    expect(evaluations.map(({ seed }) => seed)).toEqual([1, 2, 1]);
  });

  it('end with the first error, once nothing is under way', async () => {
    const ended: number[] = [];
    const evaluate = async (
      request: { readonly seed: number },
      options?: { readonly signal?: AbortSignal },
    ) => {
      if (request.seed === 2) throw new Error('boom');
      await new Promise<void>((settle) => options?.signal?.addEventListener('abort', () => settle()));
      ended.push(request.seed);
      throw options?.signal?.reason;
    };
    const call = trainTaskCheck(await requests(2), { dispatcher: { evaluate } });
    await expect(call).rejects.toThrow('boom');
    expect(ended).toEqual([1, 1]);
  });
});

describe('a check', () => {
  it('says that equal trainings are equal, whatever time they took', async () => {
    const asked = await requests(2);
    const check = summarizeTaskCheck(
      [made(asked[0]!), made(asked[1]!, { reward: 0.6 }), made(asked[2]!, { seconds: 9 })],
      CONTEXT,
    );
    expect(check.repeat).toEqual({ seed: 1, equal: true, difference: 0 });
    expect(check).toMatchObject({ passed: true, remarks: [] });
  });

  it('finds noise in the score, and in the curve alone', async () => {
    const noisy = await checkOf([0.5, 0.6, 0.52]);
    expect(noisy.repeat.equal).toBe(false);
    expect(noisy.repeat.difference).toBeCloseTo(0.02);
    expect(noisy.passed).toBe(true);
    expect(noisy.remarks.join()).toContain('two trainings with seed 1 differ');
    const asked = await requests(2);
    const inCurve = asked.map((one, i) => made(one, { curve: [i], reward: 0.5 + one.seed / 100 }));
    expect(summarizeTaskCheck(inCurve, CONTEXT).repeat).toEqual({ seed: 1, equal: false, difference: 0 });
  });

  it('measures the spread over the seeds, each once', async () => {
    const { spread } = await checkOf([0.5, 0.6, 0.7, 0.5]);
    expect(spread).toMatchObject({ seeds: 3, mean: 0.6 });
    expect(spread!.deviation).toBeCloseTo(0.1);
    // χ² at 10 % for two degrees of freedom is 0.2107.
    expect(spread!.atMost).toBeCloseTo(0.1 * Math.sqrt(2 / 0.21072), 4);
  });

  it('names round differences about the spread, and the seeds they take', async () => {
    const { needed } = await checkOf([0.5, 0.509, 0.518, 0.5]);
    expect(needed.map(({ difference }) => difference)).toEqual([0.005, 0.01, 0.02, 0.05]);
    // Pairs spread by √2 deviations: 2 · 0.009² / 0.01² · (2.1448 + 0.8681)² = 14.7, Student's quantiles being those of 14 degrees of freedom.
    expect(needed[1]!.seeds).toBe(15);
    for (const { seeds, atMost } of needed) expect(atMost).toBeGreaterThanOrEqual(seeds);
  });

  it('asks whether the seed is used where all scores are one', async () => {
    const check = await checkOf([0.5, 0.5, 0.5, 0.5]);
    expect(check.remarks.join()).toContain('does the training use its seed?');
    expect(check.needed).toEqual([]);
  });

  it('does not pass a task whose trainings end badly, or that Adam does not learn', async () => {
    const asked = await requests(2);
    const failed = [
      made(asked[0]!),
      made(asked[1]!, { status: 'failed', error: 'killed by SIGSEGV' } as never),
      made(asked[2]!),
    ];
    const check = summarizeTaskCheck(failed, CONTEXT);
    expect(check).toMatchObject({ passed: false, spread: null, needed: [] });
    expect(check.remarks).toContain('seed 2: failed: killed by SIGSEGV');
    expect((await checkOf([0.1, 0.1, 0.1], { status: 'diverged' })).passed).toBe(false);
    const unlearnt = await checkOf([0.08, 0.1, 0.08]);
    expect(unlearnt.passed).toBe(false);
    expect(unlearnt.remarks.join()).toContain('adam learns nothing');
    expect((await checkOf([0.5, 0.6, 0.5], { edgeOfGrid: true })).remarks.join()).toContain(
      'edge of the grid',
    );
  });

  it('adds up what a search takes: its rules, references and retests', async () => {
    const { search, trialSeconds } = await checkOf([0.5, 0.6, 0.5]);
    expect(trialSeconds).toBe(2);
    // 100 rules, 5 references, 3 seeds of 5 found rules and of the references.
    expect(search).toEqual({ rules: 100, workers: 2, evaluations: 135, coreHours: 270 / 3600, seconds: 135 });
  });

  it('is of any scores: differences grow with the spread', async () => {
    const random = stream(1, 'task-check');
    for (let i = 0; i < 200; i++) {
      const scale = 10 ** (-6 + 8 * random.uniform());
      const scores = Array.from({ length: 4 }, () => 0.5 + scale * random.normal());
      const { needed, spread } = await checkOf([...scores, scores[0]!]);
      const first = needed[0]!.difference / spread!.deviation;
      expect(first).toBeGreaterThanOrEqual(0.5);
      expect(first).toBeLessThanOrEqual(1.25 + 1e-9);
      expect(needed.map(({ seeds }) => seeds)).toEqual(
        needed.map(({ seeds }) => seeds).sort((a, b) => b - a),
      );
    }
  });
});
