import { expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';

/**
 * Named rules against float64 write-ups of the published formulas, for one weight, over 1,000 gradients that vary in scale over weights and
 * time: the weights are within 1e-5 of the way travelled. What PyTorch 1.13 has is compared with it in torch-rules.test.ts.
 */
type WriteUp = (steps: number) => (g: number) => number;

const EPS = 1e-8;

/** Dozat 2016, "Incorporating Nesterov Momentum into Adam", with PyTorch's decay of the momentum (its version 1.13 multiplies by μ once too often). */
const nadam: WriteUp = () => {
  let [t, m, v, product] = [0, 0, 0, 1];
  const share = (step: number): number => 0.9 * (1 - 0.5 * 0.96 ** (step * 4e-3));
  return (g) => {
    t += 1;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    product *= share(t);
    const next = share(t + 1);
    const direction = ((1 - share(t)) * g) / (1 - product) + (next * m) / (1 - product * next);
    return direction / (Math.sqrt(v / (1 - 0.999 ** t)) + EPS);
  };
};

/** Zaheer et al. 2018, algorithm 2, with the start and the corrections of optax. */
const yogi: WriteUp = () => {
  let [t, m, v] = [0, 1e-6, 1e-6];
  return (g) => {
    t += 1;
    m = 0.9 * m + 0.1 * g;
    v -= 0.001 * Math.sign(v - g * g) * g * g;
    return m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-3);
  };
};

/** Xie et al. 2022, algorithm 1, without weight decay, with the corrections of its authors' program. */
const adan: WriteUp = () => {
  let [t, m, d, n] = [0, 0, 0, 0];
  let last: number | undefined;
  return (g) => {
    t += 1;
    const turn = g - (last ?? g);
    last = g;
    m = 0.98 * m + 0.02 * g;
    d = 0.92 * d + 0.08 * turn;
    n = 0.99 * n + 0.01 * (g + 0.92 * turn) ** 2;
    return (m / (1 - 0.98 ** t) + (0.92 * d) / (1 - 0.92 ** t)) / (Math.sqrt(n / (1 - 0.99 ** t)) + EPS);
  };
};

/** Taniguchi et al. 2024, algorithm 2: the first gradient only starts v. */
const adopt: WriteUp = () => {
  let [t, m, v] = [0, 0, 0];
  return (g) => {
    t += 1;
    if (t === 1) {
      v = g * g;
      return 0;
    }
    const bound = (t - 1) ** 0.25;
    m = 0.9 * m + 0.1 * Math.max(-bound, Math.min(bound, g / Math.max(Math.sqrt(v), 1e-6)));
    v = 0.9999 * v + 0.0001 * g * g;
    return m;
  };
};

/** Pagliardini et al. 2024, algorithm 1 and equations 4 and 5, α = 5. */
const ademamix: WriteUp = (steps) => {
  let [t, fast, slow, v] = [0, 0, 0, 0];
  const [from, to] = [Math.log(0.9), Math.log(0.9999)];
  return (g) => {
    t += 1;
    const beta = Math.min(Math.exp((from * to) / ((1 - t / steps) * to + (t / steps) * from)), 0.9999);
    const alpha = Math.min((5 * t) / steps, 5);
    fast = 0.9 * fast + 0.1 * g;
    slow = beta * slow + (1 - beta) * g;
    v = 0.999 * v + 0.001 * g * g;
    return (fast / (1 - 0.9 ** t) + alpha * slow) / (Math.sqrt(v / (1 - 0.999 ** t)) + EPS);
  };
};

const SIZE = 16;
const STEPS = 1000;
const LEARNING_RATE = 1e-2;

it.each(Object.entries({ nadam, yogi, adan, adopt, ademamix }))('%s steps as published', (name, writeUp) => {
  const random = stream(3, 'published rules');
  const initial = Float32Array.from({ length: SIZE }, () => random.normal());
  const weights = initial.slice();
  const expected = Float64Array.from(initial);
  const stepper = compileRule(resolveRule(name)).start({ size: SIZE, steps: STEPS, seed: 0 });
  const updates = Array.from(initial, () => writeUp(STEPS));
  let way = 0;
  for (let step = 1; step <= STEPS; step++) {
    const size = 10 ** (2 * random.uniform() - 1);
    const gradient = Float32Array.from(
      { length: SIZE },
      (_, i) => size * (0.5 + random.normal()) * 10 ** (i / 4 - 3),
    );
    if (step % 97 === 0) gradient[step % SIZE] = 0;
    expect(stepper.step(weights, gradient, LEARNING_RATE)).toBe(true);
    const change = Array.from(gradient, (g, i) => LEARNING_RATE * updates[i]!(g));
    for (const [i, by] of change.entries()) expected[i]! -= by;
    way += Math.hypot(...change);
    if (step % 100 !== 0) continue;
    const distance = Math.hypot(...expected.map((w, i) => w - weights[i]!));
    expect(distance / way).toBeLessThanOrEqual(1e-5);
  }
});
