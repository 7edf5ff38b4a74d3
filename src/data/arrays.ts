import { createHash } from 'node:crypto';
import type { Dataset, Split } from './dataset.ts';

/** Labelled examples in memory. */
export interface LabelledArrays {
  /** [examples, …inputShape], already normalised. */
  readonly inputs: Float32Array;
  /** The class of each example, 0…classes−1. */
  readonly labels: ArrayLike<number>;
}

/**
 * A data set made of arrays; the shortest way to a task of one's own.
 *
 * @throws RangeError when a split's inputs do not fit its labels, or a label is no class.
 * @example arrayDataset({ name: 'mine', inputShape: [2], classes: 2, train, validation, test })
 */
export function arrayDataset(options: {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly train: LabelledArrays;
  readonly validation: LabelledArrays;
  readonly test: LabelledArrays;
}): Dataset {
  const { name, inputShape, classes } = options;
  const hash = createHash('sha256').update(JSON.stringify([inputShape, classes]));
  const split = (part: 'train' | 'validation' | 'test'): Split => {
    const { inputs, labels } = options[part];
    const values = inputShape.reduce((product, n) => product * n, 1);
    check(part, inputs.length, labels, values, classes);
    hash.update(new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength));
    hash.update(Uint32Array.from(labels));
    return arraySplit(inputs, labels, values, classes);
  };
  const [train, validation, test] = [split('train'), split('validation'), split('test')];
  return { name, checksum: hash.digest('hex'), inputShape, classes, train, validation, test };
}

function arraySplit(inputs: Float32Array, labels: ArrayLike<number>, values: number, classes: number): Split {
  const fill = (indices: ArrayLike<number>, into: Float32Array, targets: Float32Array): void => {
    targets.fill(0, 0, indices.length * classes);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      const label = labels[index];
      if (label === undefined) {
        throw new RangeError(`example ${index}: expected an index from 0 to ${labels.length - 1}`);
      }
      into.set(inputs.subarray(index * values, (index + 1) * values), i * values);
      targets[i * classes + label] = 1;
    }
  };
  return { size: labels.length, fill };
}

function check(
  part: string,
  inputs: number,
  labels: ArrayLike<number>,
  values: number,
  classes: number,
): void {
  if (inputs !== labels.length * values) {
    const expected = `${labels.length} examples of ${values} numbers`;
    throw new RangeError(`${part}: expected inputs for ${expected}, got ${inputs} numbers`);
  }
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `${part}: label ${label} of example ${i}: expected a class from 0 to ${classes - 1}`,
      );
    }
  }
}
