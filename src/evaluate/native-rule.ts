import { isDeepStrictEqual } from 'node:util';
import { compileArrayFunction, floatText } from '../graph/index.ts';
import {
  type BeforePass,
  type CompiledRule,
  type CountedPlace,
  canonicalize,
  counted,
  countOf,
  type ElementName,
  type Expression,
  type Extent,
  goesByRows,
  type InputName,
  javascriptKernel,
  type Kernel,
  type KindProgram,
  lastPass,
  lowerKinds,
  type Place,
  type PlacedReduction,
  type Program,
  passesOf,
  placesOf,
  type RandomName,
  type ReductionOperation,
  type RunnableProgram,
  reducesNetwork,
  reductionPasses,
  runnable,
  type Span,
  seesShape,
  type TensorPass,
} from '../rules/index.ts';
import { orthText } from './native-orth.ts';

/** Networks of fewer weights take so short a step of the rule that compiling it does not pay. */
const WORTHWHILE = 100_000;

/** A rule whose step is compiled to C, or is to be: until then, JavaScript computes the same bits. */
export interface NativeRule {
  readonly rule: CompiledRule;
  /** Resolved when the step is compiled, or is known to stay JavaScript. */
  readonly ready: Promise<void>;
}

/**
 * Compiles the step of a rule over the tensors of a network to C where that pays and its bits are those of {@link compileRule}. Its
 * trainings are of these tensors.
 */
export function openNativeRule(e: Expression, tensors: readonly Span[]): NativeRule {
  const size = tensors.reduce((total, one) => total + one.size, 0);
  const places = placesOf({ size, tensors });
  const parts = lowerKinds(canonicalize(e)).map((part) => openPart(part, places));
  return {
    rule: runnable(parts),
    ready: Promise.all(parts.map(({ ready }) => ready)).then(() => {}),
  };
}

/** A program whose kernel is replaced by one in C when that is compiled. */
function openPart(
  part: KindProgram,
  places: readonly Place[],
): RunnableProgram & { readonly ready: Promise<void> } {
  let kernel = javascriptKernel(part);
  const size = tensorsFor(part, places).reduce((total, { begin, end }) => total + end - begin, 0);
  const ready =
    size < WORTHWHILE
      ? Promise.resolve()
      : nativeKernel(part, places).then(
          (native) => {
            kernel = native ?? kernel;
          },
          () => undefined, // A compiler that fails here has said so for the network, or JavaScript does as well.
        );
  return { ...part, kernel: (...step) => kernel(...step), ready };
}

const tensorsFor = ({ kinds }: KindProgram, places: readonly Place[]): readonly Place[] =>
  places.filter(({ kind }) => kinds.includes(kind));

/**
 * The step of a program over those of the tensors that it is for, in C; undefined if it has an operation whose bits JavaScript's library decides. Sums,
 * products, quotients and roots of float32 numbers that are rounded from float64 are those that C rounds once.
 *
 * @throws NosError `engine` when it cannot be compiled.
 */
