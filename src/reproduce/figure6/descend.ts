import {
  type Coordinates,
  decades,
  type TestFunction,
  type Trajectory,
  type TunedTrajectory,
  tuneTrajectory,
} from '../../functions/index.ts';
import { compileRule, parseRule } from '../../rules/index.ts';

/** An optimizer of the figure with the rules that its tuning chooses from. */
export interface Optimizer {
  readonly name: string;
  readonly variants: readonly Variant[];
}

export interface Variant {
  /** Rule text. */
  readonly rule: string;
  /** What distinguishes it from the others; empty if it is the only one. */
  readonly setting: string;
}

const only = (name: string, rule: string): Optimizer => ({ name, variants: [{ rule, setting: '' }] });

/** ε of Adam, tuned "in a log scale between 10⁻³ and 10⁻⁸" (NOS §5.1). */
const EPSILONS = ['1e-3', '1e-4', '1e-5', '1e-6', '1e-7', '1e-8'];

/** Optimizers in the order of the figure. RMSProp and Momentum are TensorFlow's, with decay and momentum 0.9. */
export const optimizers: readonly Optimizer[] = [
  {
    name: 'Adam',
    variants: EPSILONS.map((epsilon) => ({ rule: `m / (sqrt(v) + ${epsilon})`, setting: `ε ${epsilon}` })),
  },
  only('SGD', 'g'),
  only('RMSProp', 'g / sqrt(ema(g^2, 0.9) + 1e-10)'),
  only('Momentum', 'acc(g, 0.9)'),
  only('Optimizer 1', 'g * exp(sign(g) * sign(m))'),
];

/** The found optimizer. */
export const FOUND = 'Optimizer 1';
/** Optimizers that it outperforms, according to the paper. */
export const OUTPERFORMED = ['Adam', 'RMSProp', 'SGD'];
/** Optimizer that it is close to, according to the paper. */
export const MATCHED = 'Momentum';

/** Where an optimizer starts, and how long it descends. */
export interface Descent {
  readonly testFunction: TestFunction;
  readonly start: Coordinates;
  readonly steps: number;
  readonly seed: number;
  /** Stops the tuning between two learning rates. */
  readonly signal?: AbortSignal;
}

/** Path of an optimizer at its best settings. */
export interface Descended {
  readonly optimizer: string;
  readonly setting: string;
  readonly rule: string;
  readonly trajectory: Trajectory;
  readonly edgeOfGrid: boolean;
  /** Sweeps of all variants, in order; the learning rates of a variant are distinct. */
  readonly sweeps: readonly { readonly setting: string; readonly sweep: TunedTrajectory['sweep'] }[];
}

export type TuneVariant = (variant: Variant, descent: Descent) => Promise<TunedTrajectory>;

/** Lowest and highest exponent of the learning rates that a grid may move to. */
const [LOWEST, HIGHEST] = [-8, 2];

/** Tunes over four learning rates, 10⁻⁴ … 10⁻¹. */
export const fourRates: TuneVariant = (variant, descent) => tune(variant, descent, decades(-4, -1, 1));

/** Tunes the same way, and moves the grid a decade up or down while the best is at an edge, and down if all diverged. */
export const movingRates: TuneVariant = async (variant, descent) => {
  const seen = new Set<number>();
  for (let low = -4; ; ) {
    const tuned = await tune(variant, descent, decades(low, low + 3, 1));
    seen.add(low);
    const { best, edgeOfGrid } = tuned;
    if (!edgeOfGrid && !best.diverged) return tuned;
    low += best.diverged || best.learningRate < 10 ** (low + 1.5) ? -1 : 1;
    if (seen.has(low) || low < LOWEST || low + 3 > HIGHEST) return tuned;
  }
};

/** Tunes over four learning rates per decade, 10⁻⁵ … 10. */
export const fineGrid: TuneVariant = (variant, descent) => tune(variant, descent, decades(-5, 1, 4));

function tune(
  { rule }: Variant,
  descent: Descent,
  learningRates: readonly number[],
): Promise<TunedTrajectory> {
  return tuneTrajectory({ ...descent, rule: compileRule(parseRule(rule)), learningRates });
}

/** Descends with the best of all variants and learning rates; of equal ones, with the first. */
export async function descend(
  optimizer: Optimizer,
  descent: Descent,
  tuneVariant: TuneVariant,
): Promise<Descended> {
  const tries: { readonly variant: Variant; readonly tuned: TunedTrajectory }[] = [];
  for (const variant of optimizer.variants)
    tries.push({ variant, tuned: await tuneVariant(variant, descent) });
  const lowest = ({ tuned }: (typeof tries)[number]) => Math.min(...tuned.sweep.map(({ excess }) => excess));
  const best = tries.reduce((a, b) => (lowest(b) < lowest(a) ? b : a));
  return {
    optimizer: optimizer.name,
    setting: best.variant.setting,
    rule: best.variant.rule,
    trajectory: best.tuned.best,
    edgeOfGrid: best.tuned.edgeOfGrid,
    sweeps: tries.map(({ variant, tuned }) => ({ setting: variant.setting, sweep: tuned.sweep })),
  };
}
