import { createHash } from 'node:crypto';
import type { Split } from './dataset.ts';

/** Examples with numbers to be predicted, in memory. */
export interface RegressionArrays {
  /** [examples, …inputShape], already normalised. */
  readonly inputs: Float32Array;
  /** [examples, outputs], in the units that the network predicts. */
  readonly targets: Float32Array;
}

/** A data set of numbers to be predicted. Its splits fill targets [examples, outputs]. */
export interface RegressionDataset {
  readonly name: string;
  /** SHA-256 over what was loaded: two machines with equal checksums train on equal data. */
  readonly checksum: string;
  /** The shape of one example, for instance [13]. */
  readonly inputShape: readonly number[];
  /** Numbers to be predicted per example. */
  readonly outputs: number;
  /** What 1 of each output is in the units of the source, if targets were normalised; errors are reported in these. Default: 1 each. */
  readonly targetScales?: readonly number[];
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}

/** What a data set for regression is made of. */
export interface RegressionParts
  extends Omit<RegressionDataset, 'checksum' | 'train' | 'validation' | 'test'> {
  readonly train: RegressionArrays;
  readonly validation: RegressionArrays;
  readonly test: RegressionArrays;
}

/**
 * A data set for regression, made of arrays.
 *
 * @throws RangeError when a split's inputs do not fit its targets.
 * @example regressionDataset({ name: 'line', inputShape: [1], outputs: 1, train, validation, test })
 */
export function regressionDataset(parts: RegressionParts): RegressionDataset {
  const { name, inputShape, outputs, targetScales } = parts;
  const hash = createHash('sha256').update(JSON.stringify([inputShape, outputs, targetScales ?? null]));
  const values = inputShape.reduce((product, n) => product * n, 1);
  const split = (part: 'train' | 'validation' | 'test'): Split => {
    const { inputs, targets } = parts[part];
    const size = targets.length / outputs;
    if (!Number.isInteger(size) || inputs.length !== size * values) {
      const got = `${inputs.length} inputs and ${targets.length} targets`;
      throw new RangeError(
        `${part}: expected ${values} inputs and ${outputs} targets per example, got ${got}`,
      );
    }
    for (const array of [inputs, targets])
      hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return { size, fill: filler(parts[part], { size, values, outputs }) };
  };
  const [train, validation, test] = [split('train'), split('validation'), split('test')];
  return {
    ...{ name, checksum: hash.digest('hex'), inputShape, outputs },
    ...(targetScales && { targetScales }),
    ...{ train, validation, test },
  };
}

function filler(
  { inputs, targets }: RegressionArrays,
  { size, values, outputs }: { readonly size: number; readonly values: number; readonly outputs: number },
): Split['fill'] {
  return (indices, intoInputs, intoTargets) => {
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      if (!(index < size)) throw new RangeError(`example ${index}: expected an index from 0 to ${size - 1}`);
      intoInputs.set(inputs.subarray(index * values, (index + 1) * values), i * values);
      intoTargets.set(targets.subarray(index * outputs, (index + 1) * outputs), i * outputs);
    }
  };
}