export async function nativeKernel(part: KindProgram, places: readonly Place[]): Promise<Kernel | undefined> {
  const { program } = part;
  const own = counted(tensorsFor(part, places));
  const whole = own.length === places.length;
  const lines = program.nodes.map((node, i) => nodeText(program, node, i));
  if (lines.includes(undefined)) return undefined;
  const { scalars, slots, draws } = program;
  const size = places.at(-1)?.end ?? 0;
  const reduces = reductionPasses(program) > 0;
  const sizes = slots.map(({ extent }) => (extent === 'weight' ? size : countOf(own, extent)));
  const firstOutput = 2 + draws.length;
  const all = lines.map((_, i) => i);
  const body = [
    'const float *restrict g = p[0], *restrict c = p[1];',
    ...draws.map((_, i) => `const float *restrict d${i} = p[${2 + i}];`),
    `float *restrict w = p[${firstOutput}];`,
    ...slots.map((_, i) => `float *restrict s${i} = p[${firstOutput + 1 + i}];`),
    'const float rate = c[0];',
    ...scalars.map((_, i) => `const float c${i} = c[${1 + i}];`),
    'int defects = 0;',
    ...(reduces
      ? tensorLines(program, own, whole)
      : [
          ...(whole
            ? [`for (int i = 0; i < ${size}; i++) {`, ...stepLines(program, all), '}']
            : eachOf(own, ['for (int i = begin; i < end; i++) {', ...stepLines(program, all), '}'])),
        ]),
    `p[${firstOutput + 1 + slots.length}][0] = defects;`,
  ].join('\n  ');
  const step = await compileArrayFunction({
    ...(program.nodes.some(({ kind }) => kind === 'matrix') && { helpers: orthText(own) }),
    body,
    inputs: [size, 1 + scalars.length, ...draws.map(() => size)],
    outputs: [size, ...sizes, 1],
  });
  const numbers = new Float32Array(1 + scalars.length);
  const defects = new Float32Array(1);
  return (weights, gradient, rate, context) => {
    if ((reduces || !whole) && !isDeepStrictEqual(context.tensors, own)) {
      throw new RangeError('expected the tensors that the step is compiled for');
    }
    numbers.set([rate, ...context.scalars]);
    step(gradient, numbers, ...context.draws, weights, ...context.slots, defects);
    return defects[0] === 0;
  };
}

/** What the loop that ends the step does at weight `i`. */
function stepLines(program: Program, wanted: readonly number[]): readonly string[] {
  const { slots, result } = program;
  return [
    ...valueLines(program, wanted),
    ...slots.flatMap(({ next, extent }, i) =>
      extent === 'weight' ? [`s${i}[i] = ${nameOf(program, next)};`] : [],
    ),
    `const float updated = w[i] - rate * ${nameOf(program, result)};`,
    'w[i] = updated;',
    'defects |= !(updated - updated == 0.f);',
    ...readoutOf(program).map((value) => `defects |= !(${value} - ${value} == 0.f);`),
  ];
}

/** The variable of the weight to read out, if there is one. */
const readoutOf = (program: Program): readonly string[] =>
  program.readout === undefined ? [] : [nameOf(program, program.slots[program.readout]!.next)];

/** The place of a value: weight `i`, row `r`, column `c`, tensor `k`, or one for all. */
type At = keyof typeof PLACES;

/** Where the value of a slot is. */
const PLACES = { i: 'i', r: 'rowsBefore + r', c: 'columnsBefore + c', k: 'k', '0': '0' } as const;

const valueLines = (program: Program, wanted: readonly number[], at: At = 'i'): readonly string[] =>
  wanted.map((i) => nodeText(program, program.nodes[i]!, i, at) ?? '');

/** Weights that a loop takes at a time: compilers make vectors of loops whose number of turns is known. */
const BLOCK = 64;

/** A loop over the weights of a tensor, by blocks; `ofBlock` stands behind each, and `alone` is done to each weight of the rest. */
const tensorLoop = (
  lines: readonly string[],
  inBlock: readonly string[] = [],
  ofBlock: readonly string[] = [],
  alone: readonly string[] = [],
): readonly string[] => [
  '{',
  'int at = begin;',
  `for (; at + ${BLOCK} <= end; at += ${BLOCK}) {`,
  `for (int j = 0; j < ${BLOCK}; j++) {`,
  'const int i = at + j;',
  ...lines,
  ...inBlock,
  '}',
  ...ofBlock,
  '}',
  'for (int i = at; i < end; i++) {',
  ...lines,
  ...alone,
  '}',
  '}',
];

/** The loop over some tensors, k of them; `shaped`: with their rows and columns. */
function eachOf(
  tensors: readonly CountedPlace[],
  lines: readonly string[],
  shaped = false,
): readonly string[] {
  const fields = [
    ...(['begin', 'end'] as const),
    ...(shaped ? (['rows', 'columns', 'rowsBefore', 'columnsBefore'] as const) : []),
  ];
  return [
    '{',
    ...fields.map(
      (field) => `static const int all_${field}[] = {${tensors.map((t) => t[field]).join(', ')}};`,
    ),
    `for (int k = 0; k < ${tensors.length}; k++) {`,
    `const int ${fields.map((field) => `${field} = all_${field}[k]`).join(', ')};`,
    ...lines,
    '}',
    '}',
  ];
}

