import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayDataset } from '../data/index.ts';
import type { Evaluation, EvaluationProgress, Protocol } from '../evaluation/index.ts';
import { identityOf, protocolSteps } from '../evaluation/index.ts';
import { maxPool2d, relu } from '../graph/index.ts';
import { batchNorm, convolution, dense, flatten } from '../nn/index.ts';
import { stream } from '../random/index.ts';
import { type Child, defineTask } from '../tasks/index.ts';
import { type Evaluator, openEvaluator, type RunOptions } from './evaluator.ts';
import { fingerprint } from './fingerprint.ts';

const small: Protocol = {
  family: 'small',
  learningRates: [1e-4, 1e-2, 1e-1],
  sweep: { epochs: 1, examples: 300 },
  final: { epochs: 3, examples: 10_000 },
  validationExamples: 250,
  shortcuts: {},
  schedule: 'constant',
  curves: false,
};
const parseProtocol = (name: string): Protocol => ({ ...small, curves: name === 'curves' });

/** Three classes of 8×8 images, told apart by where they are bright; 130 validation examples: no whole batches of 20. */
const images = defineTask({
  name: 'images',
  description: '',
  inputShape: [2, 8, 8],
  classes: 3,
  batchSize: 20,
  load: async () => {
    const part = (name: string, examples: number) => {
      const random = stream(0, name);
      const labels = Array.from({ length: examples }, () => random.integer(3));
      const inputs = Float32Array.from({ length: examples * 128 }, (_, i) => {
        const row = Math.floor(i / 8) % 8;
        return random.normal() + (Math.floor(row / 3) === labels[Math.floor(i / 128)] ? 1 : 0);
      });
      return { inputs, labels };
    };
    const [train, validation, test] = [part('train', 310), part('validation', 130), part('test', 10)];
    return arrayDataset({ name: 'images', inputShape: [2, 8, 8], classes: 3, train, validation, test });
  },
  network: (builder, x) => {
    const filtered = batchNorm(builder, 'norm', convolution(builder, 'conv', x, { channels: 4, kernel: 3 }));
    return dense(builder, 'dense', flatten(maxPool2d(relu(filtered), 2)), 3);
  },
});

let digits: Evaluator;
let convnet: Evaluator;
const open = (task: Parameters<typeof openEvaluator>[0]['task']): Promise<Evaluator> =>
  openEvaluator({ task, directory: '/nowhere', parseProtocol, clock: () => 0 });
beforeAll(async () => {
  digits = await open('digits-mlp');
  convnet = await open(images);
});
afterAll(() => Promise.all([digits.close(), convnet.close()]));

const onDigits = (rule: string, seed = 1, options?: RunOptions): Promise<Evaluation> =>
  digits.evaluate({ rule, task: 'digits-mlp', protocol: 'small', seed }, options);
const onImages = (rule: string, seed = 1): Promise<Evaluation> =>
  convnet.evaluate({ rule, task: 'images', protocol: 'small', seed });

