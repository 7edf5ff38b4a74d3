import { checkArrays } from '../ports.ts';
import type { Arrays, Port, Session } from '../session.ts';
import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { type Addon, type CompileOptions, compileAddon } from './compiler.ts';
import { type CompiledGraph, emitGraph } from './emit.ts';

/**
 * Compiles a graph to C and loads it.
 *
 * @param options For what and with what to compile; `machineOptions` gives those of this machine.
 * @throws Unsupported when an operation has no form.
 * @throws NosError `engine` when compiling fails.
 */
export async function openNativeSession(
  outputs: Readonly<Record<string, Tensor>>,
  inputs: readonly Port[],
  ports: readonly Port[],
  options: CompileOptions,
): Promise<Session> {
  const graph = emitGraph(outputs, options.target);
  return new NativeSession(graph, await compileAddon(graph.text, options), inputs, ports);
}

/** A session on a compiled graph. */
class NativeSession implements Session {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly #graph: CompiledGraph;
  readonly #addon: Addon;
  #state: object | undefined;

  constructor(graph: CompiledGraph, addon: Addon, inputs: readonly Port[], outputs: readonly Port[]) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.#graph = graph;
    this.#addon = addon;
    this.#state = addon.create();
  }

  async run(feeds: Arrays, results: Arrays = {}): Promise<Record<string, Float32Array>> {
    checkArrays(this, feeds, results);
    if (this.#state === undefined) throw new Error('session: closed');
    const arrays: Record<string, Float32Array> = {};
    for (const { name, shape } of this.outputs)
      arrays[name] = results[name] ?? new Float32Array(sizeOf(shape));
    this.#addon.run(
      this.#state,
      ...this.#graph.inputs.map((name) => feeds[name]!),
      ...this.#graph.outputs.map((name) => arrays[name]!),
    );
    return arrays;
  }

  async close(): Promise<void> {
    if (this.#state !== undefined) this.#addon.destroy(this.#state);
    this.#state = undefined;
  }
}
