import { describe, expect, it } from 'vitest';
import { trajectoryChart } from '../plot/index.ts';
import { stream } from '../random/index.ts';
import { compileRule, resolveRule } from '../rules/index.ts';
import {
  type Coordinates,
  decades,
  distanceToMinimum,
  endingOf,
  runTrajectory,
  stepsWithin,
  testFunctions,
  tuneTrajectory,
} from './index.ts';

const rule = (text: string) => compileRule(resolveRule(text));

describe.each(testFunctions.entries)('$name', ({ name }) => {
  const testFunction = testFunctions.find(name);
  const { dimension, start, minima, least, bounds, value, gradient } = testFunction;
  const inside = (label: number): Coordinates => {
    const random = stream(2, name, label);
    return bounds.map(([low, high]) => low + (high - low) * random.uniform());
  };

  it('has a gradient that finite differences agree with', () => {
    const points = [start, ...minima, ...Array.from({ length: 100 }, (_, i) => inside(i))];
    for (const point of points) {
      const slope = gradient(point);
      expect(slope).toHaveLength(dimension);
      slope.forEach((component, i) => {
        const step = 1e-5;
        const at = (move: number) => value(point.map((x, j) => (j === i ? x + move : x)));
        // The five-point formula: its error is of the fourth order.
        const numeric = (at(-2 * step) - 8 * at(-step) + 8 * at(step) - at(2 * step)) / (12 * step);
        const scale = Math.max(1, Math.abs(component), Math.abs(value(point)) * 1e-3);
        expect(Math.abs(component - numeric) / scale).toBeLessThan(1e-7);
      });
    }
  });

  it('is least at its minima, flat there, and nowhere lower', () => {
    for (const minimum of minima) {
      expect(value(minimum)).toBeCloseTo(least, 12);
      expect(Math.hypot(...gradient(minimum))).toBeLessThan(1e-9);
      expect(distanceToMinimum(testFunction, minimum)).toBe(0);
    }
    for (let i = 0; i < 1_000; i++) expect(value(inside(i))).toBeGreaterThanOrEqual(least);
  });

  it('shows its start and its minima', () => {
    for (const point of [start, ...minima]) {
      expect(point).toHaveLength(dimension);
      bounds.forEach(([low, high], i) => {
        expect(point[i]).toBeGreaterThan(low);
        expect(point[i]).toBeLessThan(high);
      });
    }
    expect(value(start)).toBeGreaterThan(least);
  });

  it('is descended by every common rule, to the same bits again', async () => {
    for (const text of ['sgd', 'momentum', 'adam']) {
      const options = {
        testFunction,
        rule: rule(text),
        learningRates: decades(-4, 0, 1),
        steps: 300,
        seed: 1,
      };
      const { best } = await tuneTrajectory(options);
      expect(best.values.at(-1)).toBeLessThan(best.values[0] as number);
      expect((await tuneTrajectory(options)).best).toEqual(best);
    }
  });

  it('has a picture', () => {
    const trajectory = runTrajectory({
      testFunction,
      rule: rule('sgd'),
      learningRate: 1e-3,
      steps: 50,
      seed: 1,
    });
    const text = { title: testFunction.title, subtitle: testFunction.equation };
    const svg = trajectoryChart(testFunction, [{ title: 'SGD', trajectory }], text);
    expect(svg).toContain('aria-label="contour"');
    expect(svg).not.toMatch(/NaN|Infinity/);
  });
});

describe('testFunctions', () => {
  it('names the nearest function', () => {
    expect(() => testFunctions.find('rosenbrok')).toThrow(
      expect.objectContaining({ code: 'unknown-name', hint: expect.stringContaining("'rosenbrock'") }),
    );
  });
});