describe('evaluate', () => {
  it.each(['sgd', 'momentum', 'adam'])('%s learns the digits', async (rule) => {
    const evaluation = await onDigits(rule);
    expect(evaluation).toMatchObject({
      rule: identityOf(rule).text,
      ...{ task: 'digits-mlp', protocol: 'small', seed: 1, status: 'ok' },
    });
    expect(evaluation.reward).toBeGreaterThan(0.85);
    expect(evaluation.reward).toBe(evaluation.curve.at(-1));
    expect(evaluation.curve).toHaveLength(3);
    expect(evaluation.sweep.map(({ learningRate }) => learningRate)).toEqual(small.learningRates);
    expect(evaluation.key).toMatch(/^[0-9a-f]+$/);
    expect(evaluation.fingerprint).toBe(await fingerprint());
    expect(evaluation.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('learns images by convolutions and batch normalisation', async () => {
    const { reward, status } = await onImages('adam');
    expect(status).toBe('ok');
    expect(reward).toBeGreaterThan(0.6);
  });

  it('takes the steps of the protocol: whole batches of the examples that there are', async () => {
    const sizes = { batchSize: 50, trainExamples: 1_197 };
    expect((await onDigits('sgd')).steps).toBe(3 * 6 + 3 * 23);
    expect(protocolSteps(small, sizes)).toBe(3 * 6 + 3 * 23);
    expect((await onImages('sgd')).steps).toBe(3 * 15 + 3 * 15);
  });

  it('refuses a protocol that would not take a step', async () => {
    const huge = defineTask({ ...images.classifier!, batchSize: 301 });
    const evaluator = await open(huge);
    const evaluation = evaluator.evaluate({ rule: 'sgd', task: 'images', protocol: 'small', seed: 1 });
    await expect(evaluation).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(/takes 301 examples a step, and protocol 'small' has 300 in its sweep/),
    });
    await evaluator.close();
  });

  it('gives the same bits again, whatever ran between, and from a fresh evaluator', async () => {
    const rule = 'drop(m, 0.3) * exp(1e-3 * w) + 1e-3 * noise';
    for (const evaluate of [onDigits, onImages]) {
      const first = await evaluate(rule, 7);
      await evaluate('10 * adam', 3);
      expect(await evaluate(rule, 7)).toEqual(first);
      expect({ ...(await evaluate(rule, 8)), seed: 7 }).not.toEqual(first);
    }
    const fresh = await open('digits-mlp');
    const again = await fresh.evaluate({ rule, task: 'digits-mlp', protocol: 'small', seed: 7 });
    await fresh.close();
    expect(again).toEqual(await onDigits(rule, 7));
  });

  it('trains at each learning rate as if there were no other', async () => {
    const rates = (learningRates: readonly number[]) => ({ ...small, learningRates });
    const alone = await openEvaluator({
      task: 'digits-mlp',
      directory: '',
      parseProtocol: () => rates([1e-12, 1e-2]),
    });
    const request = { rule: 'adam', task: 'digits-mlp', protocol: 'small', seed: 1 };
    const { sweep, curve, edgeOfGrid } = await alone.evaluate(request);
    await alone.close();
    const together = await onDigits('adam');
    expect(together.sweep[1]).toEqual(sweep[1]);
    expect(together).toMatchObject({ learningRate: 1e-2, curve });
    expect(edgeOfGrid).toBe(true);
  });

  it('starts every training from the same weights', async () => {
    // A rule that does nothing scores the untrained network, and a tie goes to the smallest learning rate.
    const { sweep, curve, learningRate, edgeOfGrid } = await onDigits('0 * g');
    expect(new Set([...sweep.map(({ accuracy }) => accuracy), ...curve]).size).toBe(1);
    expect({ learningRate, edgeOfGrid }).toEqual({ learningRate: 1e-4, edgeOfGrid: true });
  });

  it('flags only the edges of the grid', async () => {
    const { learningRate, edgeOfGrid } = await onDigits('adam');
    expect({ learningRate, edgeOfGrid }).toEqual({ learningRate: 1e-2, edgeOfGrid: false });
    expect(await onDigits('100 * adam')).toMatchObject({ learningRate: 1e-4, edgeOfGrid: true });
    expect(await onDigits('1e-2 * adam')).toMatchObject({ learningRate: 0.1, edgeOfGrid: true });
  });

  it.each([
    ['quick=1e-3,3e-3', 3e-3, true],
    ['quick=1e-2,1e-1', 1e-2, true],
    ['quick=1e-3,1e-2,1e-1', 1e-2, false],
    ['quick@2:cosine=1e-3,3e-3', 3e-3, true],
    ['final@1:step=3e-3,1e-3', 3e-3, true],
    ['curves@1=1e-3,3e-3', 3e-3, true],
    // A single one is no grid: nothing was chosen.
    ['quick=3e-3', 3e-3, false],
    ['curves@1:cosine=3e-3', 3e-3, false],
  ])('flags the edges of a grid that the protocol names: %s', async (protocol, learningRate, edgeOfGrid) => {
    const named = await openEvaluator({ task: 'digits-mlp', directory: '', clock: () => 0 });
    const request = { rule: 'adam', task: 'digits-mlp', protocol, seed: 1 };
    expect(await named.evaluate(request)).toMatchObject({ learningRate, edgeOfGrid });
    const lost = await named.evaluate({ ...request, rule: 'log(-1 - abs(g))' });
    const only = protocol.includes(',') ? Number.NaN : learningRate;
    expect(lost).toMatchObject({ status: 'diverged', learningRate: only, edgeOfGrid: false });
    await named.close();
  });

  it('scores a rule that is never a number as chance, after one step at each learning rate', async () => {
    const evaluation = await onDigits('log(-1 - abs(g))');
    expect(evaluation).toMatchObject({
      status: 'diverged',
      reward: 0.1,
      curve: [],
      steps: 3,
      edgeOfGrid: false,
    });
    expect(evaluation.learningRate).toBeNaN();
    expect(evaluation.sweep.every(({ accuracy }) => Number.isNaN(accuracy))).toBe(true);
  });

  it('stops only the trainings that diverge', async () => {
    const some = await onDigits('1e3 * g * exp(abs(w))');
    expect(some.sweep.map(({ accuracy }) => Number.isNaN(accuracy))).toEqual([false, true, true]);
    expect(some).toMatchObject({ status: 'ok', learningRate: 1e-4 });
    expect(some.steps).toBeLessThan(3 * 6 + 3 * 23);
    // Harmless in the sweep's six steps, fatal in the final training's seventh.
    const late = await onDigits('g + max(t - 6, 0) * 1e39');
    expect(late).toMatchObject({ status: 'diverged', reward: 0.1, curve: [], steps: 3 * 6 + 7 });
    expect(late.learningRate).not.toBeNaN();
  });

  it('trains with a constant rule', async () => {
    const evaluation = await onDigits('1');
    expect(evaluation).toMatchObject({ status: 'ok' });
    expect(evaluation.reward).toBeLessThan(0.5);
  });

  it('keeps test accuracy and training loss of every epoch where the protocol says so', async () => {
    const protocol = { ...small, curves: true };
    const kept = await openEvaluator({
      task: 'digits-mlp',
      directory: '',
      parseProtocol: () => protocol,
      clock: () => 0,
    });
    const request = { rule: 'adam', task: 'digits-mlp', protocol: 'small', seed: 1 };
    const { testCurve = [], lossCurve = [], ...same } = await kept.evaluate(request);
    expect(same).toEqual(await onDigits('adam'));
    expect([testCurve.length, lossCurve.length]).toEqual([3, 3]);
    expect(testCurve.at(-1)).toBeGreaterThan(0.85);
    expect(testCurve).not.toEqual(same.curve);
    // The first epoch starts at chance: ten classes, so ln 10.
    expect(lossCurve[0]).toBeLessThan(Math.log(10));
    expect(lossCurve).toEqual([...lossCurve].sort((a, b) => b - a));
    const never = await kept.evaluate({ ...request, rule: 'log(-1 - abs(g))' });
    expect(never).toMatchObject({ curve: [], testCurve: [], lossCurve: [] });
    await kept.close();
  });

  it('keeps what else the task measures, once its final training is over', async () => {
    const { classifier: _, ...facts } = images;
    const task = defineTask({
      ...facts,
      open: async (options) => {
        const child = await images.open(options);
        const measures: Child['measures'] = async (split, examples, state) => ({
          error: 1 - (await child.score(split, examples, state)),
        });
        return { ...child, measures };
      },
    });
    const measuring = await open(task);
    const on = (rule: string) => measuring.evaluate({ rule, task: 'images', protocol: 'small', seed: 1 });
    const { measures, reward } = await on('adam');
    expect(measures).toEqual({ error: 1 - reward });
    expect(await on('log(-1 - abs(g))')).not.toHaveProperty('measures');
    expect(await onImages('sgd')).not.toHaveProperty('measures');
    const curves = await measuring.evaluate({ rule: 'adam', task: 'images', protocol: 'curves', seed: 1 });
    const { measureCurves, testMeasures, curve, testCurve = [] } = curves;
    expect(curves.measures).toEqual(measures);
    expect(measureCurves).toEqual({ error: curve.map((accuracy) => 1 - accuracy) });
    expect(testMeasures).toEqual({ error: 1 - (testCurve.at(-1) as number) });
    const never = await measuring.evaluate({ ...curves, rule: 'log(-1 - abs(g))' });
    for (const name of ['measures', 'measureCurves', 'testMeasures']) expect(never).not.toHaveProperty(name);
    await measuring.close();
  });

  it('trains at the one learning rate that a protocol has, without a sweep', async () => {
    const at = (learningRates: readonly number[]) =>
      openEvaluator({
        task: 'digits-mlp',
        directory: '',
        clock: () => 0,
        parseProtocol: () => ({ ...small, learningRates }),
      });
    const [one, three] = [await at([1e-2]), await at(small.learningRates)];
    const request = { rule: 'adam', task: 'digits-mlp', protocol: 'small', seed: 1 };
    const [fixed, swept] = [await one.evaluate(request), await three.evaluate(request)];
    expect(swept.learningRate).toBe(1e-2);
    expect(fixed).toEqual({ ...swept, sweep: [], steps: fixed.curve.length * 23, edgeOfGrid: false });
    await Promise.all([one.close(), three.close()]);
  });

  it('lets the learning rate go by a schedule, in the sweep too', async () => {
    const scheduled = async (schedule: string, epochs: number) => {
      const protocol = { ...small, schedule, final: { ...small.final, epochs } };
      const evaluator = await openEvaluator({
        task: 'digits-mlp',
        directory: '',
        parseProtocol: () => protocol,
        clock: () => 0,
      });
      const request = { rule: 'sgd', task: 'digits-mlp', protocol: 'small', seed: 1 };
      return evaluator.evaluate(request).finally(evaluator.close);
    };
    const plain = await onDigits('sgd');
    expect(await scheduled('constant', 3)).toEqual(plain);
    const step = await scheduled('step', 3);
    expect(step.sweep).not.toEqual(plain.sweep);
    // 69 steps: the first fall comes after 0.3 of them, in the first epoch.
    expect(step.curve).not.toEqual(plain.curve);
    // Of ten epochs, it comes after three.
    const [long, steady] = [await scheduled('step', 10), await scheduled('constant', 10)];
    expect(long.curve.slice(0, 3)).toEqual(steady.curve.slice(0, 3));
    expect(long.curve[4]).not.toBe(steady.curve[4]);
  });

  it('trains in an environment, and `none` is none', async () => {
    const request = { rule: 'sgd', task: 'digits-mlp', protocol: 'small', seed: 1 };
    const plain = await digits.evaluate(request);
    expect(plain.environment).toBe('none');
    expect(await digits.evaluate({ ...request, environment: 'none' })).toEqual(plain);
    for (const environment of ['gradient-1bit-feedback', '8bit']) {
      const coarse = await digits.evaluate({ ...request, environment });
      expect(coarse).toMatchObject({ environment, status: 'ok', key: plain.key });
      expect(coarse.curve).not.toEqual(plain.curve);
      expect(coarse.reward).toBeGreaterThan(0.5);
      expect(await digits.evaluate({ ...request, environment })).toEqual(coarse);
    }
    await expect(digits.evaluate({ ...request, environment: '5bit' })).rejects.toMatchObject({
      code: 'unknown-name',
    });
  });

  it('reports progress up to the whole', async () => {
    const events: EvaluationProgress[] = [];
    await onDigits('sgd', 1, { onProgress: (event) => events.push(event) });
    const done = events.map((event) => event.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ phase: 'final', done: 1, accuracy: expect.any(Number) });
    expect(events.filter(({ accuracy }) => accuracy !== undefined)).toHaveLength(3 + 3);
  });

  it('reports whole trainings as done when they diverge', async () => {
    const events: EvaluationProgress[] = [];
    await onDigits('g + max(t - 6, 0) * 1e39', 1, { onProgress: (event) => events.push(event) });
    expect(events.filter(({ phase }) => phase === 'final')[0]?.done).toBeCloseTo(19 / (3 * 6 + 3 * 23));
  });

  it('stops between two steps when it is aborted', async () => {
    const controller = new AbortController();
    let reports = 0;
    const onProgress = (): void => {
      reports++;
      if (reports === 5) controller.abort(new Error('enough'));
    };
    await expect(onDigits('sgd', 1, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(reports).toBe(5);
    expect((await onDigits('sgd')).status).toBe('ok');
  });

  it('measures seconds by the clock that it is given', async () => {
    let now = 5;
    const timed = await openEvaluator({
      task: 'digits-mlp',
      directory: '',
      parseProtocol,
      clock: () => now,
    });
    const request = { rule: 'sgd', task: 'digits-mlp', protocol: 'small', seed: 1 };
    const onProgress = () => {
      now = 7.5;
    };
    expect((await timed.evaluate(request, { onProgress })).seconds).toBe(2.5);
    await timed.close();
  });

  it('gives a sign of life where a score takes long', async () => {
    let now = 0;
    const slow = await openEvaluator({ task: images, directory: '', parseProtocol, clock: () => (now += 2) });
    const events: EvaluationProgress[] = [];
    const request = { rule: 'sgd', task: 'images', protocol: 'small', seed: 1 };
    await slow.evaluate(request, { onProgress: (event) => events.push(event) });
    await slow.close();
    // 130 examples in batches of 20: seven batches of 2 s, so one report after 10 s without a step.
    const repeated = events.filter(
      ({ done, accuracy }, i) => accuracy === undefined && events[i - 1]?.done === done,
    );
    expect(repeated.length).toBeGreaterThanOrEqual(6);
  });

  it('refuses bad requests', async () => {
    await expect(onDigits('adam', -1)).rejects.toMatchObject({ code: 'bad-option' });
    await expect(onDigits('adm(g)')).rejects.toMatchObject({ code: 'bad-rule' });
    await expect(open('no-such-task')).rejects.toMatchObject({ code: 'unknown-name' });
    const real = await openEvaluator({ task: 'digits-mlp', directory: '' });
    const request = { rule: 'sgd', task: 'digits-mlp', protocol: 'small', seed: 1 };
    await expect(real.evaluate(request)).rejects.toMatchObject({ code: 'unknown-name' });
    await expect(real.evaluate({ ...request, task: 'cifar10-convnet' })).rejects.toThrow(
      /serves task 'digits-mlp'/,
    );
    await real.close();
  });

  it.each([
    [{ inputShape: [128] }, /inputShape is \[128\], but its data have \[2,8,8\]/],
    [{ classes: 4 }, /classes is 4, but its data have 3/],
    [{ batchSize: 311 }, /batchSize is 311, but there are 310 training examples/],
  ])('refuses a task that does not fit its data: %j', async (wrong, message) => {
    await expect(open(defineTask({ ...images.classifier!, ...wrong }))).rejects.toThrow(message);
  });
});
