import { expect } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/** What a published formula does with all weights of a network, in float64: the weights after a step. */
export type WriteUp = (
  start: readonly number[],
) => (g: readonly number[], w: readonly number[], lr: number) => readonly number[];

export const EPS = 1e-8;

export const sum = (x: readonly number[]): number => x.reduce((total, one) => total + one, 0);
export const dot = (x: readonly number[], y: readonly number[]): number =>
  sum(x.map((one, i) => one * y[i]!));
export const norm = (x: readonly number[]): number => Math.sqrt(dot(x, x));
export const norm1 = (x: readonly number[]): number => sum(x.map(Math.abs));
export const mean = (x: readonly number[]): number => sum(x) / x.length;
export const zeros = (like: readonly number[]): number[] => like.map(() => 0);
export const squared = (x: readonly number[]): number[] => x.map((one) => one ** 2);
export const minus = (x: readonly number[], y: readonly number[]): number[] => x.map((one, i) => one - y[i]!);

export const averaged = (b: number, x: readonly number[], y: readonly number[]): readonly number[] =>
  x.map((one, i) => b * one + (1 - b) * y[i]!);

export const descend = (w: readonly number[], by: readonly number[], rate = 1): readonly number[] =>
  w.map((one, i) => one - rate * by[i]!);

/** Adam's update of each gradient. */
export const adamUpdate = (start: readonly number[]) => {
  let [m, v, t]: [readonly number[], readonly number[], number] = [zeros(start), zeros(start), 0];
  return (g: readonly number[]) => {
    t += 1;
    m = averaged(0.9, m, g);
    v = averaged(0.999, v, squared(g));
    return m.map((one, i) => one / (1 - 0.9 ** t) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + EPS));
  };
};

const SIZES = [5, 17, 2, 8];
const TENSORS = SIZES.map((size, i) => ({ offset: sum(SIZES.slice(0, i)), size }));
const SIZE = sum(SIZES);
const STEPS = 1000;

const part = (x: readonly number[], { offset, size }: { offset: number; size: number }): readonly number[] =>
  x.slice(offset, offset + size);

/** The tensors of a network's weights. */
export const parts = (x: readonly number[]): readonly (readonly number[])[] =>
  TENSORS.map((tensor) => part(x, tensor));

/** A rule for every tensor by itself. */
export const perTensor =
  (writeUp: WriteUp): WriteUp =>
  (start) => {
    const steps = parts(start).map(writeUp);
    return (g, w, lr) => TENSORS.flatMap((tensor, k) => steps[k]!(part(g, tensor), part(w, tensor), lr));
  };

/**
 * Holds a rule, by its name or text, to a write-up over 1,000 gradients that vary in scale over weights and time: the weights of all tensors are
 * within 1e-5 of the way travelled. If it `follows`, the rule descends on a function, with noise, and the write-up is given the weights
 * that it has come to: it reads how far they are from the first ones, which are so small that float32 tells that. If it follows
 * 'gradients', it is given its own weights, as the formula says where they are, and not how they move.
 */
export function expectNetworkAsPublished(
  rule: string,
  writeUp: WriteUp,
  learningRate = 1e-2,
  follows: boolean | 'gradients' = false,
): void {
  const random = stream(3, 'published wholes');
  const initial = Float32Array.from({ length: SIZE }, () => (follows ? 1e-6 : 1) * random.normal());
  const weights = initial.slice();
  let expected: readonly number[] = [...initial];
  const stepper = compileRule(resolveRule(rule)).start({
    size: SIZE,
    steps: STEPS,
    seed: 0,
    tensors: TENSORS,
  });
  const update = writeUp(expected);
  let way = 0;
  for (let step = 1; step <= STEPS; step++) {
    const scale = 10 ** (2 * random.uniform() - 1);
    const gradient = Float32Array.from({ length: SIZE }, (_, i) =>
      follows
        ? 10 ** ((i % 16) / 8 - 2) * (weights[i]! - 1 + 0.1 * random.normal())
        : scale * (0.5 + random.normal()) * 10 ** ((i % 16) / 4 - 3),
    );
    if (step % 97 === 0) gradient[step % SIZE] = 0;
    // A schedule that falls to a half.
    const rate = learningRate * (1 - step / (2 * STEPS));
    const before = follows === true ? [...weights] : expected;
    expect(stepper.step(weights, gradient, rate)).toBe(true);
    const next = update([...gradient], before, rate);
    const change = minus(next, before);
    way += norm(change);
    expected = expected.map((w, i) => w + change[i]!);
    if (step % 100 === 0) expect(norm(minus(expected, [...weights])) / way).toBeLessThanOrEqual(1e-5);
  }
  expect(way).toBeGreaterThan(0);
}
