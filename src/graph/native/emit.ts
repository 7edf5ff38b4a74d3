import { sizeOf } from '../shape.ts';
import { optimize } from '../simplify/optimize.ts';
import type { Tensor } from '../tensor.ts';
import { addon } from './addon.ts';
import { ImageMemory } from './image-memory.ts';
import { KERNEL_HELPERS } from './kernels.ts';
import { formOf, layOut } from './layout.ts';
import { emitImageLoop } from './loops.ts';
import { planArena } from './memory.ts';
import { prelude } from './prelude.ts';
import { CompiledProgram, type Emission, givenBuffer, rowMajor } from './program.ts';
import { schedule } from './schedule.ts';
import type { Processor } from './target.ts';
import { emitCopy, emitTensor, tensorsAfter } from './tensors.ts';
import { range } from './text.ts';

/** A graph as a file of C. */
export interface CompiledGraph {
  readonly text: string;
  /** Names of inputs and outputs, in the order of the addon's arrays. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Statements of one function of C: compilers take more than proportionally long over long functions. */
const STATEMENTS = 200;

/**
 * Compiles a graph to C. Equal graphs give equal text: it holds numbers and our own names only.
 *
 * @throws Unsupported when an operation has no form.
 */
export function emitGraph(outputs: Readonly<Record<string, Tensor>>, target: Processor): CompiledGraph {
  const layout = layOut(optimize(Object.values(outputs)));
  const program = new CompiledProgram(target);
  const inputs = layout.order.filter((node) => formOf(node).kind === 'input');
  const inputNames = [...new Set(inputs.map((node) => String(node.attributes.name)))];
  const outputBuffers = layout.outputs.map((node, i) =>
    givenBuffer(`p[${inputNames.length + i}]`, sizeOf(node.shape)),
  );
  const given = new Map(
    inputs.map((node) => [
      node,
      givenBuffer(`p[${inputNames.indexOf(String(node.attributes.name))}]`, sizeOf(node.shape)),
    ]),
  );
  layout.outputs.forEach((node, i) => {
    if (!given.has(node)) given.set(node, outputBuffers[i]!);
  });
  const emission: Emission = {
    program,
    layout,
    schedule: schedule(layout),
    users: usersOf(layout.order),
    ids: new Map(layout.order.map((node, i) => [node, i])),
    given,
    values: new Map(),
    packed: new Map(),
  };
  const memory = new ImageMemory(program, layout, emission.schedule);
  for (const L of [-1, ...range(emission.schedule.loops.length)]) {
    if (L >= 0) emitImageLoop(emission, memory, L);
    for (const node of tensorsAfter(emission, L)) emitTensor(emission, node);
  }
  layout.outputs.forEach((node, i) => {
    const target = rowMajor(outputBuffers[i]!, node.shape);
    if (emission.values.get(node)?.buffer !== target.buffer) emitCopy(emission, node, target);
  });
  const sizes = [
    ...inputNames.map((name) => sizeOf(inputs.find((node) => node.attributes.name === name)!.shape)),
    ...layout.outputs.map((node) => sizeOf(node.shape)),
  ];
  return {
    text: fileOf(program, inputNames.length, sizes),
    inputs: inputNames,
    outputs: Object.keys(outputs),
  };
}

function usersOf(order: readonly Tensor[]): ReadonlyMap<Tensor, ReadonlySet<Tensor>> {
  const users = new Map<Tensor, Set<Tensor>>(order.map((node) => [node, new Set()]));
  for (const node of order) for (const x of node.inputs) users.get(x)!.add(node);
  return users;
}

function fileOf(program: CompiledProgram, inputs: number, sizes: readonly number[]): string {
  const used = program.buffers.filter((buffer) => buffer.last >= 0);
  const { offsets, bytes } = planArena(used);
  // The first bytes of the arena hold the mark of a failure.
  const macros = used.map(
    (buffer) => `#define ${buffer.name} ((float *)(A + ${128 + offsets.get(buffer)!}))`,
  );
  const chunks = range(Math.ceil(program.statements.length / STATEMENTS)).map((i) => {
    const statements = program.statements.slice(i * STATEMENTS, (i + 1) * STATEMENTS).join('\n  ');
    return `APART void step${i}(char *A, float *const *p) {\n  (void)A; (void)p;\n  ${statements}\n}`;
  });
  return `${prelude(program.target)}${KERNEL_HELPERS}
${macros.join('\n')}
${program.definitions.join('\n')}
${chunks.join('\n')}
static void step(char *A, float *const *p) {
  ${chunks.map((_, i) => `step${i}(A, p);`).join(' ')}
}
${addon({ inputs, sizes, bytes: 128 + bytes })}`;
}
