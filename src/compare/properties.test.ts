import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluationOf } from '../../test/support/compare.ts';
import type { Evaluation } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import { comparisonSchema, summarize } from './index.ts';
import { type ComparisonPlan, planComparison, requestsOf } from './plan.ts';

/** What holds of every comparison, whatever the trainings came to. */

const SEED = 20_170_921;
const RULES = ['sgd', 'momentum', 'powersign'] as const;

const planOf = (rules: readonly string[], against: string, seeds: number): Promise<ComparisonPlan> =>
  planComparison({ rules, against, tasks: ['digits-mlp'], protocol: 'quick', seed: 1, seeds });

/** How a training ended: finished with a reward, diverged, or failed for outside reasons. */
const ending = fc.record({
  // The values are few, so that there are ties; thousandths, as differences of them round.
  reward: fc.integer({ min: 100, max: 900 }).map((value) => value / 1000),
  status: fc.oneof(
    { weight: 6, arbitrary: fc.constant('ok' as const) },
    fc.constantFrom('diverged' as const, 'failed' as const),
  ),
});
type Ending = { readonly reward: number; readonly status: 'ok' | 'diverged' | 'failed' };

/** The evaluations of a plan that end so, by rule and seed. */
const made = (plan: ComparisonPlan, endings: ReadonlyMap<string, readonly Ending[]>): Evaluation[] =>
  requestsOf(plan).map(({ key, ...request }) => {
    const name = plan.contestants.find((one) => one.key === key)!.name;
    const { reward, status } = endings.get(name)![request.seed - 1]!;
    return evaluationOf(request, status === 'ok' ? reward : 0.1, { status });
  });

const SEEDS = 7;
const trained = fc
  .tuple(...RULES.map(() => fc.array(ending, { minLength: SEEDS, maxLength: SEEDS })))
  .map((all) => new Map(RULES.map((name, i) => [name as string, all[i] as Ending[]])));

it('does not depend on the order of the evaluations, nor on others beside them', async () => {
  const plan = await planOf([...RULES], 'sgd', SEEDS);
  fc.assert(
    fc.property(trained, fc.nat(), (endings, turn) => {
      const evaluations = made(plan, endings);
      const foreign = evaluations.map((one) => ({ ...one, seed: one.seed + SEEDS, reward: 0 }));
      const by = turn % evaluations.length;
      const turned = [...evaluations.slice(by), ...foreign, ...evaluations.slice(0, by)].reverse();
      expect(summarize(plan, turned)).toEqual(summarize(plan, evaluations));
    }),
    { seed: SEED, numRuns: 60 },
  );
});

it('says of one rule against another what it says of that one against it, the other way round', async () => {
  const [plan, back] = [await planOf(['momentum'], 'sgd', SEEDS), await planOf(['sgd'], 'momentum', SEEDS)];
  const opposite = { better: 'worse', worse: 'better' } as const;
  fc.assert(
    fc.property(trained, (endings) => {
      const evaluations = made(plan, endings);
      const row = (of: ComparisonPlan) =>
        summarize(of, evaluations).tasks[0]!.rows.find(({ verdict }) => verdict !== 'reference')!;
      const [one, other] = [row(plan), row(back)];
      expect(other.verdict).toBe(opposite[one.verdict as 'better'] ?? one.verdict);
      expect(other.permutation?.p).toBe(one.permutation?.p);
      expect(other.difference?.pairs).toBe(one.difference?.pairs);
      expect(other.difference?.mean ?? 0).toBeCloseTo(-(one.difference?.mean ?? 0), 12);
      const [ends, mirrored] = [one.difference?.interval, other.difference?.interval];
      expect(mirrored?.low ?? 0).toBeCloseTo(-(ends?.high ?? 0), 9);
      expect(mirrored?.high ?? 0).toBeCloseTo(-(ends?.low ?? 0), 9);
      if (one.superiority !== null) expect(other.superiority).toBeCloseTo(1 - one.superiority, 12);
    }),
    { seed: SEED, numRuns: 150 },
  );
});

it('corrects p to no less, keeps its order, and calls different only what the corrected p says', async () => {
  const plan = await planOf([...RULES], 'sgd', SEEDS);
  fc.assert(
    fc.property(trained, (endings) => {
      const { tasks, level, power } = summarize(plan, made(plan, endings));
      const tested = tasks[0]!.rows.filter(({ permutation }) => permutation !== null);
      const byP = [...tested].sort((a, b) => a.permutation!.p - b.permutation!.p);
      byP.forEach(({ permutation, verdict, difference }, i) => {
        const { p, adjusted } = permutation!;
        expect(adjusted).toBeGreaterThanOrEqual(p);
        expect(adjusted).toBeGreaterThanOrEqual(byP[i - 1]?.permutation?.adjusted ?? 0);
        expect(p).toBeGreaterThanOrEqual(power.smallest);
        const told = difference!.mean > 0 ? 'better' : 'worse';
        expect(verdict).toBe(adjusted <= level ? told : 'not told apart');
      });
    }),
    { seed: SEED, numRuns: 100 },
  );
});

it('is what its schema says, and comes back from JSON as it was', async () => {
  const plan = await planOf([...RULES], 'sgd', SEEDS);
  fc.assert(
    fc.property(trained, (endings) => {
      const comparison = summarize(plan, made(plan, endings));
      expect(comparisonSchema.parse(JSON.parse(toJson(comparison)))).toEqual(comparison);
    }),
    { seed: SEED, numRuns: 60 },
  );
});
