import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { KINDS } from '../language/kinds.ts';
import type { Extent } from '../language/operation.ts';
import type { CompiledRule } from './compiled.ts';
import {
  type BeforePass,
  goesByRows,
  lastPass,
  type PlacedReduction,
  passesOf,
  reducesNetwork,
  reductionPasses,
  seesShape,
  type TensorPass,
} from './extents.ts';
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
const emitStep = (
  program: Program,
  wanted: readonly number[],
  begin: string,
  end: string,
): readonly string[] => [`for (let i = ${begin}; i < ${end}; i++) {`, ...emitUpdate(program, wanted), '}'];

/** What the loop that ends the step does at weight `i`. */
function emitUpdate(program: Program, wanted: readonly number[]): readonly string[] {
  const { slots, result } = program;
  return [
    ...wanted.flatMap((i) => emitNode(program, program.nodes[i]!, i)),
    ...slots.flatMap(({ next, extent }, i) =>
      extent === 'weight' ? [`s${i}[i] = ${name(program, next)};`] : [],
    ),
    `const updated = Math.fround(${inputs.w} - Math.fround(rate * ${name(program, result)}));`,
    'weights[i] = updated;',
    // x − x is 0 for a finite x and NaN for any other.
    'defect += updated - updated;',
    ...readoutOf(program).map((value) => `defect += ${value} - ${value};`),
  ];
}

/** The variable of the weight to read out, if there is one. */
const readoutOf = (program: Program): readonly string[] =>
  program.readout === undefined ? [] : [name(program, program.slots[program.readout]!.next)];

/** Tensor by tensor, a loop per pass of reductions and one for the step; pass by pass, if a reduction is over all tensors. */
function emitTensors(program: Program, whole: boolean): readonly string[] {
  const { slots, extents, nodes } = program;
  const passes = passesOf(program);
  const last = lastPass(program);
  const kept = (of: Extent, at: At): readonly string[] =>
    slots.flatMap(({ next, extent }, i) =>
      extent === of ? [`s${i}[${PLACES[at]}] = ${name(program, next)};`] : [],
    );
  const step = [
    ...emitBefore(program, last),
    ...(goesByRows(program)
      ? emitRows(emitUpdate(program, last.wanted))
      : emitStep(program, last.wanted, 'begin', 'end')),
    ...kept('tensor', 'k'),
    ...emitEach('r', 'rows', kept('row', 'r')),
    ...emitEach('c', 'columns', kept('column', 'c')),
  ];
  const arrays = [...emitArrays(program), ...passes.flatMap((pass) => emitPartials(program, pass))];
  const isListed = seesShape(program) || !whole;
  const eachTensor = (lines: readonly string[]): readonly string[] => [
    ...(isListed
      ? [
          `for (const [k, ${seesShape(program) ? '{ begin, end, rows, columns, rowsBefore, columnsBefore }' : '{ begin, end }'}] of context.tensors.entries()) {`,
        ]
      : ['for (let k = 0; k + 1 < bounds.length; k++) {', 'const begin = bounds[k], end = bounds[k + 1];']),
    ...lines,
    '}',
  ];
  if (!reducesNetwork(program)) {
    return [
      ...arrays,
      ...(isListed ? [] : ['const bounds = context.bounds;']),
      ...eachTensor([...passes.flatMap((pass) => emitPass(program, pass)), ...step]),
    ];
  }
  const perTensor = extents.flatMap((extent, i) => (extent === 'tensor' ? [i] : []));
  const once = (wanted: readonly number[]): readonly string[] =>
    wanted.flatMap((i) => emitNode(program, nodes[i]!, i, '0'));
  return [
    ...arrays,
    'const bounds = context.bounds;',
    ...perTensor.map((i) => `const n${i} = new Float32Array(bounds.length - 1);`),
    ...passes.flatMap((pass) => {
      const overAll = pass.reductions.filter(({ node }) => node.operation.over === 'network');
      return [
        ...once(pass.perNetwork),
        ...overAll.map(({ i }) => `let a${i} = 0;`),
        ...eachTensor(emitPass(program, pass)),
        ...overAll.map(
          ({ node, i }) => `const n${i} = ${reduced(node.operation).finish(`a${i}`, 'weights.length')};`,
        ),
      ];
    }),
    ...once(last.perNetwork),
    ...eachTensor(step),
    ...kept('network', '0'),
  ];
}

