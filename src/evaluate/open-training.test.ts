import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environments, type Protocol, parseProtocol } from '../evaluation/index.ts';
import { resolveRule } from '../rules/index.ts';
import { resolveTask } from '../tasks/index.ts';
import { openChildTrainer } from './child-trainer.ts';
import { type Evaluator, openEvaluator } from './evaluator.ts';
import type { OpenTraining, Trainer, Training } from './trainer.ts';

let trainer: Trainer;
let evaluator: Evaluator;
/** Protocol `fast` with a final training of two epochs. */
const short = (name: string): Protocol => {
  const protocol = parseProtocol(name);
  return { ...protocol, final: { epochs: 2, examples: 800 } };
};
beforeAll(async () => {
  trainer = await openChildTrainer(await resolveTask('digits-mlp'), { directory: '/nowhere' });
  const options = { task: 'digits-mlp', directory: '/nowhere', clock: () => 0 };
  evaluator = await openEvaluator({ ...options, parseProtocol: short });
});
afterAll(async () => {
  await trainer.close();
  await evaluator.close();
});

/** A rule with state, an annealed factor, and random draws, so that nothing can be left behind between two calls. */
const RULE = 'acc(drop(g, 0.3), 0.9) * cd';

const training = (learningRate: number): Training => ({
  ...{ rule: resolveRule(RULE), ruleName: 'rule', environment: environments.find('none'), learningRate },
  ...{ schedule: 'cosine', budget: { epochs: 3, examples: 800 }, seed: 3 },
  ...{ validationExamples: 200, detail: 'accuracy' },
});
const silent = { onProgress: () => undefined };

describe('an open training', () => {
  it('comes to what an uninterrupted one comes to, whatever is trained in between', async () => {
    const whole = await trainer.train(training(0.1), silent);
    const [one, other] = [0.1, 0.01].map((rate) => trainer.open(training(rate), silent)) as [
      OpenTraining,
      OpenTraining,
    ];
    const perEpoch = whole.steps / 3;
    const curve: (number | undefined)[] = [];
    for (const epoch of [1, 2, 3]) {
      await one.advance(epoch * perEpoch - 2);
      await other.advance(epoch * perEpoch - 5);
      expect(await one.score(50)).toBeGreaterThan(0);
      expect(await one.advance(epoch * perEpoch)).toBe(true);
      curve.push(await one.score(200));
    }
    expect(curve).toEqual(whole.curve);
    expect(one.losses).toHaveLength(whole.steps);
    const means = [0, 1, 2].map((epoch) => {
      const losses = one.losses.slice(epoch * perEpoch, (epoch + 1) * perEpoch);
      return losses.reduce((sum, loss) => sum + loss, 0) / perEpoch;
    });
    expect(means).toEqual(whole.lossCurve);
  });
});

describe('protocol fast', () => {
  const evaluate = (rule: string, protocol: string) =>
    evaluator.evaluate({ rule, task: 'digits-mlp', protocol, seed: 1 });

  it('comes to the reward of the same training at the learning rate that it chose', async () => {
    const fast = await evaluate('momentum', 'fast');
    expect(fast).toMatchObject({ status: 'ok', protocol: 'fast@2', edgeOfGrid: false });
    const alone = await evaluate('momentum', `fast-filters-halving-stops=${fast.learningRate}`);
    expect(fast.reward).toBe(alone.reward);
    expect(fast.sweep.length).toBeGreaterThanOrEqual(3);
    expect(fast.steps).toBeGreaterThan(alone.steps);
    expect(await evaluate('momentum', 'fast')).toEqual(fast);
  });

  it('rejects a rule that cannot learn, stops one that does not, and ends one that diverges', async () => {
    const rejected = {
      status: 'rejected',
      reason: 'it does not depend on the gradient',
      steps: 0,
      sweep: [],
    };
    expect(await evaluate('1e-3 * w', 'fast')).toMatchObject({ ...rejected, reward: 0.1 });
    expect(await evaluate('-g', 'fast-filters')).toMatchObject({ status: 'stopped', reward: 0.1, curve: [] });
    expect(await evaluate('exp(exp(exp(1e30 * g + 1e3)))', 'fast-filters')).toMatchObject({
      status: 'diverged',
    });
  });

  it('reports how far it is, from 0 to 1', async () => {
    const done: number[] = [];
    const request = { rule: 'adam', task: 'digits-mlp', protocol: 'fast', seed: 1 };
    await evaluator.evaluate(request, { onProgress: (progress) => done.push(progress.done) });
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect([done[0]! > 0, done.at(-1)! <= 1, done.length > 20]).toEqual([true, true, true]);
  });
});
