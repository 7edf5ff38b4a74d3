import { deriveKey, stream } from '../../src/random/index.ts';
import {
  call,
  canonicalize,
  decode,
  type Expression,
  findSpace,
  lowerKinds,
  positions,
  printRule,
  reducesNetwork,
  resolveRule,
  type Span,
  seesShape,
} from '../../src/rules/index.ts';
import { ruleFor } from '../../src/rules/language/kinds.ts';
import { fillDraw, stepKey } from '../../src/rules/program/draws.ts';
import { SINGLE, startFloat64 } from '../float64.ts';
import { shapelessRules } from '../plain-rules.ts';
import { wideRules } from './wide.ts';

/** Trainings of a network of several tensors, for the exports of rules that see more than one vector. */

/** A matrix, a vector, a kernel of four axes, a table of embeddings, a tall matrix, and tensors of one weight. */
export const TENSORS = [
  { shape: [3, 5], kind: 'matrices' },
  { shape: [4], kind: 'vectors' },
  { shape: [4, 3, 2, 1], kind: 'matrices' },
  { shape: [6, 2], kind: 'embeddings' },
  { shape: [5, 2], kind: 'matrices' },
  { shape: [1], kind: 'vectors' },
  { shape: [1, 1], kind: 'matrices' },
] as const;

const sizes = TENSORS.map(({ shape }) => shape.reduce<number>((a, b) => a * b, 1));

/** Where they lie among all weights. */
export const SPANS: readonly (Span & { readonly kind: (typeof TENSORS)[number]['kind'] })[] = TENSORS.map(
  ({ shape, kind }, i) => ({
    offset: sizes.slice(0, i).reduce((a, b) => a + b, 0),
    size: sizes[i]!,
    kind,
    ...(shape.length > 1 && { rows: shape[0], columns: sizes[i]! / shape[0] }),
  }),
);
export const SIZE = sizes.reduce((a, b) => a + b, 0);
const SEED = 5;

const random = stream(6, 'exported tensors');
export const initial = Array.from({ length: SIZE }, () => Math.fround(random.normal()));
/** Gradients of several sizes. */
const recorded = Array.from({ length: 200 }, () =>
  initial.map((_, i) => Math.fround((0.3 + random.normal()) * 10 ** ((i % 8) / 4 - 2))),
);

/** The values of each tensor. */
export const apart = (values: readonly number[]): readonly (readonly number[])[] =>
  SPANS.map(({ offset, size }) => values.slice(offset, offset + size));

export interface TensorRule {
  readonly title: string;
  readonly rule: Expression;
}

/** Further rules of all operations that see more than a vector. */
const written = [
  'matrices: orth(g) - orth(w) * colrms(orth(m)); vectors: adam',
  'adam; embeddings: sign(m)',
  'colmean(rownorm(g)) * g + rowrms(2 * colamax(w) - 1) * w + colsum(rowmean(g) + 1)',
  'prev(prev(colmean(g))) + acc(rowsum(g * w), 0.5) + rec(0, 0.5 * rowmean(self) + g)',
  'drop(rowmean(g) * g, 0.3) + noise * colnorm(w) + drop(g, 0.1)',
  'matrices: drop(g, 0.3); vectors: noise * norm(g)',
  'g / (global(norm(g)) + eps) + global(mean(w)) * g',
  'global(sum(norm(g))) * g + global(amax(norm(g) * w)) - global(rms(g)) / global(sum(1))',
  'rec(1, 0.9 * self + global(sum(g^2))) * prev(global(norm(w))) + ema(global(mean(g)), 0.9) * sign(g)',
  'g / (norm(g) + eps) * ema(norm(w), 0.9) * min(1, 1 / global(norm(prev(g) + g / (norm(g) + eps))))',
  'rownorm(g) / global(norm(rownorm(g))) * g + colmean(w) * global(mean(rowmean(g)))',
  'drop(g, 0.3) / (global(norm(drop(g, 0.3))) + eps) + noise * global(mean(w))',
  'where(t < 3, global(amax(g)), ld) * g + lr * global(norm(w0)) * w',
  'g / (norm(g) + eps); eval: ema(w, 0.9) / (1 - 0.9^t) + rowmean(w) * 0',
  'matrices: orth(ema(g, 0.9)); vectors: g; eval: rec(w, 0.9 * self + 0.1 * w)',
  'matrices: acc(w, 1) / t - m; vectors: g; eval: acc(w, 1) / t',
  'min(1, 1 / global(norm(g))) * m; eval: w - global(mean(w)) + norm(w - w0)',
].map((text) => ({ title: text, rule: resolveRule(text) }));

