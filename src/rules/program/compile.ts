import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { KINDS } from '../language/kinds.ts';
import type { CompiledRule } from './compiled.ts';
import { lastPass, passesOf, reducesNetwork, reductionPasses, type TensorPass } from './extents.ts';
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
    ...readoutOf(program).map((value) => `defect += ${value} - ${value};`),
    '}',
  ];
}

/** The variable of the weight to read out, if there is one. */
const readoutOf = (program: Program): readonly string[] =>
  program.readout === undefined ? [] : [name(program, program.slots[program.readout]!.next)];

/** Tensor by tensor, a loop per pass of reductions and one for the step; pass by pass, if a reduction is over all tensors. */
function emitTensors(program: Program, whole: boolean): readonly string[] {
  const { slots } = program;
  const passes = passesOf(program);
  const partials = passes.flatMap(({ reductions }) =>
    reductions.map(({ i }) => `const p${i} = new Float64Array(8);`),
  );
  const last = lastPass(program);
  const once = (wanted: readonly number[], at: 'k' | '0'): readonly string[] =>
    wanted.flatMap((i) => emitNode(program, program.nodes[i]!, i, at));
  const kept = (of: 'tensor' | 'network', at: 'k' | '0'): readonly string[] =>
    slots.flatMap(({ next, extent }, i) => (extent === of ? [`s${i}[${at}] = ${name(program, next)};`] : []));
  const step = [
    ...once(last.perTensor, 'k'),
    ...emitStep(program, last.wanted, 'begin', 'end'),
    ...kept('tensor', 'k'),
  ];
  if (!reducesNetwork(program)) {
    return [
      ...partials,
      ...(whole ? ['const bounds = context.bounds;'] : []),
      ...eachTensor(whole, [...passes.flatMap((pass) => emitPass(program, pass)), ...step]),
    ];
  }
  const perTensor = program.extents.flatMap((extent, i) => (extent === 'tensor' ? [i] : []));
  return [
    ...partials,
    'const bounds = context.bounds;',
    ...perTensor.map((i) => `const n${i} = new Float32Array(bounds.length - 1);`),
    ...passes.flatMap((pass) => {
      const overAll = pass.reductions.filter(({ node }) => node.operation.over === 'network');
      return [
        ...once(pass.perNetwork, '0'),
        ...overAll.map(({ i }) => `let a${i} = 0;`),
        ...eachTensor(true, emitPass(program, pass)),
        ...overAll.map(
          ({ node, i }) => `const n${i} = ${reduced(node.operation).finish(`a${i}`, 'weights.length')};`,
        ),
      ];
    }),
    ...once(last.perNetwork, '0'),
    ...eachTensor(true, step),
    ...kept('network', '0'),
  ];
}

const eachTensor = (whole: boolean, lines: readonly string[]): readonly string[] => [
  ...(whole
    ? ['for (let k = 0; k + 1 < bounds.length; k++) {', 'const begin = bounds[k], end = bounds[k + 1];']
    : ['for (const [k, { begin, end }] of context.tensors.entries()) {']),
  ...lines,
  '}',
];

/** A loop over the weights of a tensor that ends with reductions. */
function emitPass(program: Program, { perTensor, reductions, wanted }: TensorPass): readonly string[] {
  return [
    ...perTensor.flatMap((i) => emitNode(program, program.nodes[i]!, i, 'k')),
    ...reductions.map(({ i }) => `p${i}.fill(0);`),
    'for (let i = begin; i < end; i++) {',
    ...wanted.flatMap((i) => emitNode(program, program.nodes[i]!, i)),
    ...reductions.map(({ node, i }) =>
      reduced(node.operation).add(`p${i}[(i - begin) & 7]`, name(program, node.args[0])),
    ),
    '}',
    ...reductions.map(({ node, i }) => {
      const { joined, join, finish } = reduced(node.operation);
      return node.operation.over === 'network'
        ? join(`a${i}`, joined(`p${i}`))
        : `${declared(program, i)} = ${finish(joined(`p${i}`), '(end - begin)')};`;
    }),
  ];
}

/** Whether a node's values, one per tensor, are kept in an array: those of all tensors are computed before any is read. */
const isArray = (program: Program, i: number): boolean =>
  program.extents[i] === 'tensor' && reducesNetwork(program);

/** The variable of a node, where it gets its value. */
const declared = (program: Program, i: number): string => (isArray(program, i) ? `n${i}[k]` : `const n${i}`);

/** How later nodes write a node: literals and scalars in place, all others by their variable. */
function name(program: Program, i: number): string {
  const node = program.nodes[i] as Node;
  if (node.kind === 'scalar') return `c${node.index}`;
  if (node.kind !== 'literal') return isArray(program, i) ? `n${i}[k]` : `n${i}`;
  const text = Object.is(node.value, -0) ? '-0' : String(node.value);
  return text.startsWith('-') ? `(${text})` : text;
}

/** The statement that computes a node at weight, or tensor, `at`. Reductions have their own. */
function emitNode(program: Program, node: Node, i: number, at: 'i' | 'k' | '0' = 'i'): readonly string[] {
  const assign = (text: string): readonly string[] => [`${declared(program, i)} = ${text};`];
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
    case 'updated':
      return assign(`Math.fround(${inputs.w} - Math.fround(rate * ${name(program, node.args[0])}))`);
    case 'element':
      return assign(elements[node.operation.name](args(node), node.parameters));
    case 'random':
      return assign(randoms[node.operation.name]([`d${node.draw}[i]`, ...args(node)], node.parameters));
  }
}
