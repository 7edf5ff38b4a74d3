/** A fixed, named part of a data set. Examples are numbered 0…size−1, in an order that never changes. */
export interface Split {
  readonly size: number;
  /**
   * Writes the examples at `indices`, normalised, one after another: inputs [indices.length, …inputShape] and one-hot
   * targets [indices.length, classes]. @throws RangeError when an index is out of range or an array too short.
   */
  fill(indices: ArrayLike<number>, inputs: Float32Array, targets: Float32Array): void;
}

/** A data set for classification, in memory. */
export interface Dataset {
  readonly name: string;
  /** SHA-256 over what was loaded: two machines with equal checksums train on equal data. */
  readonly checksum: string;
  /** The shape of one example, for instance [3, 32, 32]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}