/** Rules of a space whose reductions are of rows, columns or the network. */
function sampled(count: number, iterations: number): readonly TensorRule[] {
  const space = findSpace('modern2026', { iterations });
  const picks = positions(space).map(({ size }) => size);
  const chosen = stream(8, 'rules over tensors', `${iterations}`);
  const over = ['row', 'col', 'global ', ''];
  const changed = (e: Expression): Expression => {
    if (e.kind !== 'call') return e;
    const args = e.args.map(changed);
    const reduces = ['sum', 'mean', 'norm', 'rms', 'amax'].includes(e.name);
    return call(reduces ? `${over[chosen.integer(4)]}${e.name}` : e.name, args, e.parameters);
  };
  const rules: TensorRule[] = [];
  for (let tries = 0; rules.length < count && tries < 50 * count; tries++) {
    const rule = changed(
      decode(
        space,
        picks.map((size) => chosen.integer(size)),
      ),
    );
    const title = printRule(canonicalize(rule));
    if (/row|col|global/.test(title)) rules.push({ title, rule });
  }
  return rules;
}

/** The rules of the catalogue that see kinds, rows, columns, matrices or the network, rules of all these operations, and random ones. */
export const tensorRules: readonly TensorRule[] = [
  ...wideRules.map((title) => ({ title, rule: resolveRule(title) })),
  ...written,
  ...[1, 2].flatMap((iterations) => sampled(Number(process.env.EXPORT_RULES ?? 8), iterations)),
].filter(({ rule }) => {
  const parts = lowerKinds(canonicalize(rule));
  return parts.length > 1 || parts.some(({ program }) => seesShape(program) || reducesNetwork(program));
});

/** Rules that say what to read out, and see one vector. */
export const readoutRules: readonly TensorRule[] = shapelessRules
  .filter(({ text }) => text.includes('eval:') && !text.includes('global('))
  .map(({ name }) => ({ title: name, rule: resolveRule(name) }));

/** A training of a rule in float64. */
export interface TensorTrajectory {
  readonly learningRate: number;
  readonly gradients: readonly (readonly number[])[];
  /** The random draws of step after step and tensor after tensor, an array each: 0 where a value is dropped and 1 elsewhere, or normal numbers. */
  readonly draws: readonly (readonly number[])[];
  /** Uniform numbers that give these draws, in the order in which loops over the weights of tensor after tensor ask for them. */
  readonly uniforms: readonly number[];
  readonly weights: readonly number[];
  readonly sure: readonly boolean[];
  readonly way: readonly number[];
}

/** Where a rule takes the weights over given gradients. */
export const weightsAfter = (
  rule: Expression,
  steps: number,
  gradients: readonly (readonly number[])[],
): readonly number[] => followFrom(rule, initial, steps, gradients).weights;

/** Follows a rule over the first recorded gradients. */
export function followTensors(rule: Expression, steps: number): TensorTrajectory {
  const gradients = recorded.slice(0, steps);
  const [found, moved] = [0, 1e-11].map((by) =>
    followFrom(
      rule,
      initial.map((w) => w * (1 + by)),
      steps,
      gradients,
    ),
  );
  const { weights, way } = found!;
  const sure = found!.sure.map(
    (one, i) => one && Math.abs(weights[i]! - moved!.weights[i]!) <= 1e-7 * way[i]! + 1e-10,
  );
  return { ...found!, sure };
}

