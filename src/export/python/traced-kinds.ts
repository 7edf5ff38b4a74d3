import type { KindsSource } from '../target.ts';
import { atom, LEVEL, within } from '../text.ts';
import { type KindsWriters, seesMatrices } from './kinds.ts';
import { functionsOf, traced } from './traced.ts';

/** The operations of a framework that has NumPy's under the name of a module, in the functions of plans. */
export function tracedKinds(
  module: string,
  own: Pick<KindsWriters, 'draw'> & Partial<Pick<KindsWriters, 'transposed' | 'count'>>,
): KindsWriters {
  const writer = traced(functionsOf(module), {
    parameter: (name) => name,
    gradient: 'grad',
    weight: 'param',
    rate: 'lr',
  });
  return {
    writers: writer.writers,
    scalars: { lines: writer.scalarLines, functions: writer.decayFunctions },
    reduce: (name, x, axis) =>
      axis === undefined ? `${module}.${name}(${x})` : `${module}.${name}(${x}, axis=${axis}, keepdims=True)`,
    square: (x) => `${module}.square(${x})`,
    root: (x) => `${module}.sqrt(${x})`,
    absolute: (x) => `${module}.abs(${x})`,
    sum: (x) => `${module}.sum(${x})`,
    largest: (x) => `${module}.max(${x})`,
    count: (x) => `${x}.size`,
    stacked: (numbers) => `${module}.stack(${numbers})`,
    full: ([x]) =>
      x!.scalar
        ? { text: `${within(x!, LEVEL.product)} * ${module}.ones_like(param)`, level: LEVEL.product }
        : atom(`${module}.broadcast_to(${x!.text}, param.shape)`),
    zeros: (of) => `${module}.zeros_like(${of})`,
    zero: `${module}.zeros((), param.dtype)`,
    copied: (x) => x,
    initialized: true,
    ...own,
  };
}

/** How a framework reshapes and transposes. */
export interface Shaping {
  readonly reshaped: (x: string, shape: string) => string;
  readonly transposed: (x: string) => string;
  /** Whether the outputs of a layer are the last axis of its weights, and not the first. */
  readonly outputsLast: boolean;
}

export const shaping = (
  module: string,
  transposed: (x: string) => string,
  outputsLast: boolean,
): Shaping => ({
  reshaped: (x, shape) => `${module}.reshape(${x}, ${shape})`,
  transposed,
  outputsLast,
});

/**
 * Functions of a module, two empty lines before each, if its rule sees matrices: `_matrix(x, kind)` gives a tensor as a matrix, and
 * `_tensor(matrix, like, kind)` a matrix as a tensor.
 */
export function shapingFunctions(
  source: KindsSource,
  { reshaped, transposed, outputsLast }: Shaping,
): readonly string[] {
  if (!seesMatrices(source)) return [];
  const first = `return ${reshaped('x', '(x.shape[0], -1)')}`;
  return [
    '',
    '',
    `def _matrix(x${outputsLast ? ', kind' : ''}):`,
    outputsLast
      ? '    """A tensor as a matrix: outputs by inputs, words by features, or one column."""'
      : '    """A tensor as a matrix: its first axis by all others, or one column."""',
    '    if len(x.shape) < 2:',
    `        return ${reshaped('x', '(-1, 1)')}`,
    ...(outputsLast
      ? [
          '    if kind == "embeddings":',
          `        ${first}`,
          `    return ${transposed(reshaped('x', '(-1, x.shape[-1])'))}`,
        ]
      : [`    ${first}`]),
    ...(outputsLast
      ? [
          '',
          '',
          'def _tensor(matrix, like, kind):',
          '    """A matrix as a tensor of that shape."""',
          '    if len(like.shape) > 1 and kind != "embeddings":',
          `        matrix = ${transposed('matrix')}`,
          `    return ${reshaped('matrix', 'like.shape')}`,
        ]
      : []),
  ];
}

/** The note of a docstring on what is a matrix. */
export const shapingNote = ({ outputsLast }: Shaping, embeddings: string): string =>
  outputsLast
    ? `A tensor of two or more axes is a matrix of its last axis, the outputs of a layer, by all others; a table of embeddings one of words by features; any other a vector, one column. ${embeddings}`
    : `A tensor of two or more axes is a matrix of its first axis, the outputs of a layer, by all others; any other is a vector, one column. ${embeddings}`;
