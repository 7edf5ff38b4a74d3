import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { lower } from './lower.ts';
import { inputOperation } from './operations/input.ts';
import { describeShape, equalShapes, type Shape, sizeOf } from './shape.ts';
import { isA, type Tensor } from './tensor.ts';
import { topologicalOrder } from './topology.ts';

/** An input or output of a session. */
export interface Port {
  readonly name: string;
  readonly shape: Shape;
}

/** A graph made ready to run, in float32 on one thread. The same feeds give the same bits. */
export interface Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Computes the outputs from a value for each input, row-major. Feeds are read in place. Outputs named in `results`
   * are written into those arrays, which must not overlap a feed or each other; the others come in fresh ones.
   *
   * @throws RangeError on a missing, unknown or wrongly sized feed or result.
   */
  run(feeds: Arrays, results?: Arrays): Promise<Record<string, Float32Array>>;
  /** Frees the session's memory. It cannot run afterwards. */
  close(): Promise<void>;
}

export type Arrays = Readonly<Record<string, Float32Array>>;

/** One thread, no spinning pool: workers are processes. `logSeverityLevel` 3: errors only. */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableCpuMemArena: true,
  enableMemPattern: false,
  logSeverityLevel: 3,
};

/**
 * Lowers the graph of `outputs` to ONNX and loads it.
 *
 * @throws RangeError when two inputs of one name differ in shape.
 * @example const session = await createSession({ y: mul(input('x', [2]), scalar(3)) });
 */
export async function createSession(outputs: Readonly<Record<string, Tensor>>): Promise<Session> {
  const inputs = inputPorts(Object.values(outputs));
  const native = await InferenceSession.create(lower(outputs), OPTIONS);
  return new OrtSession(
    native,
    inputs,
    Object.entries(outputs).map(([name, { shape }]) => ({ name, shape })),
  );
}

class OrtSession implements Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #native: InferenceSession;
  /** The wrapper of an array is kept as long as the array, so that training loops make none. */
  readonly #wrappers = new Map<Port, WeakMap<Float32Array, OrtTensor>>();

  constructor(native: InferenceSession, inputs: readonly Port[], outputs: readonly Port[]) {
    this.#native = native;
    this.inputs = inputs;
    this.outputs = outputs;
    for (const port of [...inputs, ...outputs]) this.#wrappers.set(port, new WeakMap());
  }

  async run(feeds: Arrays, results: Arrays = {}): Promise<Record<string, Float32Array>> {
    checkNames('input', this.inputs, feeds);
    checkNames('output', this.outputs, results);
    checkOverlap(feeds, results);
    const values: Record<string, OrtTensor> = {};
    for (const port of this.inputs) {
      const array = feeds[port.name];
      if (array === undefined) throw new RangeError(`session: input '${port.name}' has no value`);
      values[port.name] = this.#wrap('input', port, array);
    }
    const fetches: Record<string, OrtTensor | null> = {};
    for (const port of this.outputs) {
      const array = results[port.name];
      fetches[port.name] = array === undefined ? null : this.#wrap('output', port, array);
    }
    const computed = await this.#native.run(values, fetches);
    const arrays: Record<string, Float32Array> = {};
    for (const { name } of this.outputs)
      arrays[name] = results[name] ?? (computed[name]!.data as Float32Array);
    return arrays;
  }

  close(): Promise<void> {
    return this.#native.release();
  }

  #wrap(kind: string, port: Port, array: Float32Array): OrtTensor {
    const known = this.#wrappers.get(port)!;
    const wrapper = known.get(array);
    if (wrapper !== undefined) return wrapper;
    if (array.length !== sizeOf(port.shape)) {
      throw new RangeError(
        `session: ${kind} '${port.name}' has shape ${describeShape(port.shape)}: expected ${sizeOf(port.shape)} numbers, got ${array.length}`,
      );
    }
    const fresh = new OrtTensor('float32', array, port.shape);
    known.set(array, fresh);
    return fresh;
  }
}

function inputPorts(outputs: readonly Tensor[]): Port[] {
  const ports = new Map<string, Port>();
  for (const node of topologicalOrder(outputs)) {
    if (!isA(node, inputOperation)) continue;
    const { name, shape } = node.attributes;
    const known = ports.get(name);
    if (known !== undefined && !equalShapes(known.shape, shape)) {
      throw new RangeError(
        `session: input '${name}' has shapes ${describeShape(known.shape)} and ${describeShape(shape)}`,
      );
    }
    ports.set(name, { name, shape });
  }
  return [...ports.values()];
}

function checkNames(kind: string, ports: readonly Port[], arrays: Arrays): void {
  for (const name of Object.keys(arrays)) {
    if (!ports.some((port) => port.name === name)) {
      const known = ports.map((port) => port.name).join(', ');
      throw new RangeError(`session: no ${kind} '${name}'; known: ${known}`);
    }
  }
}

/** Results are written while feeds are still read. */
function checkOverlap(feeds: Arrays, results: Arrays): void {
  const written = Object.entries(results);
  written.forEach(([name, array], i) => {
    for (const [other, feed] of [...Object.entries(feeds), ...written.slice(i + 1)]) {
      if (overlap(array, feed))
        throw new RangeError(`session: result '${name}' overlaps '${other}' in memory`);
    }
  });
}

function overlap(a: Float32Array, b: Float32Array): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}