describe('runTrajectory', () => {
  const quadratic = testFunctions.find('ill-conditioned');

  it('is gradient descent in float32 on the float64 gradient', () => {
    const { points, values } = runTrajectory({
      testFunction: quadratic,
      rule: rule('g'),
      learningRate: 0.01,
      steps: 3,
      seed: 1,
    });
    let [x, y] = [-2, 1].map(Math.fround) as [number, number];
    const expected = [[x, y]];
    for (let t = 0; t < 3; t++) {
      const rate = Math.fround(0.01);
      x = Math.fround(x - Math.fround(rate * Math.fround(x)));
      y = Math.fround(y - Math.fround(rate * Math.fround(100 * y)));
      expected.push([x, y]);
    }
    expect(points).toEqual(expected);
    expect(values).toEqual(points.map((point) => quadratic.value(point)));
  });

  it('stops where it diverges, at the last finite point', () => {
    const trajectory = runTrajectory({
      testFunction: testFunctions.find('rosenbrock'),
      rule: rule('g'),
      learningRate: 1,
      steps: 100,
      seed: 1,
    });
    expect(trajectory.diverged).toBe(true);
    expect(trajectory.points.length).toBeLessThan(20);
    expect(trajectory.points.flat().every(Number.isFinite)).toBe(true);
    expect(endingOf(testFunctions.find('rosenbrock'), trajectory).excess).toBe(Number.POSITIVE_INFINITY);
  });

  it('draws noise by its seed alone, where the function has noise', () => {
    const run = (name: string, seed: number) =>
      runTrajectory({
        testFunction: testFunctions.find(name),
        rule: rule('g'),
        learningRate: 0.1,
        steps: 20,
        seed,
      });
    expect(run('noisy-quadratic', 1)).toEqual(run('noisy-quadratic', 1));
    expect(run('noisy-quadratic', 1)).not.toEqual(run('noisy-quadratic', 2));
    expect(run('saddle', 1)).toEqual(run('saddle', 2));
  });

  it('noise has the standard deviation that the function says', () => {
    const noisy = testFunctions.find('noisy-quadratic');
    const { points } = runTrajectory({
      testFunction: noisy,
      rule: rule('g'),
      learningRate: 1,
      steps: 4_000,
      seed: 3,
    });
    // With λ = 1 a step leads to x − g = minus the noise in x.
    const xs = points.slice(1).map(([x]) => x as number);
    const variance = xs.reduce((sum, x) => sum + x ** 2, 0) / xs.length;
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / 4_000));
  });
});

describe('stepsWithin', () => {
  const quadratic = testFunctions.find('ill-conditioned');
  const of = (values: number[], diverged = false) =>
    stepsWithin(quadratic, { learningRate: 1, points: [], values, diverged }, 0.1);
  it('counts the steps until it is within for good', () => {
    expect(of([5, 1, 0.05, 0.01])).toBe(2);
    expect(of([5, 0.05, 1, 0.01])).toBe(3);
    expect(of([0.01, 0.01])).toBe(0);
    expect(of([5, 1])).toBeUndefined();
    expect(of([5, 0.01], true)).toBeUndefined();
  });
});

describe('tuneTrajectory', () => {
  const stopper = () => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort(new Error('enough')) };
  };
  const testFunction = testFunctions.find('ill-conditioned');
  const tune = (learningRates: readonly number[]) =>
    tuneTrajectory({ testFunction, rule: rule('g'), learningRates, steps: 100, seed: 1 });

  it('takes the lowest end, and says whether it is at an edge', async () => {
    const { best, edgeOfGrid, sweep } = await tune([1e-4, 1e-3, 1e-2, 1]);
    expect(best.learningRate).toBe(1e-2);
    expect(edgeOfGrid).toBe(false);
    expect(sweep.map(({ excess }) => Number.isFinite(excess))).toEqual([true, true, true, false]);
    expect((await tune([1e-4, 1e-3])).edgeOfGrid).toBe(true);
  });

  it('has no best learning rate, and so no edge, where every one diverges', async () => {
    const { best, edgeOfGrid, sweep } = await tune([10, 100, 1_000]);
    expect({ ...best, edgeOfGrid }).toMatchObject({
      learningRate: Number.NaN,
      diverged: true,
      edgeOfGrid: false,
    });
    expect(best.points[0]).toEqual([...testFunction.start]);
    expect(sweep.map(({ learningRate }) => learningRate)).toEqual([10, 100, 1_000]);
  });

  it('flags the smallest and the largest learning rate, also where all others diverged, and never a single one', async () => {
    expect(await tune([1e-2, 10, 100])).toMatchObject({ best: { learningRate: 1e-2 }, edgeOfGrid: true });
    expect(await tune([1e-2])).toMatchObject({ best: { learningRate: 1e-2 }, edgeOfGrid: false });
    expect(await tune([10])).toMatchObject({
      best: { learningRate: 10, diverged: true },
      edgeOfGrid: false,
    });
  });

  it('stops between two learning rates where it is told to', async () => {
    const { signal, abort } = stopper();
    const learningRates = Array.from({ length: 1_000 }, (_, i) => 1e-6 * (i + 1));
    const tuning = tuneTrajectory({
      testFunction,
      rule: rule('g'),
      learningRates,
      steps: 100,
      seed: 1,
      signal,
    });
    setImmediate(abort);
    await expect(tuning).rejects.toThrow('enough');
  });

  it('decades are powers of ten to the bit', () => {
    expect(decades(-5, 1, 1)).toEqual([1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10]);
    expect(decades(-1, 0, 2)).toEqual([0.1, 10 ** -0.5, 1]);
  });
});
