import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { KINDS } from '../language/kinds.ts';
import type { CompiledRule } from './compiled.ts';
import { lastPass, passesOf, reductionPasses, type TensorPass } from './extents.ts';
import { elements, inputs, randoms, reduced } from './javascript.ts';
import {
  type ElementNode,
  type KindProgram,
  lowerKinds,
  type Node,
  type Program,
  type RandomNode,
} from './program.ts';
import { type Kernel, runnable } from './run.ts';

/**
 * The rule's canonical form as one JavaScript loop over the weights, every operation rounded to float32.
 *
 * @example
 * const stepper = compileRule(parseRule('acc(g, 0.9)')).start({ size: 2, steps: 100, seed: 0 });
 * stepper.step(weights, gradient, 1e-2);
 */
export function compileRule(e: Expression): CompiledRule {
  return runnable(lowerKinds(canonicalize(e)).map((part) => ({ ...part, kernel: javascriptKernel(part) })));
}

/** The step of a program as a function in JavaScript. */
export function javascriptKernel({ program, kinds }: KindProgram): Kernel {
  const text = emit(program, kinds.length === KINDS.length);
  // The text is made of the table's operations, names like n7, and numbers: nothing that a user wrote.
  return new Function('weights', 'gradient', 'rate', 'context', text) as Kernel;
}

/** The body of the step function; `whole`: the program is that of all tensors. */
function emit(program: Program, whole: boolean): string {
  const { scalars, slots, draws } = program;
  const index = (_: unknown, i: number): number => i;
  const reduces = reductionPasses(program) > 0;
  return [
    "'use strict';",
    ...scalars.map(index).map((i) => `const c${i} = context.scalars[${i}];`),
    ...slots.map(index).map((i) => `const s${i} = context.slots[${i}];`),
    ...draws.map(index).map((i) => `const d${i} = context.draws[${i}];`),
    'let defect = 0;',
    ...(reduces ? emitTensors(program, whole) : whole ? emitAll(program) : emitParts(program)),
    'return defect === 0;',
  ].join('\n');
}

const emitAll = (program: Program): readonly string[] =>
  emitStep(program, [...program.nodes.keys()], '0', 'weights.length');

/** Tensors of some kinds, of which nothing is reduced. */
const emitParts = (program: Program): readonly string[] => [
  'for (const { begin, end } of context.tensors) {',
  ...emitStep(program, [...program.nodes.keys()], 'begin', 'end'),
  '}',
];

/** The loop that ends the step of some weights. */
function emitStep(
  program: Program,
  wanted: readonly number[],
  begin: string,
  end: string,
): readonly string[] {
  const { slots, result } = program;
  return [
    `for (let i = ${begin}; i < ${end}; i++) {`,
    ...wanted.flatMap((i) => emitNode(program, program.nodes[i]!, i)),
    ...slots.flatMap(({ next, extent }, i) =>
      extent === 'weight' ? [`s${i}[i] = ${name(program, next)};`] : [],
    ),
    `const updated = Math.fround(${inputs.w} - Math.fround(rate * ${name(program, result)}));`,
    'weights[i] = updated;',
    // x − x is 0 for a finite x and NaN for any other.
    'defect += updated - updated;',
    '}',
  ];
}

/** Tensor by tensor, a loop per pass of reductions and one for the step. */
function emitTensors(program: Program, whole: boolean): readonly string[] {
  const { nodes, slots } = program;
  const once = (perTensor: readonly number[]): readonly string[] =>
    perTensor.flatMap((i) => emitNode(program, nodes[i]!, i, 'k'));
  const pass = ({ perTensor, reductions, wanted }: TensorPass): readonly string[] => [
    ...once(perTensor),
    ...reductions.map(({ i }) => `p${i}.fill(0);`),
    'for (let i = begin; i < end; i++) {',
    ...wanted.flatMap((i) => emitNode(program, nodes[i]!, i)),
    ...reductions.map(({ node, i }) =>
      reduced(node.operation).add(`p${i}[(i - begin) & 7]`, name(program, node.args[0])),
    ),
    '}',
    ...reductions.map(
      ({ node, i }) => `const n${i} = ${reduced(node.operation).finish(`p${i}`, '(end - begin)')};`,
    ),
  ];
  const passes = passesOf(program);
  const last = lastPass(program);
  return [
    ...passes.flatMap(({ reductions }) => reductions.map(({ i }) => `const p${i} = new Float64Array(8);`)),
    ...(whole
      ? [
          'const bounds = context.bounds;',
          'for (let k = 0; k + 1 < bounds.length; k++) {',
          'const begin = bounds[k], end = bounds[k + 1];',
        ]
      : ['for (const [k, { begin, end }] of context.tensors.entries()) {']),
    ...passes.flatMap(pass),
    ...once(last.perTensor),
    ...emitStep(program, last.wanted, 'begin', 'end'),
    ...slots.flatMap(({ next, extent }, i) =>
      extent === 'tensor' ? [`s${i}[k] = ${name(program, next)};`] : [],
    ),
    '}',
  ];
}

/** How later nodes write a node: literals and scalars in place, all others by their variable. */
function name({ nodes }: Program, i: number): string {
  const node = nodes[i] as Node;
  if (node.kind === 'scalar') return `c${node.index}`;
  if (node.kind !== 'literal') return `n${i}`;
  const text = Object.is(node.value, -0) ? '-0' : String(node.value);
  return text.startsWith('-') ? `(${text})` : text;
}

/** The statement that computes a node at weight, or tensor, `at`. Reductions have their own. */
function emitNode(program: Program, node: Node, i: number, at: 'i' | 'k' = 'i'): readonly string[] {
  const assign = (text: string): readonly string[] => [`const n${i} = ${text};`];
  const args = (of: ElementNode | RandomNode): readonly string[] => of.args.map((arg) => name(program, arg));
  switch (node.kind) {
    case 'literal':
    case 'scalar':
    case 'reduction':
      return [];
    case 'input':
      return assign(inputs[node.name]);
    case 'previous':
      return assign(`s${node.slot}[${at}]`);
    case 'element':
      return assign(elements[node.operation.name](args(node), node.parameters));
    case 'random':
      return assign(randoms[node.operation.name]([`d${node.draw}[i]`, ...args(node)], node.parameters));
  }
}
