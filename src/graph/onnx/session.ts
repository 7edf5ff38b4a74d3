import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { type Engine, loadEngine } from '../../engine/index.ts';
import { checkArrays } from '../ports.ts';
import type { Arrays, Port, Session } from '../session.ts';
import { inputName, outputName } from './names.ts';

/** One thread, no spinning pool: workers are processes. `logSeverityLevel` 3: errors only. */
const OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Not 'all': that adds the undocumented blocked layout, whose conversions cost more than it gains (bench/step.mjs).
  graphOptimizationLevel: 'extended',
  enableCpuMemArena: true,
  enableMemPattern: false,
  logSeverityLevel: 3,
};

/** Loads a model written by `lower` into onnxruntime. */
export async function loadSession(
  model: Uint8Array,
  inputs: readonly Port[],
  outputs: readonly Port[],
): Promise<Session> {
  const engine = await loadEngine();
  const native = await engine.InferenceSession.create(model, OPTIONS);
  return new OnnxSession(native, engine.Tensor, inputs, outputs);
}

/** A port, and the wrappers of arrays seen at it: kept as long as the arrays, so that training loops make none. */
interface WrappedPort extends Port {
  readonly nativeName: string;
  readonly wrappers: WeakMap<Float32Array, Tensor>;
}

/** A session on a loaded model; checks what is handed in. */
class OnnxSession implements Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #native: InferenceSession;
  readonly #inputs: ReadonlyMap<string, WrappedPort>;
  readonly #outputs: ReadonlyMap<string, WrappedPort>;

  readonly #Tensor: Engine['Tensor'];

  constructor(
    native: InferenceSession,
    Tensor: Engine['Tensor'],
    inputs: readonly Port[],
    outputs: readonly Port[],
  ) {
    this.#native = native;
    this.#Tensor = Tensor;
    this.inputs = inputs;
    this.outputs = outputs;
    this.#inputs = new Map(inputs.map((port) => [port.name, wrapped(port, inputName(port.name))]));
    this.#outputs = new Map(outputs.map((port) => [port.name, wrapped(port, outputName(port.name))]));
  }

  async run(feeds: Arrays, results: Arrays = {}): Promise<Record<string, Float32Array>> {
    checkArrays(this, feeds, results);
    const values: Record<string, Tensor> = {};
    for (const port of this.#inputs.values()) {
      values[port.nativeName] = this.#wrap(port, feeds[port.name]!);
    }
    const fetches: Record<string, Tensor | null> = {};
    for (const port of this.#outputs.values()) {
      const array = results[port.name];
      fetches[port.nativeName] = array === undefined ? null : this.#wrap(port, array);
    }
    const computed = await this.#native.run(values, fetches);
    const arrays: Record<string, Float32Array> = {};
    for (const { name, nativeName } of this.#outputs.values()) {
      arrays[name] = results[name] ?? (computed[nativeName]!.data as Float32Array);
    }
    return arrays;
  }

  close(): Promise<void> {
    return this.#native.release();
  }

  #wrap({ shape, wrappers }: WrappedPort, array: Float32Array): Tensor {
    const known = wrappers.get(array);
    if (known !== undefined) return known;
    const wrapper = new this.#Tensor('float32', array, shape);
    wrappers.set(array, wrapper);
    return wrapper;
  }
}

function wrapped({ name, shape }: Port, nativeName: string): WrappedPort {
  return { name, shape, nativeName, wrappers: new WeakMap() };
}
