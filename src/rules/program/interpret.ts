import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import type { InputName } from '../language/operations.ts';
import type { CompiledRule } from './compiled.ts';
import { orthogonalize } from './orth.ts';
import { lowerKinds, type Node, type Program } from './program.ts';
import { firstOfEach, reduceInto, spread } from './reduce.ts';
import { countOf, runnable, type StepInputs } from './run.ts';

/**
 * The same meaning as {@link compileRule}, to the bit, without making code: for pages that forbid it, and as the
 * compiled step's independent check. Node by node over all weights.
 */
export function interpretRule(e: Expression): CompiledRule {
  return runnable(
    lowerKinds(canonicalize(e)).map(({ kinds, program }) => ({
      kinds,
      program,
      kernel: (...step) => interpretStep(program, ...step),
    })),
  );
}

const interpretStep = (
  program: Program,
  weights: Float32Array,
  gradient: Float32Array,
  learningRate: number,
  context: StepInputs,
): boolean => {
  const values = evaluateNodes(program, weights, gradient, learningRate, context);
  program.slots.forEach(({ next, extent }, i) => {
    const [slot, value] = [context.slots[i]!, values[next]!];
    if (extent === 'weight') slot.set(value);
    else if (extent === 'network') slot.fill(value[0]!);
    else slot.set(context.tensors.flatMap((tensor) => firstOfEach(value, extent, tensor)));
  });
  const direction = values[program.result]!;
  const readout = program.readout === undefined ? undefined : context.slots[program.readout];
  return context.tensors
    .map(
      ({ begin, end }) =>
        descend(weights.subarray(begin, end), direction.subarray(begin, end), learningRate) &&
        (readout?.subarray(begin, end).every(Number.isFinite) ?? true),
    )
    .every(Boolean);
};

/** The value of every node at every weight, also of one that has a number per tensor or for all. Nothing that is read is written. */
function evaluateNodes(
  program: Program,
  weights: Float32Array,
  gradient: Float32Array,
  learningRate: number,
  context: StepInputs,
): readonly Float32Array[] {
  const inputs: Readonly<Record<InputName, Float32Array>> = { g: gradient, w: weights };
  const values: Float32Array[] = [];
  for (const node of program.nodes) {
    const out = new Float32Array(weights.length);
    if (node.kind === 'input') out.set(inputs[node.name]);
    else if (node.kind === 'previous') {
      const slot = context.slots[node.slot]!;
      const { extent } = program.slots[node.slot]!;
      if (extent === 'weight') out.set(slot);
      else if (extent === 'network') out.fill(slot[0]!);
      else {
        let from = 0;
        for (const tensor of context.tensors) {
          const count = countOf([tensor], extent);
          spread(slot.subarray(from, from + count), extent, tensor, out);
          from += count;
        }
      }
    } else if (node.kind === 'updated') {
      out.set(weights);
      descend(out, values[node.args[0]]!, learningRate);
    } else if (node.kind === 'reduction') {
      reduceInto(out, node.operation, values[node.args[0]]!, context.tensors);
    } else if (node.kind === 'matrix') {
      const x = values[node.args[0]]!;
      for (const { begin, end, rows, columns } of context.tensors)
        out.set(orthogonalize(x.subarray(begin, end), rows, columns), begin);
    } else fill(out, node, values, context);
    values.push(out);
  }
  return values;
}

type Filled = Exclude<Node, { kind: 'input' | 'previous' | 'updated' | 'reduction' | 'matrix' }>;

/** Storing rounds to float32, once per operation. */
function fill(out: Float32Array, node: Filled, values: readonly Float32Array[], context: StepInputs): void {
  if (node.kind === 'literal') {
    out.fill(node.value);
    return;
  }
  if (node.kind === 'scalar') {
    out.fill(context.scalars[node.index] as number);
    return;
  }
  const sources = node.args.map((arg) => values[arg] as Float32Array);
  const args = sources.map(() => 0);
  for (let i = 0; i < out.length; i++) {
    for (let k = 0; k < args.length; k++) args[k] = (sources[k] as Float32Array)[i] as number;
    out[i] =
      node.kind === 'element'
        ? node.operation.float64(args, node.parameters)
        : node.operation.float64(
            (context.draws[node.draw] as Float32Array)[i] as number,
            args,
            node.parameters,
          );
  }
}

function descend(weights: Float32Array, direction: Float32Array, learningRate: number): boolean {
  let finite = true;
  for (let i = 0; i < weights.length; i++) {
    const change = Math.fround(learningRate * (direction[i] as number));
    const updated = Math.fround((weights[i] as number) - change);
    weights[i] = updated;
    finite &&= Number.isFinite(updated);
  }
  return finite;
}
