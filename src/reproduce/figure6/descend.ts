import {
  type Coordinates,
  decades,
  type TestFunction,
  type Trajectory,
  type Tuned,
  tuneTrajectory,
} from '../../functions/index.ts';
import { compileRule, parseRule } from '../../rules/index.ts';
import type { Optimizer, Variant } from './optimizers.ts';

/** Where and how long. */
export interface Descent {
  readonly testFunction: TestFunction;
  readonly start: Coordinates;
  readonly steps: number;
  readonly seed: number;
  /** Stops it between two learning rates. */
  readonly signal?: AbortSignal;
}

/** How an optimizer did at its best settings. */
export interface Descended {
  readonly optimizer: string;
  readonly setting: string;
  readonly rule: string;
  readonly trajectory: Trajectory;
  readonly edgeOfGrid: boolean;
  /** Of all its variants, in order; no two of their learning rates are equal within a variant. */
  readonly sweeps: readonly { readonly setting: string; readonly sweep: Tuned['sweep'] }[];
}

export type TuneVariant = (variant: Variant, descent: Descent) => Promise<Tuned>;

/** Exponents of the learning rates that a grid may move to. */
const [LOWEST, HIGHEST] = [-8, 2];

/** Four learning rates, 10⁻⁴ … 10⁻¹. */
export const fourRates: TuneVariant = (variant, descent) => tune(variant, descent, decades(-4, -1, 1));

/** The same, moved a decade up or down while the best of them is at an edge, and down where all diverged. */
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

/** Four a decade, 10⁻⁵ … 10. */
export const fineGrid: TuneVariant = (variant, descent) => tune(variant, descent, decades(-5, 1, 4));

function tune({ rule }: Variant, descent: Descent, learningRates: readonly number[]): Promise<Tuned> {
  return tuneTrajectory({ ...descent, rule: compileRule(parseRule(rule)), learningRates });
}

/** The best of all variants and learning rates; of equals, the first. */
export async function descend(
  optimizer: Optimizer,
  descent: Descent,
  tuneVariant: TuneVariant,
): Promise<Descended> {
  const tries: { readonly variant: Variant; readonly tuned: Tuned }[] = [];
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
