import { describe, expect, it } from 'vitest';
import { environments } from '../../evaluation/index.ts';
import { stream } from '../../random/index.ts';
import { compileRule, parseRule, type Stepper } from '../../rules/index.ts';
import { enterEnvironment } from './enter.ts';
import { quantiserOf } from './quantise.ts';

const SIZE = 57;
/** Two tensors of very different size in their values. */
const TENSORS = [
  { offset: 0, size: 32 },
  { offset: 32, size: 25 },
];
const STEPS = 40;

const gradientAt = (t: number): Float32Array => {
  const random = stream(5, 'gradient', t);
  return Float32Array.from({ length: SIZE }, (_, i) => random.normal() * (i < 32 ? 1 : 1e-3));
};

/** Gradients of {@link STEPS} steps, then `still` steps without any. */
function train(environment: string, rule: string, { seed = 7, still = 0 } = {}) {
  const random = stream(5, 'weights');
  const weights = Float32Array.from({ length: SIZE }, () => random.normal());
  const seen: Float32Array[] = [];
  const inner = compileRule(parseRule(rule)).start({ size: SIZE, steps: STEPS + still, seed });
  const stepper: Stepper = {
    readout: (weights: Float32Array) => weights,
    step(current, gradient, rate) {
      seen.push(gradient.slice());
      return inner.step(current, gradient, rate);
    },
  };
  const entered = enterEnvironment(environments.find(environment), {
    stepper,
    weights,
    tensors: TENSORS,
    seed,
  });
  const path = [weights.slice()];
  for (let t = 0; t < STEPS + still; t++) {
    const gradient = t < STEPS ? gradientAt(t) : new Float32Array(SIZE);
    expect(entered.step(weights, gradient, 0.01)).toBe(true);
    path.push(weights.slice());
  }
  return { weights, path, seen };
}

/** What the name of the environment says. */
const bitsOf = (environment: string): number => Number(/(\d)bit/.exec(environment)?.[1]);

const levelsOf = (values: Float32Array, { offset, size }: (typeof TENSORS)[0]): number =>
  new Set(values.subarray(offset, offset + size)).size;

describe('environments', () => {
  it('have unique names; an unknown one is refused with the nearest', () => {
    expect(new Set(environments.names).size).toBe(environments.names.length);
    expect(() => environments.find('4bits')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        hint: expect.stringContaining("did you mean '4bit'?"),
      }),
    );
  });

  it('none is the stepper itself', () => {
    const stepper = compileRule(parseRule('g')).start({ size: 1, steps: 1, seed: 0 });
    const options = { stepper, weights: new Float32Array(1), tensors: TENSORS, seed: 1 };
    expect(enterEnvironment(environments.find('none'), options)).toBe(stepper);
  });

  it.each(environments.entries)('$name gives the same bits for the same seed', ({ name }) => {
    const first = train(name, 'm / (sqrt(v) + eps) + 0.1 * noise');
    expect(train(name, 'm / (sqrt(v) + eps) + 0.1 * noise')).toEqual(first);
    const other = train(name, 'm / (sqrt(v) + eps)', { seed: 8 }).weights;
    const same = train(name, 'm / (sqrt(v) + eps)').weights;
    const { gradient, updates, weights } = environments.find(name);
    const random = [gradient, updates, weights].some((one) => one && quantiserOf(one).stochastic);
    expect(String(other) === String(same)).toBe(!random);
  });

  it.each(environments.entries)('$name stays finite with gradients as large as float32 goes', ({ name }) => {
    const weights = Float32Array.from({ length: SIZE }, (_, i) => (i % 2 === 0 ? 3e38 : -1));
    const stepper = compileRule(parseRule('sign(g)')).start({ size: SIZE, steps: 3, seed: 1 });
    const entered = enterEnvironment(environments.find(name), {
      stepper,
      weights,
      tensors: TENSORS,
      seed: 1,
    });
    const gradient = Float32Array.from({ length: SIZE }, (_, i) => (i % 3 === 0 ? 3e38 : -3e38));
    for (let t = 0; t < 3; t++) expect(entered.step(weights, gradient, 1e30)).toBe(true);
    expect(weights.every(Number.isFinite)).toBe(true);
  });

  it.each(environments.entries.filter(({ gradient }) => gradient))(
    '$name shows the rule at most 2^bits gradients a tensor',
    ({ name }) => {
      for (const seen of train(name, 'g').seen) {
        for (const tensor of TENSORS) {
          expect(levelsOf(seen, tensor)).toBeLessThanOrEqual(2 ** bitsOf(name));
        }
      }
    },
  );

  it.each(environments.entries.filter(({ weights }) => weights))(
    '$name keeps at most 2^bits weights a tensor, from the first on',
    ({ name }) => {
      for (const kept of train(name, 'g').path) {
        for (const tensor of TENSORS) {
          expect(levelsOf(kept, tensor)).toBeLessThanOrEqual(2 ** bitsOf(name));
        }
      }
    },
  );

  it.each(environments.entries.filter(({ updates, weights }) => updates && !weights))(
    '$name moves weights by few different steps',
    ({ name }) => {
      const { path } = train(name, 'g');
      const moves = path.slice(1).map((now, t) => now.map((w, i) => w - (path[t]?.[i] as number)));
      for (const move of moves) {
        const largest = Math.max(...move.subarray(0, 32).map(Math.abs));
        const levels = 2 ** (bitsOf(name) - 1) - 1;
        for (const one of move.subarray(0, 32)) {
          // The sum is rounded to float32, so that a step is a level but for that.
          const level = (one / largest) * levels;
          expect(Math.abs(level - Math.round(level))).toBeLessThan(0.02);
        }
      }
    },
  );

  it.each(environments.entries.filter(({ gradient }) => gradient?.feedback))(
    '$name loses nothing: once no gradients come, the rule has seen the sum of all',
    ({ name }) => {
      const { seen } = train(name, 'g', { still: 1_000 });
      for (let i = 0; i < SIZE; i++) {
        const scale = i < 32 ? 1 : 1e-3;
        let [total, shown, middle] = [0, 0, 0];
        for (let t = 0; t < STEPS; t++) total += gradientAt(t)[i] as number;
        seen.forEach((one, t) => {
          shown += one[i] as number;
          if (t === STEPS - 1) middle = shown;
        });
        expect(Math.abs(total - shown)).toBeLessThan(1e-4 * scale);
        // On the way it is behind by a few gradients, however many there were.
        expect(Math.abs(total - middle)).toBeLessThan(10 * scale);
      }
    },
  );

  it('without feedback, 1 bit loses', () => {
    const lossOf = (name: string): number => {
      const { seen } = train(name, 'g');
      const lost = new Float64Array(SIZE);
      seen.forEach((shown, t) => {
        gradientAt(t).forEach((gradient, i) => {
          lost[i] = (lost[i] as number) + gradient - (shown[i] as number);
        });
      });
      return Math.hypot(...lost);
    };
    expect(lossOf('gradient-1bit')).toBeGreaterThan(1.5 * lossOf('gradient-1bit-feedback'));
  });

  it('a divergence is seen: what is not finite comes through', () => {
    for (const { name } of environments.entries) {
      const weights = new Float32Array(SIZE).fill(1);
      const stepper = compileRule(parseRule('g')).start({ size: SIZE, steps: 1, seed: 1 });
      const entered = enterEnvironment(environments.find(name), {
        stepper,
        weights,
        tensors: TENSORS,
        seed: 1,
      });
      const gradient = new Float32Array(SIZE);
      gradient[3] = Number.NaN;
      expect(entered.step(weights, gradient, 0.1)).toBe(false);
    }
  });
});
