import { deriveKey, type Key } from '../../random/index.ts';
import { KINDS, type TensorKind } from '../language/kinds.ts';
import { evaluateScalar } from '../language/parts.ts';
import type { CompiledRule, Span, StartOptions, Stepper } from './compiled.ts';
import { fillDraw, stepKey } from './draws.ts';
import { orthogonalize } from './orth.ts';
import type { KindProgram, Program } from './program.ts';
import type { Bounds, Matrix } from './reduce.ts';

/** What one step reads, apart from weights and gradient. */
export interface StepInputs {
  /** State before the step, one array per slot; the kernel writes the state after it. */
  readonly slots: readonly Float32Array[];
  /** Functions of the step, rounded to float32. */
  readonly scalars: readonly number[];
  /** This step's random numbers, one array per draw. */
  readonly draws: readonly Float32Array[];
  /** The tensors that the program is for. */
  readonly tensors: readonly CountedPlace[];
  /** Where they lie, if they are all the weights. */
  readonly bounds: Bounds;
  readonly orthogonalize: typeof orthogonalize;
}

/** A tensor among the weights. */
export interface Place extends Matrix {
  readonly kind: TensorKind;
}

/** One of the tensors of a program. */
export interface CountedPlace extends Place {
  /** The rows and columns of those before it. */
  readonly rowsBefore: number;
  readonly columnsBefore: number;
}

/** w ← w − λ·u and the slots' update over the weights of some tensors; whether all new weights are finite. λ is a float32. */
export type Kernel = (
  weights: Float32Array,
  gradient: Float32Array,
  learningRate: number,
  context: StepInputs,
) => boolean;

/** A program with what computes its step. */
export type RunnableProgram = KindProgram & { readonly kernel: Kernel };

/** The rule that programs are, each for tensors of its kinds. */
export const runnable = (parts: readonly RunnableProgram[]): CompiledRule => ({
  slots: parts.reduce((sum, { program }) => sum + program.slots.length, 0),
  start: (options) => startPrograms(parts, options),
});

/** Starts a training: what the compiled step and the interpreter share, which is all but the kernels. */
export function startPrograms(parts: readonly RunnableProgram[], options: StartOptions): Stepper {
  const { size, steps, seed } = options;
  checkCount('size', size);
  checkCount('steps', steps);
  checkCount('seed', seed);
  const places = placesOf(options);
  const bounds = boundsOf(options);
  const started = parts.flatMap(({ kinds, program, kernel }) => {
    const tensors = counted(places.filter(({ kind }) => kinds.includes(kind)));
    if (program.nodes.some(({ kind }) => kind === 'matrix')) checkMatrices(tensors);
    if (tensors.length === 0 && kinds.length < KINDS.length) return [];
    return [
      {
        ...{ program, kernel, tensors },
        slots: program.slots.map(
          ({ extent }) => new Float32Array(extent === 'weight' ? size : countOf(tensors, extent)),
        ),
        draws: program.draws.map(() => new Float32Array(size)),
        keys: program.draws.map(({ text }) => deriveKey(seed, 'draw', text)),
      },
    ];
  });
  let t = 0;
  const readout = started.some(({ program }) => program.readout !== undefined) && new Float32Array(size);
  return {
    readout(weights) {
      if (!readout || t === 0) return weights;
      for (const { program, tensors, slots } of started) {
        const values = slots[program.readout!]!;
        for (const { begin, end } of tensors) readout.set(values.subarray(begin, end), begin);
      }
      return readout;
    },
    step(weights, gradient, learningRate) {
      if (weights.length !== size || gradient.length !== size) {
        throw new RangeError(
          `expected ${size} weights and gradients, got ${weights.length}, ${gradient.length}`,
        );
      }
      t += 1;
      let finite = true;
      for (const { program, kernel, tensors, slots, draws, keys } of started) {
        fillDraws(program, keys, t, draws);
        const scalars = program.scalars.map((e) =>
          Math.fround(evaluateScalar(e, { t, T: steps, lr: learningRate })),
        );
        const context = { slots, scalars, draws, tensors, bounds, orthogonalize };
        finite = kernel(weights, gradient, Math.fround(learningRate), context) && finite;
      }
      return finite;
    },
  };
}

/**
 * Where the tensors of a training lie, in their order.
 *
 * @throws RangeError unless the tensors are all the weights, each once, of the rows, columns and kinds that there can be.
 */
export function placesOf({ size, tensors }: Pick<StartOptions, 'size' | 'tensors'>): readonly Place[] {
  if (tensors === undefined) return size === 0 ? [] : [placeOf({ offset: 0, size })];
  const places = tensors.toSorted(byOffset).map(placeOf);
  let total = 0;
  for (const { begin, end } of places) {
    if (begin !== total || !(Number.isSafeInteger(end) && end > begin)) {
      throw new RangeError(`tensors: expected one at ${total}, got ${end - begin} weights at ${begin}`);
    }
    total = end;
  }
  if (total === size) return places;
  throw new RangeError(`tensors: expected ${size} weights in all, got ${total}`);
}

/** The places of a program's tensors, in their order. */
export function counted(places: readonly Place[]): readonly CountedPlace[] {
  let [rowsBefore, columnsBefore] = [0, 0];
  return places.map((place) => {
    const known = { ...place, rowsBefore, columnsBefore };
    rowsBefore += place.rows;
    columnsBefore += place.columns;
    return known;
  });
}

/** How many values of an extent a program's tensors have. */
export function countOf(tensors: readonly Place[], extent: 'network' | 'tensor' | 'row' | 'column'): number {
  if (extent === 'network') return 1;
  if (extent === 'tensor') return tensors.length;
  return tensors.reduce((sum, { rows, columns }) => sum + (extent === 'row' ? rows : columns), 0);
}

function checkMatrices(tensors: readonly Place[]): void {
  const vector = tensors.find(({ kind }) => kind === 'vectors');
  if (vector === undefined) return;
  throw new RangeError(`tensors: expected a matrix for orth, got a vector at ${vector.begin}`);
}

function placeOf(span: Span): Place {
  const { offset, size, rows, columns } = span;
  const kind = span.kind ?? (rows === undefined ? 'vectors' : 'matrices');
  if (!KINDS.includes(kind)) {
    throw new RangeError(`tensors: expected one of ${KINDS.join(', ')}, got the kind ${kind}`);
  }
  const shape = { rows: rows ?? size / (columns ?? 1), columns: columns ?? size / (rows ?? size) };
  const isShape = Object.values(shape).every((count) => Number.isSafeInteger(count) && count > 0);
  if (size > 0 && !(isShape && shape.rows * shape.columns === size)) {
    throw new RangeError(`tensors: expected ${size} weights at ${offset}, got ${rows} rows of ${columns}`);
  }
  return { begin: offset, end: offset + size, ...shape, kind };
}

/** Where the tensors of a training lie, as {@link placesOf} has them: tensor k from bound k to before bound k + 1. */
export const boundsOf = (options: Pick<StartOptions, 'size' | 'tensors'>): Bounds => [
  0,
  ...placesOf(options).map(({ end }) => end),
];

const byOffset = (a: Span, b: Span): number => a.offset - b.offset;

function fillDraws(program: Program, keys: readonly Key[], t: number, draws: readonly Float32Array[]): void {
  program.draws.forEach((draw, i) => {
    fillDraw(draw, stepKey(keys[i] as Key, t), draws[i] as Float32Array);
  });
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`${name}: expected a non-negative integer, got ${value}`);
}