/** A loop over the weights of a tensor by its rows and columns. */
const rowLoop = (
  lines: readonly string[],
  beforeRow: readonly string[] = [],
  afterRow: readonly string[] = [],
): readonly string[] => [
  'for (int r = 0, i = begin; r < rows; r++) {',
  ...beforeRow,
  'for (int c = 0; c < columns; c++, i++) {',
  ...lines,
  '}',
  ...afterRow,
  '}',
];

/** A loop over the rows or columns of a tensor, if there is something to do. */
const eachText = (at: 'r' | 'c', count: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`for (int ${at} = 0; ${at} < ${count}; ${at}++) {`, ...lines, '}'];

/** Tensor by tensor or pass by pass, as the compiled step in JavaScript has them. */
function tensorLines(program: Program, tensors: readonly CountedPlace[], whole: boolean): readonly string[] {
  if (seesShape(program)) return shapedLines(program, tensors);
  const { slots } = program;
  const passes = passesOf(program);
  const last = lastPass(program);
  const kept = (of: 'tensor' | 'network', at: At) =>
    slots.flatMap(({ next, extent }, i) =>
      extent === of ? [`s${i}[${at}] = ${nameOf(program, next)};`] : [],
    );
  const eachTensor = (lines: readonly string[]): readonly string[] =>
    whole
      ? [
          `for (int k = 0; k < ${tensors.length}; k++) {`,
          'const int begin = bounds[k], end = bounds[k + 1];',
          ...lines,
          '}',
        ]
      : eachOf(tensors, lines);
  const step = [
    ...valueLines(program, last.perTensor, 'k'),
    ...tensorLoop(stepLines(program, last.wanted)),
    ...kept('tensor', 'k'),
  ];
  const lines = [
    'typedef double partials __attribute__((vector_size(64)));',
    'typedef float eight __attribute__((vector_size(32), aligned(4), may_alias));',
    ...(whole ? [`static const int bounds[] = {${[0, ...tensors.map(({ end }) => end)].join(', ')}};`] : []),
  ];
  if (!reducesNetwork(program))
    return [...lines, ...eachTensor([...passes.flatMap((pass) => passLines(program, pass)), ...step])];
  const perTensor = program.extents.flatMap((extent, i) => (extent === 'tensor' ? [i] : []));
  return [
    ...lines,
    ...perTensor.map((i) => `float n${i}[${tensors.length}];`),
    ...passes.flatMap((pass) => {
      const overAll = pass.reductions.filter(({ node }) => node.operation.over === 'network');
      return [
        ...valueLines(program, pass.perNetwork, '0'),
        ...overAll.map(({ i }) => `double a${i} = 0; uint32_t b${i} = 0;`),
        ...eachTensor(passLines(program, pass)),
        ...overAll.map(
          ({ node, i }) =>
            `const float n${i} = ${finishText(node.operation, `a${i}`, `b${i}`, String(tensors.at(-1)!.end))};`,
        ),
      ];
    }),
    ...valueLines(program, last.perNetwork, '0'),
    ...eachTensor(step),
    ...kept('network', '0'),
  ];
}

/** A loop over the weights of a tensor that ends with reductions. */
function passLines(program: Program, { perTensor, reductions, wanted }: TensorPass): readonly string[] {
  const each = (text: (reduction: TensorPass['reductions'][number]) => string) => reductions.map(text);
  return [
    ...valueLines(program, perTensor, 'k'),
    ...each(({ i }) => `partials p${i} = {0}; uint32_t m${i} = 0; float x${i}[${BLOCK}];`),
    ...tensorLoop(
      valueLines(program, wanted),
      each(({ node, i }) => `x${i}[j] = ${nameOf(program, node.args[0])};`),
      each(({ node, i }) => addBlockText(node.operation, i)),
      each(({ node, i }) => addText(node.operation, i, nameOf(program, node.args[0]))),
    ),
    ...each(({ node, i }) =>
      node.operation.over === 'network'
        ? joinText(node.operation, i)
        : `${declared(program, i)} = ${finishText(node.operation, joinedText(`p${i}`), `m${i}`, 'end - begin')};`,
    ),
  ];
}

