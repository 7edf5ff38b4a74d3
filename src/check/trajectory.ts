import { type Stream, stream } from '../random/index.ts';

/** Gradients that an optimizer is given, whatever it does, and where its tensors start. All numbers are float32 numbers. */
export interface GradientPath {
  readonly starts: readonly { readonly shape: readonly number[]; readonly values: readonly number[] }[];
  /** The gradient of every tensor at every step, flat; null if a tensor has none. */
  readonly gradients: readonly (readonly (readonly number[] | null)[])[];
}

/** The shapes of the tensors: several, of different sizes. */
export const SHAPES: readonly (readonly number[])[] = [[3, 2], [5], [1]];

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The tensor of a weight, and its index in that, for an index over all weights. */
export function placeOf(index: number): { readonly tensor: number; readonly index: number } {
  let rest = index;
  for (const [tensor, shape] of SHAPES.entries()) {
    if (rest < sizeOf(shape)) return { tensor, index: rest };
    rest -= sizeOf(shape);
  }
  throw new RangeError(`no weight ${index}`);
}

/** Kinds of gradients: what an optimizer does wrongly often shows in one of them alone. */
export const regimes = ['ordinary', 'sparse', 'zero', 'huge', 'tiny', 'alternating'] as const;
export type GradientKind = (typeof regimes)[number];

interface Kind {
  readonly title: string;
  /** The size of the weights at the start. */
  readonly start: number;
  /** The gradient at a step of `steps`, from 0, of a weight whose gradients have the given size. */
  readonly gradient: (random: Stream, at: { readonly step: number; readonly steps: number }) => number;
}

const ordinary = (random: Stream): number => 0.3 + random.normal();

const kinds: Readonly<Record<GradientKind, Kind>> = {
  ordinary: { title: 'ordinary gradients', start: 1, gradient: ordinary },
  sparse: {
    title: 'sparse gradients, four of five 0',
    start: 1,
    gradient: (random) => (random.uniform() < 0.8 ? 0 : ordinary(random)),
  },
  zero: {
    title: 'zero gradients, then others, then zero',
    start: 1,
    gradient: (random, { step, steps }) =>
      step < steps / 4 || step >= (3 * steps) / 4 ? 0 : ordinary(random),
  },
  huge: { title: 'huge gradients, about 1e8', start: 1, gradient: (random) => 1e8 * ordinary(random) },
  tiny: { title: 'tiny gradients, about 1e-8', start: 1e-6, gradient: (random) => 1e-8 * ordinary(random) },
  alternating: {
    title: 'gradients that change their sign',
    start: 1,
    gradient: (random, { step }) => (step % 2 === 0 ? 1 : -1) * Math.abs(ordinary(random)),
  },
};

/** What a regime is, as it follows "with". */
export const titleOf = (regime: GradientKind): string => kinds[regime].title;

/** The sizes of a weight's gradients, in turn: an optimizer treats weights on their own, whatever their neighbours. */
const SIZES = [1, 0.1, 0.3, 3, 0.03];

/** The gradients of a regime: the same in every process. */
export function gradientPath(regime: GradientKind, steps: number): GradientPath {
  const random = stream(1, 'gradients of a check', regime);
  const { start, gradient } = kinds[regime];
  const shapes = SHAPES.map((shape) => ({ shape, size: sizeOf(shape) }));
  const starts = shapes.map(({ shape, size }) => ({
    shape,
    values: Array.from({ length: size }, () => Math.fround(start * random.normal())),
  }));
  const gradients = Array.from({ length: steps }, (_, step) =>
    shapes.map(({ size }) =>
      Array.from({ length: size }, (_, i) =>
        Math.fround(SIZES[i % SIZES.length]! * gradient(random, { step, steps })),
      ),
    ),
  );
  return { starts, gradients };
}

/** Ordinary gradients of which the last tensor has none at first, and the first tensor none for a while. */
export function gradientsMissing(steps: number): GradientPath {
  const { starts, gradients } = gradientPath('ordinary', steps);
  const middle = Math.floor(steps / 2);
  const absent = (step: number, tensor: number): boolean =>
    (tensor === SHAPES.length - 1 && step < 3) || (tensor === 0 && step >= middle && step < middle + 3);
  return {
    starts,
    gradients: gradients.map((tensors, step) =>
      tensors.map((values, tensor) => (absent(step, tensor) ? null : values)),
    ),
  };
}
