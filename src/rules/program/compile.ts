import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import type { CompiledRule } from './compiled.ts';
import { elements, inputs, randoms } from './javascript.ts';
import { type ElementNode, lowerRule, type Node, type Program, type RandomNode } from './program.ts';
import { type Kernel, startProgram } from './run.ts';

/**
 * The rule's canonical form as one JavaScript loop over the weights, every operation rounded to float32.
 *
 * @example
 * const stepper = compileRule(parseRule('acc(g, 0.9)')).start({ size: 2, steps: 100, seed: 0 });
 * stepper.step(weights, gradient, 1e-2);
 */
export function compileRule(e: Expression): CompiledRule {
  const program = lowerRule(canonicalize(e));
  const kernel = javascriptKernel(program);
  return { slots: program.slots.length, start: (options) => startProgram(program, kernel, options) };
}

export function javascriptKernel(program: Program): Kernel {
  // The text is made of the table's operations, names like n7, and numbers: nothing that a user wrote.
  return new Function('weights', 'gradient', 'rate', 'context', emit(program)) as Kernel;
}

/** The body of the step function. */
function emit(program: Program): string {
  const { nodes, scalars, slots, draws, result } = program;
  const index = (_: unknown, i: number): number => i;
  return [
    "'use strict';",
    ...scalars.map(index).map((i) => `const c${i} = context.scalars[${i}];`),
    ...slots.map(index).map((i) => `const s${i} = context.slots[${i}];`),
    ...draws.map(index).map((i) => `const d${i} = context.draws[${i}];`),
    'let defect = 0;',
    'for (let i = 0; i < weights.length; i++) {',
    ...nodes.flatMap((node, i) => emitNode(program, node, i)),
    ...slots.map(({ next }, i) => `s${i}[i] = ${name(program, next)};`),
    `const updated = Math.fround(${inputs.w} - Math.fround(rate * ${name(program, result)}));`,
    'weights[i] = updated;',
    // x − x is 0 for a finite x and NaN for any other.
    'defect += updated - updated;',
    '}',
    'return defect === 0;',
  ].join('\n');
}

/** How later nodes write a node: literals and scalars in place, all others by their variable. */
function name({ nodes }: Program, i: number): string {
  const node = nodes[i] as Node;
  if (node.kind === 'scalar') return `c${node.index}`;
  if (node.kind !== 'literal') return `n${i}`;
  const text = Object.is(node.value, -0) ? '-0' : String(node.value);
  return text.startsWith('-') ? `(${text})` : text;
}

function emitNode(program: Program, node: Node, i: number): readonly string[] {
  const assign = (text: string): readonly string[] => [`const n${i} = ${text};`];
  const args = (of: ElementNode | RandomNode): readonly string[] => of.args.map((arg) => name(program, arg));
  switch (node.kind) {
    case 'literal':
    case 'scalar':
      return [];
    case 'input':
      return assign(inputs[node.name]);
    case 'previous':
      return assign(`s${node.slot}[i]`);
    case 'element':
      return assign(elements[node.operation.name](args(node), node.parameters));
    case 'random':
      return assign(randoms[node.operation.name]([`d${node.draw}[i]`, ...args(node)], node.parameters));
  }
}
