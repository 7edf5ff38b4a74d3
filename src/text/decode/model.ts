/**
 * What decoding asks of a network that writes a sentence token by token. A *row* is one sentence being written; their number
 * never changes while a batch is decoded, so that a network of fixed shapes will do.
 */
export interface StepModel<State> {
  /** Tokens are 0…vocabulary−1. */
  readonly vocabulary: number;
  /**
   * Reads one token into each row and says what may come next.
   *
   * @param tokens [rows].
   */
  next(state: State, tokens: Int32Array): Promise<DecodingStep<State>>;
  /** The state whose row r is row `rows[r]` of `state`; a row may be taken more than once, or never. */
  reorder(state: State, rows: Int32Array): State;
}

export interface DecodingStep<State> {
  /** [rows, vocabulary]: log-probabilities of the next token. */
  readonly logProbabilities: Float32Array;
  /**
   * [rows, source positions]: how much each source position was attended to in this step; sums to 1 per row. Only the
   * coverage penalty needs it.
   */
  readonly attention?: Float32Array;
  readonly state: State;
}

/** The tokens that begin and end every sentence, and the length at which writing stops. */
export interface Limits {
  readonly begin: number;
  readonly end: number;
  /** Tokens written at most, the end counted. */
  readonly maximumLength: number;
}

/** A sentence that was written. */
export interface Written {
  /** The sentence's tokens, without begin and end. */
  readonly tokens: readonly number[];
  /** Σ log P of its tokens, the end counted, in float64. */
  readonly logProbability: number;
  /** Whether it ends by the end token; else it was cut off at the greatest length. */
  readonly ended: boolean;
}