/**
 * The same for a program that sees rows and columns, or takes matrices. Partial sums of columns are eight rows of sums; those of what is
 * the largest are bits, as {@link largestText} compares them.
 */
function shapedLines(program: Program, tensors: readonly CountedPlace[]): readonly string[] {
  const { nodes, slots, extents } = program;
  const byRows = goesByRows(program);
  const passes = passesOf(program);
  const last = lastPass(program);
  const kept = (of: Extent, at: At): readonly string[] =>
    slots.flatMap(({ next, extent }, i) =>
      extent === of ? [`s${i}[${PLACES[at]}] = ${nameOf(program, next)};`] : [],
    );
  const step = [
    ...beforeLines(program, last),
    ...(byRows ? rowLoop(stepLines(program, last.wanted)) : tensorLoop(stepLines(program, last.wanted))),
    ...kept('tensor', 'k'),
    ...eachText('r', 'rows', kept('row', 'r')),
    ...eachText('c', 'columns', kept('column', 'c')),
  ];
  const most = Math.max(...tensors.map(({ columns }) => columns));
  const largest = Math.max(...tensors.map(({ begin, end }) => end - begin));
  const size = tensors.at(-1)!.end;
  const arrays = nodes.flatMap((node, i) => {
    if (node.kind === 'matrix') return [`static float a${i}[${size}], x${i}[${largest}];`];
    const extent = extents[i];
    if (extent !== 'row' && extent !== 'column') return [];
    const sums =
      extent === 'column' && node.kind === 'reduction'
        ? [`static double p${i}[${8 * most}]; static uint32_t m${i}[${most}];`]
        : [];
    return [`static float a${i}[${countOf(tensors, extent)}];`, ...sums];
  });
  const passLines = (pass: TensorPass) => shapedPass(program, pass);
  if (!reducesNetwork(program)) {
    return [...arrays, ...eachOf(tensors, [...passes.flatMap(passLines), ...step], true)];
  }
  const perTensor = extents.flatMap((extent, i) => (extent === 'tensor' ? [i] : []));
  return [
    ...arrays,
    ...perTensor.map((i) => `float n${i}[${tensors.length}];`),
    ...passes.flatMap((pass) => {
      const overAll = pass.reductions.filter(({ node }) => node.operation.over === 'network');
      return [
        ...valueLines(program, pass.perNetwork, '0'),
        ...overAll.map(({ i }) => `double a${i} = 0; uint32_t b${i} = 0;`),
        ...eachOf(tensors, passLines(pass), true),
        ...overAll.map(
          ({ node, i }) =>
            `const float n${i} = ${finishText(node.operation, `a${i}`, `b${i}`, String(size))};`,
        ),
      ];
    }),
    ...valueLines(program, last.perNetwork, '0'),
    ...eachOf(tensors, step, true),
    ...kept('network', '0'),
  ];
}

/** What is known before the loop over a tensor. */
const beforeLines = (
  program: Program,
  { perTensor, perRow, perColumn }: Omit<BeforePass, 'perNetwork'>,
): readonly string[] => [
  ...valueLines(program, perTensor, 'k'),
  ...eachText('r', 'rows', valueLines(program, perRow, 'r')),
  ...eachText('c', 'columns', valueLines(program, perColumn, 'c')),
];

/** Which partial sum a value is added to. */
const PARTIAL = {
  network: '(i - begin) & 7',
  tensor: '(i - begin) & 7',
  row: 'c & 7',
  column: '(r & 7) * columns + c',
} as const;