/** What has a value per row or column, and matrices, for all tensors. */
function emitArrays(program: Program): readonly string[] {
  const of = (extent: Extent) => program.extents.flatMap((one, i) => (one === extent ? [i] : []));
  const array = (count: string) => (i: number) => `const a${i} = new Float32Array(${count});`;
  const byRows = goesByRows(program);
  return [
    ...(byRows
      ? [
          'let allRows = 0, allColumns = 0, mostColumns = 0;',
          'for (const { rows, columns } of context.tensors) { allRows += rows; allColumns += columns; mostColumns = Math.max(mostColumns, columns); }',
          'const eight = new Float64Array(8);',
        ]
      : []),
    ...of('row').map(array('allRows')),
    ...of('column').map(array('allColumns')),
    ...program.nodes.flatMap(({ kind }, i) => (kind === 'matrix' ? [array('weights.length')(i)] : [])),
  ];
}

/** The eight partial sums of each reduction, or of each column. */
const emitPartials = (program: Program, { reductions, short }: TensorPass): readonly string[] =>
  [...reductions, ...short].map(({ i }) =>
    program.extents[i] === 'column'
      ? `const p${i} = new Float64Array(8 * mostColumns);`
      : `const p${i} = new Float64Array(8);`,
  );

/** What is known before the loop over a tensor. */
const emitBefore = (
  program: Program,
  { perTensor, perRow, perColumn }: Omit<BeforePass, 'perNetwork'>,
): readonly string[] => {
  const nodes = (wanted: readonly number[], at: At): readonly string[] =>
    wanted.flatMap((i) => emitNode(program, program.nodes[i]!, i, at));
  return [
    ...nodes(perTensor, 'k'),
    ...emitEach('r', 'rows', nodes(perRow, 'r')),
    ...emitEach('c', 'columns', nodes(perColumn, 'c')),
  ];
};

/** A loop over the weights of a tensor that ends with reductions and matrices. */
function emitPass(program: Program, pass: TensorPass): readonly string[] {
  const { reductions, matrices } = pass;
  const ofRows = reductions.filter(({ node }) => node.operation.over === 'row');
  const others = reductions.filter(({ node }) => node.operation.over !== 'row');
  const body = [
    ...pass.wanted.flatMap((i) => emitNode(program, program.nodes[i]!, i)),
    ...reductions.map(({ node, i }) =>
      reduced(node.operation).add(`p${i}[${PARTIAL[node.operation.over]}]`, name(program, node.args[0])),
    ),
    ...matrices.map(({ node, i }) => `x${i}[i - begin] = ${name(program, node.args[0])};`),
  ];
  const fill = ({ i }: PlacedReduction): string => `p${i}.fill(0);`;
  return [
    ...emitBefore(program, pass),
    ...pass.short.flatMap((it) => emitShort(program, it)),
    ...others.map(fill),
    ...matrices.map(({ i }) => `const x${i} = new Float32Array(end - begin);`),
    ...(goesByRows(program)
      ? emitRows(
          body,
          ofRows.map(fill),
          ofRows.map((it) => emitFinished(program, it, `p${it.i}`, 'columns')),
        )
      : ['for (let i = begin; i < end; i++) {', ...body, '}']),
    ...others.flatMap((it) => {
      const { i, node } = it;
      const { joined, join } = reduced(node.operation);
      if (node.operation.over === 'network') return [join(`a${i}`, joined(`p${i}`))];
      if (node.operation.over === 'tensor') return [emitFinished(program, it, `p${i}`, '(end - begin)')];
      return emitEach('c', 'columns', [
        `for (let q = 0; q < 8; q++) eight[q] = p${i}[q * columns + c];`,
        emitFinished(program, it, 'eight', 'rows'),
      ]);
    }),
    ...matrices.map(({ i }) => `a${i}.set(context.orthogonalize(x${i}, rows, columns), begin);`),
  ];
}