const LEARNING_RATE = 1e-3;

/** The steps of a rule, of which a tensor takes that of its kind. */
function stepsOf(rule: Expression, steps: number, precision?: Parameters<typeof startFloat64>[2]) {
  const canonical = canonicalize(rule);
  const options = { size: SIZE, steps, seed: SEED, tensors: SPANS, learningRate: LEARNING_RATE };
  const parts = lowerKinds(canonical).map(({ kinds, program }) => ({
    kinds,
    program,
    stepper: startFloat64(ruleFor(canonical, kinds[0]!), options, precision),
    keys: program.draws.map(({ text }) => deriveKey(SEED, 'draw', text)),
  }));
  return (t: number, weights: readonly number[], gradient: readonly number[], errors?: readonly number[]) => {
    const steps = parts.map(({ kinds, stepper, program, keys }) => ({
      ...{ kinds, ...stepper.step(weights, gradient, errors) },
      draws: program.draws.map((draw, d) => {
        const drawn = new Float32Array(SIZE);
        fillDraw(draw, stepKey(keys[d]!, t + 1), drawn);
        return { distribution: draw.distribution, drawn };
      }),
    }));
    return SPANS.map((span) => ({ ...span, ...steps.find(({ kinds }) => kinds.includes(span.kind))! }));
  };
}

function followFrom(
  rule: Expression,
  start: readonly number[],
  steps: number,
  gradients: readonly (readonly number[])[],
): TensorTrajectory {
  const step = stepsOf(rule, steps);
  const weights = [...start];
  const way = weights.map(() => 0);
  const sure = weights.map(() => true);
  const uniforms: number[] = [];
  const draws: (readonly number[])[] = [];
  for (const [t, gradient] of gradients.entries()) {
    for (const tensor of step(t, weights, gradient)) {
      const { offset, size, values, errors, finite } = tensor;
      draws.push(...tensor.draws.map(({ drawn }) => [...drawn.subarray(offset, offset + size)]));
      for (let i = offset; i < offset + size; i++) {
        uniforms.push(
          ...tensor.draws.flatMap(({ distribution, drawn }) => uniformsOf(distribution, drawn[i]!)),
        );
        const value = values[i]!;
        if (finite[i] === 0 || !(errors[i]! <= 1e-9 * Math.abs(value) + 1e-12)) sure[i] = false;
        weights[i]! -= LEARNING_RATE * value;
        way[i]! += Math.abs(LEARNING_RATE * value);
      }
    }
  }
  return { learningRate: LEARNING_RATE, gradients, draws, uniforms, weights, sure, way };
}

/** How far float32 may be from a trajectory, weight by weight: see `float32Bound` of trajectory.ts. */
export function float32BoundOfTensors(rule: Expression, { gradients }: TensorTrajectory): readonly number[] {
  const step = stepsOf(rule, gradients.length, SINGLE);
  const weights = [...initial];
  const bounds = weights.map(() => 0);
  for (const [t, gradient] of gradients.entries()) {
    for (const { offset, size, values, errors, finite } of step(t, weights, gradient, bounds)) {
      for (let i = offset; i < offset + size; i++) {
        const delta = LEARNING_RATE * values[i]!;
        weights[i]! -= delta;
        bounds[i]! +=
          LEARNING_RATE * errors[i]! + SINGLE.rounding * (Math.abs(delta) + Math.abs(weights[i]!));
        if (finite[i] === 0 || Number.isNaN(bounds[i])) bounds[i] = Infinity;
      }
    }
  }
  return bounds;
}

/** Uniform numbers that give a draw; a normal number is made of two. */
const uniformsOf = (distribution: 'mask' | 'normal', value: number): readonly number[] => {
  if (distribution === 'mask') return [value === 0 ? 0 : 1 - 1e-16];
  return [1 - Math.exp((value * value) / -2), value < 0 ? 0.5 : 0];
};