function shapedPass(program: Program, pass: TensorPass): readonly string[] {
  const { reductions, matrices } = pass;
  const ofRows = reductions.filter(({ node }) => node.operation.over === 'row');
  const others = reductions.filter(({ node }) => node.operation.over !== 'row');
  const isColumn = ({ i }: PlacedReduction): boolean => program.extents[i] === 'column';
  const opened = (it: PlacedReduction): string =>
    isColumn(it)
      ? `memset(p${it.i}, 0, sizeof p${it.i}); memset(m${it.i}, 0, sizeof m${it.i});`
      : `double p${it.i}[8] = {0}; uint32_t m${it.i} = 0;`;
  const added = (it: PlacedReduction, at: string): string => {
    const { i, node } = it;
    const largest = isColumn(it) ? `m${i}[c]` : `m${i}`;
    return addedText(node.operation, `p${i}[${at}]`, largest, nameOf(program, node.args[0]));
  };
  const finished = ({ node, i }: PlacedReduction, count: string, p = `p${i}`, m = `m${i}`): string =>
    `${declared(program, i)} = ${finishText(node.operation, joinedText(p), m, count)};`;
  const body = [
    ...valueLines(program, pass.wanted),
    ...reductions.map((it) => added(it, PARTIAL[it.node.operation.over])),
    ...matrices.map(({ node, i }) => `x${i}[i - begin] = ${nameOf(program, node.args[0])};`),
  ];
  return [
    ...beforeLines(program, pass),
    ...pass.short.flatMap((it) => {
      const [at, count] =
        it.node.operation.over === 'row' ? (['c', 'columns'] as const) : (['r', 'rows'] as const);
      return [opened(it), ...eachText(at, count, [added(it, `${at} & 7`)]), finished(it, count)];
    }),
    ...others.map(opened),
    ...(goesByRows(program)
      ? rowLoop(
          body,
          ofRows.map(opened),
          ofRows.map((it) => finished(it, 'columns')),
        )
      : tensorLoop(body)),
    ...others.flatMap((it) => {
      const { over } = it.node.operation;
      if (over === 'network') return [joinText(it.node.operation, it.i)];
      if (over === 'tensor') return [finished(it, 'end - begin')];
      return eachText('c', 'columns', [
        `double q[8]; for (int j = 0; j < 8; j++) q[j] = p${it.i}[j * columns + c];`,
        finished(it, 'rows', 'q', `m${it.i}[c]`),
      ]);
    }),
    ...matrices.map(({ i }) => `orth(x${i}, rows, columns, a${i} + begin);`),
  ];
}

const largestText = (m: string, x: string): string =>
  `{ const uint32_t b = (uint32_t)bits_s(${x}) & 0x7fffffffu; ${m} = b > ${m} ? b : ${m}; }`;

/** The square of a float is exact in a double. Of absolute values and NaN, the larger has the larger bits. */
function addedText({ term, join }: ReductionOperation, p: string, m: string, x: string): string {
  if (join === 'largest') return largestText(m, x);
  return `${p} += (double)${x}${term === 'square' ? ` * (double)${x}` : ''};`;
}

const addText = (operation: ReductionOperation, i: number, x: string): string =>
  addedText(operation, `p${i}[(i - begin) & 7]`, `m${i}`, x);

/** Adds a block, eight values at a time: the first of a block belongs to the first partial sum. */
function addBlockText({ term, join }: ReductionOperation, i: number): string {
  if (join === 'largest') return `for (int j = 0; j < ${BLOCK}; j++) ${largestText(`m${i}`, `x${i}[j]`)}`;
  const values = `const partials x = __builtin_convertvector(*(const eight *)(x${i} + j), partials);`;
  return `for (int j = 0; j < ${BLOCK}; j += 8) { ${values} p${i} += ${term === 'square' ? 'x * x' : 'x'}; }`;
}

const joinedText = (p: string): string =>
  `(((${p}[0] + ${p}[4]) + (${p}[2] + ${p}[6])) + ((${p}[1] + ${p}[5]) + (${p}[3] + ${p}[7])))`;

/** What is joined of a tensor joins that of the tensors before. */
const joinText = ({ join }: ReductionOperation, i: number): string =>
  join === 'largest' ? `b${i} = m${i} > b${i} ? m${i} : b${i};` : `a${i} += ${joinedText(`p${i}`)};`;

/** The value of a sum, or of the bits of the largest, of `count` weights. */
function finishText(
  { join, mean, root }: ReductionOperation,
  sum: string,
  largest: string,
  count: string,
): string {
  if (join === 'largest') return `unbits_s(${largest})`;
  const share = mean ? `${sum} / (double)(${count})` : sum;
  return `(float)${root ? `__builtin_sqrt(${share})` : `(${share})`}`;
}

