import { inputOperation } from './operations/input.ts';
import { describeShape, equalShapes, type Shape } from './shape.ts';
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

/** What computes a graph: onnxruntime, or C that this machine's compiler made of it. Their results differ by rounding. */
export type EngineName = 'onnxruntime' | 'native';

/** Hears of what takes seconds. */
export interface CompileWatch {
  /** Called before a graph is compiled to machine code; not if it was compiled before. */
  readonly onCompile?: (() => void) | undefined;
  /** Called every second while a compiler works: a sign of life. */
  readonly onWork?: (() => void) | undefined;
}

/**
 * Makes the graph of `outputs` ready to run.
 *
 * @throws RangeError when two inputs of one name differ in shape.
 * @throws Unsupported for the engine `native`, when an operation has no form there.
 * @throws NosError `engine` when the engine is not to be had on this machine.
 * @example const session = await createSession({ y: mul(input('x', [2]), scalar(3)) });
 */
export async function createSession(
  outputs: Readonly<Record<string, Tensor>>,
  engine: EngineName = 'onnxruntime',
  watch: CompileWatch = {},
): Promise<Session> {
  const inputs = inputPorts(Object.values(outputs));
  const ports = Object.entries(outputs).map(([name, { shape }]) => ({ name, shape }));
  if (engine === 'native') {
    const [{ openNativeSession }, { machineOptions }] = await Promise.all([
      import('./native/session.ts'),
      import('./native/compiler.ts'),
    ]);
    return openNativeSession(outputs, inputs, ports, { ...(await machineOptions()), ...watch });
  }
  // Imported when first needed: a command that trains nothing does not wait for the native library.
  const [{ lower }, { loadSession }] = await Promise.all([import('./lower.ts'), import('./onnx/session.ts')]);
  return loadSession(lower(outputs), inputs, ports);
}

export function inputPorts(outputs: readonly Tensor[]): Port[] {
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
