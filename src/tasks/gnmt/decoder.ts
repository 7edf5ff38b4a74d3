import { type Arrays, input, logSoftmax, SessionCache, type Tensor } from '../../graph/index.ts';
import type { Model } from '../../nn/index.ts';
import type { StepModel } from '../../text/index.ts';
import { decode, encode, type GnmtSizes, type Memory, memoryWidth } from './network.ts';

/** What a network remembers of sentences being written: arrays of [rows, …], one row a sentence. Never changed in place. */
export interface GnmtState {
  readonly rows: number;
  readonly arrays: Arrays;
}

/** A trained network that writes translations token by token, for greedy and beam search. */
export interface GnmtDecoder extends StepModel<GnmtState> {
  /**
   * Reads sentences.
   *
   * @param source [sentences, source length]: ended, and padded with 0.
   * @returns the state of one row a sentence.
   */
  encode(source: ArrayLike<number>): Promise<GnmtState>;
  close(): Promise<void>;
}

/** A decoder over trained weights. Sessions are made for each number of rows that is asked for, and kept. */
export function openGnmtDecoder(model: Model, sizes: GnmtSizes, weights: Float32Array): GnmtDecoder {
  const encoders = new SessionCache((batch) => encoderGraph(model, sizes, batch));
  const steps = new SessionCache((batch) => stepGraph(model, sizes, batch));
  return {
    vocabulary: sizes.targetVocabulary,
    encode: async (source) => {
      const rows = source.length / sizes.sourceLength;
      if (!Number.isInteger(rows) || rows < 1) {
        throw new RangeError(
          `source: expected sentences of ${sizes.sourceLength} tokens, got ${source.length} tokens`,
        );
      }
      const session = await encoders.of(rows);
      const memory = await session.run({ weights, source: Float32Array.from(source) });
      return { rows, arrays: { ...memory, ...zeroStates(sizes, rows) } };
    },
    next: async ({ rows, arrays }, tokens) => {
      const session = await steps.of(rows);
      const found = await session.run({ weights, tokens: Float32Array.from(tokens), ...arrays });
      const { logProbabilities, attention, ...states } = found as Record<string, Float32Array> &
        Readonly<Record<'logProbabilities' | 'attention', Float32Array>>;
      return { logProbabilities, attention, state: { rows, arrays: { ...arrays, ...renamed(states) } } };
    },
    reorder,
    close: async () => {
      await Promise.all([encoders.close(), steps.close()]);
    },
  };
}

function encoderGraph(model: Model, sizes: GnmtSizes, batch: number): Record<keyof Memory, Tensor> {
  const source = input('source', [batch, sizes.sourceLength]);
  const { values, keys, bias } = model.graph((nn) => encode(nn, source, sizes));
  return { values, keys, bias };
}

/** One step of the decoder: its new states come out under the names that they go in by, with NEW before them. */
function stepGraph(model: Model, sizes: GnmtSizes, batch: number): Record<string, Tensor> {
  const { sourceLength, width } = sizes;
  const memory: Memory = {
    values: input('values', [batch, sourceLength, memoryWidth(sizes)]),
    keys: input('keys', [batch, sourceLength, width]),
    bias: input('bias', [batch, sourceLength]),
  };
  const state = (name: string) => input(name, [batch, width]);
  const before = Array.from({ length: sizes.layers }, (_, i) => ({
    output: state(`output${i}`),
    cell: state(`cell${i}`),
  }));
  const tokens = input('tokens', [batch, 1]);
  const { logits, states, attention } = model.graph((nn) => decode(nn, tokens, memory, sizes, before));
  const after = states.flatMap(({ output, cell }, i) => [
    [`${NEW}output${i}`, output] as const,
    [`${NEW}cell${i}`, cell] as const,
  ]);
  return { logProbabilities: logSoftmax(logits), attention, ...Object.fromEntries(after) };
}

const NEW = 'new ';

function renamed(states: Arrays): Arrays {
  return Object.fromEntries(Object.entries(states).map(([name, array]) => [name.slice(NEW.length), array]));
}

function zeroStates({ layers, width }: GnmtSizes, rows: number): Arrays {
  const names = Array.from({ length: layers }, (_, i) => [`output${i}`, `cell${i}`]).flat();
  return Object.fromEntries(names.map((name) => [name, new Float32Array(rows * width)]));
}

function reorder({ rows: count, arrays }: GnmtState, rows: Int32Array): GnmtState {
  const moved = Object.entries(arrays).map(([name, array]) => {
    const size = array.length / count;
    const taken = new Float32Array(rows.length * size);
    for (let row = 0; row < rows.length; row++) {
      const from = rows[row] as number;
      taken.set(array.subarray(from * size, (from + 1) * size), row * size);
    }
    return [name, taken] as const;
  });
  return { rows: rows.length, arrays: Object.fromEntries(moved) };
}
