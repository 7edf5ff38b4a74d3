import { stream } from '../random/index.ts';
import type { Expression, Span } from '../rules/index.ts';
import type { ReferencePath } from './compare-paths.ts';
import { type Precision, startExact } from './float64.ts';
import type { GradientPath } from './trajectory.ts';

export interface FollowOptions {
  readonly learningRate: number;
  /** T of the language. */
  readonly totalSteps: number;
  readonly precision: Precision;
  /** The share of the way that the weights are to be compared by. */
  readonly bound: number;
}

/** What gradients are moved by, as a share of them, to see what rounding could decide. */
const NUDGE: Readonly<Record<Precision, number>> = { float64: 1e-12, float32: 1e-7 };

/**
 * Where a rule takes the weights in float64. A weight is known as long as its values fit the precision and rounding cannot have decided
 * where it is: it is followed twice, the second time with gradients that are moved by a rounding, and must not have moved by more than
 * a fifth of the bound.
 */
export function followRule(rule: Expression, path: GradientPath, options: FollowOptions): ReferencePath {
  const random = stream(2, 'nudges of a check');
  const gradients = path.gradients.map((tensors) => tensors.flatMap((values) => values ?? []));
  const by = NUDGE[options.precision];
  const nudged = gradients.map((row) => row.map((g) => g * (1 + by * (random.uniform() < 0.5 ? -1 : 1))));
  const starts = path.starts.flatMap(({ values }) => values);
  const sizes = path.starts.map(({ values }) => values.length);
  const tensors = sizes.map((size, i) => ({ offset: sum(sizes.slice(0, i)), size }));
  const [plain, moved] = [gradients, nudged].map((rows) =>
    follow(rule, starts, rows, { ...options, tensors }),
  );
  const ways = starts.map(() => 0);
  const sure = starts.map(() => true);
  const known = plain!.weights.map((row, s) =>
    row.map((weight, i) => {
      ways[i]! += plain!.ways[s]![i]!;
      const off = Math.abs(weight - moved!.weights[s]![i]!);
      sure[i] &&= plain!.sound[s]![i]! && off <= 0.2 * options.bound * ways[i]! + 2 ** -52 * Math.abs(weight);
      return sure[i]!;
    }),
  );
  return { starts, weights: plain!.weights, known };
}

function follow(
  rule: Expression,
  starts: readonly number[],
  gradients: readonly (readonly number[])[],
  { learningRate, totalSteps, precision, tensors }: FollowOptions & { readonly tensors: readonly Span[] },
) {
  const stepper = startExact(rule, { size: starts.length, steps: totalSteps, precision, tensors });
  let weights: readonly number[] = starts;
  const steps = gradients.map((gradient) => {
    const update = stepper.update(weights, gradient, learningRate);
    weights = weights.map((weight, i) => weight - learningRate * update[i]!);
    return { weights, way: [...update].map((u) => Math.abs(learningRate * u)), sound: [...stepper.sound] };
  });
  return {
    weights: steps.map((step) => step.weights),
    ways: steps.map(({ way }) => way),
    sound: steps.map(({ sound }) => sound),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
