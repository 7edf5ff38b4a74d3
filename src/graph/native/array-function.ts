import { addon } from './addon.ts';
import { compileAddon, machineOptions } from './compiler.ts';
import { prelude } from './prelude.ts';

/** A function over arrays in C. */
export interface ArrayFunctionText {
  /** Functions that the statements call. */
  readonly helpers?: string;
  /** Statements over `p[0]`, `p[1]`, …: pointers to the floats of the inputs, then of the outputs, which may also be read. */
  readonly body: string;
  /** Length of each input and output. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/**
 * Compiles a function for this machine. Subnormal numbers stay what they are.
 *
 * @returns The function of the inputs and outputs. It throws a RangeError for arrays of other lengths, or outputs that overlap.
 * @throws NosError `engine` without a compiler, on a processor that is not compiled for, or when compiling fails.
 */
export async function compileArrayFunction({
  helpers = '',
  body,
  inputs,
  outputs,
}: ArrayFunctionText): Promise<(...arrays: readonly Float32Array[]) => void> {
  const options = await machineOptions();
  const end = addon({
    inputs: inputs.length,
    sizes: [...inputs, ...outputs],
    bytes: 128,
    keepsSubnormals: true,
  });
  const step = `static void step(char *A, float *const *p) {\n  (void)A;\n  ${body}\n}`;
  const { create, run } = await compileAddon(`${prelude(options.target)}${helpers}${step}${end}`, options);
  const state = create();
  return (...arrays) => run(state, ...arrays);
}
