import { expect, it } from 'vitest';
import { stream } from '../src/random/index.ts';
import { RuleLanes } from '../src/rules/behaviour/lanes.ts';
import { canonicalize, compileRule, interpretRule, lowerRule, resolveRule } from '../src/rules/index.ts';

/**
 * Named rules that say which weights to read out, against float64 write-ups of the published formulas, over 1,000 steps: weights and read-out
 * are within 1e-5 of the way travelled, and those of the rule in float64 within 1e-12.
 */
interface Point {
  readonly w: readonly number[];
  readonly readout: readonly number[];
}
type WriteUp = (
  start: readonly number[],
) => (g: readonly number[], w: readonly number[], lr: number) => Point;

const mix = (b: number, x: readonly number[], y: readonly number[]): readonly number[] =>
  x.map((one, i) => b * one + (1 - b) * y[i]!);

/** Defazio et al. 2024: z takes the steps, x is the mean of all z, and gradients are taken at y between the two. */
const scheduleFree =
  (direction: () => (g: readonly number[], y: readonly number[]) => readonly number[]): WriteUp =>
  (start) => {
    const step = direction();
    let [x, z, t]: [readonly number[], readonly number[], number] = [start, start, 0];
    return (g, y, lr) => {
      t += 1;
      const u = step(g, y);
      z = z.map((one, i) => one - lr * u[i]!);
      x = mix(1 - 1 / t, x, z);
      return { w: mix(0.9, x, z), readout: x };
    };
  };

/** RAdamScheduleFree of the same: no step is taken before the squares have a length, and the mean weighs steps by their rectifiers. */
const scheduleFreeRadam: WriteUp = (start) => {
  let [x, z, v]: (readonly number[])[] = [start, start, start.map(() => 0)];
  let [t, weights] = [0, 0];
  const longest = 2 / (1 - 0.999) - 1;
  return (g, _, lr) => {
    t += 1;
    v = g.map((one, i) => 0.999 * v![i]! + 0.001 * one ** 2);
    const length = longest - (2 * t * 0.999 ** t) / (1 - 0.999 ** t);
    const rectifier =
      length > 4
        ? Math.sqrt(((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length))
        : 0;
    weights += rectifier ** 2;
    const share = weights > 0 ? rectifier ** 2 / weights : 0;
    z = z!.map((one, i) => one - (lr * rectifier * g[i]!) / (Math.sqrt(v![i]! / (1 - 0.999 ** t)) + 1e-8));
    x = mix(1 - share, x!, z);
    return { w: mix(0.9, x, z), readout: x };
  };
};

const adamDirection = () => {
  let [v, t]: [readonly number[] | undefined, number] = [undefined, 0];
  return (g: readonly number[], y: readonly number[]) => {
    t += 1;
    v = g.map((one, i) => 0.999 * (v?.[i] ?? 0) + 0.001 * one ** 2);
    return g.map((one, i) => one / (Math.sqrt(v![i]! / (1 - 0.999 ** t)) + 1e-8) + 1e-2 * y[i]!);
  };
};

const averagedSgd: WriteUp = (start) => {
  let [sum, t]: [readonly number[], number] = [start.map(() => 0), 0];
  return (g, w, lr) => {
    t += 1;
    const next = w.map((one, i) => one - lr * g[i]!);
    sum = sum.map((one, i) => one + next[i]!);
    return { w: next, readout: sum.map((one) => one / t) };
  };
};

/** torch.optim.ASGD: eta and mu are those of the step before. */
const asgd =
  (t0: number): WriteUp =>
  (start) => {
    let [ax, step, mu]: [readonly number[], number, number] = [start.map(() => 0), 0, 1];
    return (g, w, lr) => {
      const eta = lr / (1 + 1e-4 * lr * step) ** 0.75;
      const next = w.map((one, i) => one * (1 - 1e-4 * eta) - eta * g[i]!);
      ax = mu === 1 ? next : ax.map((one, i) => one + mu * (next[i]! - one));
      step += 1;
      mu = 1 / Math.max(1, step - t0);
      return { w: next, readout: ax };
    };
  };

const ASGD_300 =
  '(g + 1e-4 * w) / (1 + 1e-4 * lr * (t - 1))^0.75; eval: rec(0, self + (w - self) / max(1, t - 1 - 300))';

const writeUps: Readonly<Record<string, WriteUp>> = {
  'schedule-free-sgd': scheduleFree(() => (g) => g),
  'schedule-free-adamw': scheduleFree(adamDirection),
  'schedule-free-radam': scheduleFreeRadam,
  asgd: asgd(1e6),
  [ASGD_300]: asgd(300),
  'averaged-sgd': averagedSgd,
};

const SIZE = 12;
const STEPS = 1000;
const distance = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
  Math.hypot(...Array.from(x, (one, i) => one - y[i]!));

it.each(Object.entries(writeUps))('%s reads out what is published', (text, writeUp) => {
  const rule = resolveRule(text);
  const random = stream(3, 'published read-outs');
  const start = Float32Array.from({ length: SIZE }, () => random.normal());
  const options = { size: SIZE, steps: STEPS, seed: 0 };
  const [compiled, interpreted] = [compileRule(rule).start(options), interpretRule(rule).start(options)];
  const [weights, same] = [start.slice(), start.slice()];
  expect(compiled.readout(weights)).toBe(weights);
  const lanes = new RuleLanes(lowerRule(canonicalize(rule)), SIZE, (n) => new Float64Array(n), [
    { begin: 0, end: SIZE, rows: SIZE, columns: 1 },
  ]);
  let exact = Float64Array.from(start);
  const update = writeUp([...start]);
  let expected: Point = { w: [...start], readout: [...start] };
  let way = 0;
  const lr = Math.fround(1e-2);
  for (let t = 1; t <= STEPS; t++) {
    const gradient = Float32Array.from(
      start,
      (_, i) => 10 ** (-i / 4) * (expected.w[i]! - 1 + random.normal()),
    );
    expect(compiled.step(weights, gradient, lr)).toBe(true);
    if (t <= 50) {
      interpreted.step(same, gradient, lr);
      expect([same, interpreted.readout(same)]).toEqual([weights, compiled.readout(weights)]);
    }
    const inputs = { g: Float64Array.from(gradient), w: exact, time: t, total: STEPS, rate: lr };
    for (const i of lowerRule(canonicalize(rule)).nodes.keys()) lanes.evaluate(i, inputs);
    const [u, readout] = lanes.results.map((values) => values.slice()) as [Float64Array, Float64Array];
    lanes.endStep();
    exact = exact.map((w, i) => w - lr * u[i]!);
    const next = update([...gradient], expected.w, lr);
    way += distance(next.w, expected.w);
    expected = next;
    expect(distance(exact, expected.w)).toBeLessThanOrEqual(1e-12);
    expect(distance(readout, expected.readout)).toBeLessThanOrEqual(1e-12);
    if (t % 100 > 0) continue;
    expect(distance(weights, expected.w) / way).toBeLessThanOrEqual(1e-5);
    expect(distance(compiled.readout(weights), expected.readout) / way).toBeLessThanOrEqual(1e-5);
  }
});