/** Which partial sum a value is added to. */
const PARTIAL = {
  network: '(i - begin) & 7',
  tensor: '(i - begin) & 7',
  row: 'c & 7',
  column: '(r & 7) * columns + c',
} as const;

/** The statement that makes a value of partial sums. */
function emitFinished(program: Program, { node, i }: PlacedReduction, p: string, count: string): string {
  const { joined, finish } = reduced(node.operation);
  return `${declared(program, i)} = ${finish(joined(p), count)};`;
}

/** A reduction of what has no value per weight: along one row, or one column. */
function emitShort(program: Program, it: PlacedReduction): readonly string[] {
  const { node, i } = it;
  const [at, count] = node.operation.over === 'row' ? (['c', 'columns'] as const) : (['r', 'rows'] as const);
  return [
    `p${i}.fill(0);`,
    ...emitEach(at, count, [reduced(node.operation).add(`p${i}[${at} & 7]`, name(program, node.args[0]))]),
    emitFinished(program, it, `p${i}`, count),
  ];
}

/** A loop over the weights of a tensor by its rows and columns. */
const emitRows = (
  lines: readonly string[],
  beforeRow: readonly string[] = [],
  afterRow: readonly string[] = [],
): readonly string[] => [
  'for (let r = 0, i = begin; r < rows; r++) {',
  ...beforeRow,
  'for (let c = 0; c < columns; c++, i++) {',
  ...lines,
  '}',
  ...afterRow,
  '}',
];

/** A loop over the rows or columns of a tensor, if there is something to do. */
const emitEach = (at: 'r' | 'c', count: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`for (let ${at} = 0; ${at} < ${count}; ${at}++) {`, ...lines, '}'];

/** The place of a value: weight `i`, row `r`, column `c`, tensor `k`, or one for all. */
type At = keyof typeof PLACES;

/** Where the value of a slot is. */
const PLACES = { i: 'i', r: 'rowsBefore + r', c: 'columnsBefore + c', k: 'k', '0': '0' } as const;

/** The element of an array that a node's value is kept in; undefined if it is a variable. Those of all tensors are computed before any is read. */
function elementOf(program: Program, i: number): string | undefined {
  if (program.nodes[i]!.kind === 'matrix') return `a${i}[i]`;
  const extent = program.extents[i];
  if (extent === 'row') return `a${i}[${PLACES.r}]`;
  if (extent === 'column') return `a${i}[${PLACES.c}]`;
  return extent === 'tensor' && reducesNetwork(program) ? `n${i}[k]` : undefined;
}

/** The variable of a node, where it gets its value. */
const declared = (program: Program, i: number): string => elementOf(program, i) ?? `const n${i}`;

/** How later nodes write a node: literals and scalars in place, all others by their variable. */
function name(program: Program, i: number): string {
  const node = program.nodes[i] as Node;
  if (node.kind === 'scalar') return `c${node.index}`;
  if (node.kind !== 'literal') return elementOf(program, i) ?? `n${i}`;
  const text = Object.is(node.value, -0) ? '-0' : String(node.value);
  return text.startsWith('-') ? `(${text})` : text;
}

/** The statement that computes a node `at` a place. Reductions and matrices have their own. */
function emitNode(program: Program, node: Node, i: number, at: At = 'i'): readonly string[] {
  const assign = (text: string): readonly string[] => [`${declared(program, i)} = ${text};`];
  const args = (of: ElementNode | RandomNode): readonly string[] => of.args.map((arg) => name(program, arg));
  switch (node.kind) {
    case 'literal':
    case 'scalar':
    case 'reduction':
    case 'matrix':
      return [];
    case 'input':
      return assign(inputs[node.name]);
    case 'previous':
      return assign(`s${node.slot}[${PLACES[at]}]`);
    case 'updated':
      return assign(`Math.fround(${inputs.w} - Math.fround(rate * ${name(program, node.args[0])}))`);
    case 'element':
      return assign(elements[node.operation.name](args(node), node.parameters));
    case 'random':
      return assign(randoms[node.operation.name]([`d${node.draw}[i]`, ...args(node)], node.parameters));
  }
}
