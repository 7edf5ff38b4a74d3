import { targets } from '../../src/export/index.ts';
import { stream } from '../../src/random/index.ts';
import {
  canonicalize,
  catalogue,
  compileRule,
  type Expression,
  lowerKinds,
  resolveRule,
} from '../../src/rules/index.ts';
import { startFloat64 } from '../float64.ts';
import { plainRules } from '../plain-rules.ts';

/** The tensors of a network, in the shapes that most frameworks have: outputs first. */
export const TENSORS = [
  { shape: [3, 5], kind: 'matrices' },
  { shape: [4], kind: 'vectors' },
  { shape: [4, 3, 2, 1], kind: 'matrices' },
  { shape: [6, 2], kind: 'embeddings' },
] as const;

const sizes = TENSORS.map(({ shape }) => shape.reduce<number>((a, b) => a * b, 1));
export const SPANS = TENSORS.map(({ shape, kind }, i) => ({
  offset: sizes.slice(0, i).reduce((a, b) => a + b, 0),
  size: sizes[i]!,
  kind,
  ...(shape.length > 1 && { rows: shape[0] }),
}));
const SIZE = sizes.reduce((a, b) => a + b, 0);
export const STEPS = 40;
export const LEARNING_RATE = 1e-2;

const random = stream(6, 'exported matrices');
export const initial = Float32Array.from({ length: SIZE }, () => random.normal());
export const gradients = Array.from({ length: STEPS }, () =>
  Float32Array.from({ length: SIZE }, (_, i) => (0.3 + random.normal()) * 10 ** ((i % 8) / 4 - 2)),
);

/** The values of each tensor. */
export const apart = (values: Float32Array): readonly (readonly number[])[] =>
  SPANS.map(({ offset, size }) => [...values.subarray(offset, offset + size)]);

/** What a rule needs of a target beside the steps of single tensors. */
export type Ability = 'kinds' | 'network' | 'readout';

/**
 * Rules that tell kinds, rows or columns of tensors apart, reduce over all tensors or say what to read out, with what each needs: those of the
 * catalogue, and some that combine these.
 */
export const wideRules: readonly { readonly rule: string; readonly needs: ReadonlySet<Ability> }[] = [
  ...catalogue.filter((entry) => !plainRules.includes(entry)).map(({ name }) => name),
  'matrices: orth(m) * rows / columns; vectors: where(g > 0, m, g); embeddings: g / rowamax(g)',
  'matrices: rec(0, orth(self + g)); vectors: g',
  'matrices: orth(m); vectors: adam; eval: ema(w, 0.9) / (1 - 0.9^t)',
  'matrices: ema(w, 0.9); vectors: ema(w, 0.8); eval: ema(w, 0.9)',
  'matrices: lr * g + w - w0; embeddings: drop(g, 0); vectors: m * lr^0.5',
  'colnorm(g) * rowrms(w) + rowsum(colmean(g)) + prev(rowsum(g)) * ld',
  'rec(0, max(self, colamax(g))) * sign(g) + sum(rowmean(g)) + norm(colsum(g)) / columns',
  'where(rowmean(g) > 0, g, 0) + mean(g) * max(rowmean(g), 0.1)',
  'rec(1, 0.5 * norm(self * g)) * g',
  'min(1, 1 / global(norm(rowmean(g)))) * g + rec(0, 0.9 * self + global(mean(rownorm(w)))) * w',
  'global(sum(norm(g))) / global(sum(1)) * sign(m) + ema(global(rms(w)), 0.9) * g',
  'global(amax(g)) * tanh(g / global(mean(abs(g)))) + prev(global(sum(g * w))) * 1e-3',
  'rec(1, 0.5 * global(norm(self * g))) * m + where(global(mean(g)) > 0, 1, 2) * w / 50',
  'global(norm(g / global(norm(g)) - prev(g))) * g + global(norm(w)) / 50',
  'g / global(norm(g)); eval: w - mean(w) + global(norm(w - w0))',
  'adam / (global(rms(adam)) + lr); eval: ema(w, 0.9) / (1 - 0.9^t)',
].map((rule) => ({ rule, needs: needsOf(resolveRule(rule)) }));

/** The rules that a target says it can write. */
export function wideRulesOf(name: string): readonly string[] {
  const { writeKinds, overNetwork, readsOut } = targets.find(name);
  const can = { kinds: writeKinds, network: overNetwork, readout: readsOut };
  return wideRules.flatMap(({ rule, needs }) => ([...needs].every((one) => can[one]) ? [rule] : []));
}

function needsOf(rule: Expression): ReadonlySet<Ability> {
  const parts = lowerKinds(canonicalize(rule));
  const nodes = parts.flatMap(({ program }) => program.nodes);
  const over = (...names: readonly string[]): boolean =>
    nodes.some((node) => node.kind === 'reduction' && names.includes(node.operation.over));
  const needs: readonly (readonly [Ability, boolean])[] = [
    ['kinds', parts.length > 1 || over('row', 'column') || nodes.some(({ kind }) => kind === 'matrix')],
    ['network', over('network')],
    ['readout', parts[0]!.program.readout !== undefined],
  ];
  return new Set(needs.flatMap(([name, isNeeded]) => (isNeeded ? [name] : [])));
}

/** Where a rule takes the weights, tensor by tensor as they lie, and what it reads out. */
export interface Trained {
  readonly weights: readonly number[];
  readonly readout: readonly number[];
}

/** How far weights, and a tenth of how far what is read out, are from where the rule itself takes them, as a share of the way that it went. */
export function distanceOf(text: string, found: Trained): number {
  const rule = resolveRule(text);
  const expected = initial.slice();
  const stepper = compileRule(rule).start({ size: SIZE, steps: STEPS, seed: 0, tensors: SPANS });
  const exact = exactly(rule);
  let way = 0;
  for (const gradient of gradients) {
    const before = expected.slice();
    stepper.step(expected, gradient, LEARNING_RATE);
    way += between(expected, before);
  }
  // What is read out is known in float32 alone, which may sum up what cancels.
  const readout = stepper.readout(expected);
  const far = [
    between(exact ?? expected, found.weights) / way,
    readout === expected ? 0 : between(readout, found.readout) / way / 10,
  ];
  return far.every(Number.isFinite) ? Math.max(...far) : Infinity;
}

/** The weights in float64, of a rule that is the same for all kinds and needs no products of matrices. */
function exactly(rule: Expression): Float64Array | undefined {
  const canonical = canonicalize(rule);
  if (lowerKinds(canonical).length > 1) return undefined;
  const options = { size: SIZE, steps: STEPS, seed: 0, tensors: SPANS, learningRate: LEARNING_RATE };
  const stepper = startFloat64(canonical, options);
  const weights = Float64Array.from(initial);
  for (const gradient of gradients) {
    const { values } = stepper.step(weights, gradient);
    for (const [i, value] of values.entries()) weights[i]! -= LEARNING_RATE * value;
  }
  return weights;
}

const between = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.hypot(...Array.from(a, (x, i) => x - b[i]!));