type Node = Program['nodes'][number];

/** The statement that computes a node at weight, or tensor, `at`; undefined for an operation without C. */
function nodeText(program: Program, node: Node, i: number, at: At = 'i'): string | undefined {
  const assigned = (text: string | undefined) => text && `${declared(program, i)} = ${text};`;
  switch (node.kind) {
    case 'literal':
    case 'scalar':
    case 'reduction':
    case 'matrix':
      return '';
    case 'input':
      return assigned(inputs[node.name]);
    case 'previous':
      return assigned(`s${node.slot}[${PLACES[at]}]`);
    case 'updated':
      return assigned(`w[i] - rate * ${nameOf(program, node.args[0])}`);
    case 'element': {
      const args = node.args.map((arg) => nameOf(program, arg));
      return assigned(elements[node.operation.name]?.(args, node.parameters));
    }
    case 'random': {
      const args = node.args.map((arg) => nameOf(program, arg));
      return assigned(randoms[node.operation.name](`d${node.draw}[i]`, args));
    }
  }
}

/** The element of an array that a node's value is kept in; undefined if it is a variable. Those of all tensors are computed before any is read. */
function elementOf(program: Program, i: number): string | undefined {
  if (program.nodes[i]!.kind === 'matrix') return `a${i}[i]`;
  const extent = program.extents[i];
  if (extent === 'row') return `a${i}[${PLACES.r}]`;
  if (extent === 'column') return `a${i}[${PLACES.c}]`;
  return extent === 'tensor' && reducesNetwork(program) ? `n${i}[k]` : undefined;
}

/** The variable of a node, where it gets its value. */
const declared = (program: Program, i: number): string => elementOf(program, i) ?? `const float n${i}`;

function nameOf(program: Program, i: number): string {
  const node = program.nodes[i]!;
  if (node.kind === 'scalar') return `c${node.index}`;
  return node.kind === 'literal' ? floatText(node.value) : (elementOf(program, i) ?? `n${i}`);
}

const inputs: Readonly<Record<InputName, string>> = { g: 'g[i]', w: 'w[i]' };

type Written = (args: readonly string[], parameters: readonly number[]) => string;

const infix =
  (symbol: string): Written =>
  ([x, y]) =>
    `(${x} ${symbol} ${y})`;

/** The smaller of two zeros has the sign bit if either has, and the larger if both have. */
const extreme =
  (symbol: string, bits: string): Written =>
  ([x, y]) =>
    `(${x} ${symbol} ${y} ? ${x} : ${y} ${symbol} ${x} ? ${y} : ${x} == ${y} ? unbits_s(bits_s(${x}) ${bits} bits_s(${y})) : ${x} + ${y})`;

const comparison =
  (symbol: string): Written =>
  ([x, y]) =>
    `(${x} ${symbol} ${y} ? 1.f : 0.f)`;

/** As `rules/program/javascript.ts` has them. The library's functions are missing. */
const elements: Readonly<Partial<Record<ElementName, Written>>> = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div: infix('/'),
  neg: ([x]) => `(-${x})`,
  sqrt: ([x]) => `sqrt_s(${x})`,
  abs: ([x]) => `__builtin_fabsf(${x})`,
  sign: ([x]) => `(${x} > 0.f ? 1.f : ${x} < 0.f ? -1.f : ${x} == 0.f ? 0.f : ${x})`,
  clip: ([x], [limit]) => {
    const l = floatText(limit!);
    return `(${x} > ${l} ? ${l} : ${x} < -${l} ? -${l} : ${x})`;
  },
  min: extreme('<', '|'),
  max: extreme('>', '&'),
  lt: comparison('<'),
  le: comparison('<='),
  where: ([c, x, y]) => `(${c} == 0.f ? ${y} : ${x})`,
};

const randoms: Readonly<Record<RandomName, (draw: string, args: readonly string[]) => string>> = {
  noise: (draw) => draw,
  drop: (draw, [x]) => `(${draw} == 0.f ? 0.f : ${x})`,
};
