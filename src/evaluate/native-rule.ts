import { isDeepStrictEqual } from 'node:util';
import { compileArrayFunction, floatText } from '../graph/index.ts';
import {
  type CompiledRule,
  canonicalize,
  type ElementName,
  type Expression,
  type InputName,
  javascriptKernel,
  type Kernel,
  type KindProgram,
  lastPass,
  lowerKinds,
  type Place,
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
  type TensorPass,
} from '../rules/index.ts';

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
  const own = tensorsFor(part, places);
  const whole = own.length === places.length;
  const lines = program.nodes.map((node, i) => nodeText(program, node, i));
  if (lines.includes(undefined)) return undefined;
  const { scalars, slots, draws } = program;
  const size = places.at(-1)?.end ?? 0;
  const reduces = reductionPasses(program) > 0;
  const sizes = slots.map(({ extent }) => ({ weight: size, tensor: own.length, network: 1 })[extent]);
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

/** At weight `i`, tensor `k`, or for all. */
type At = 'i' | 'k' | '0';

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

/** The loop over some tensors, k of them. */
const eachOf = (tensors: readonly Place[], lines: readonly string[]): readonly string[] => [
  `static const int begins[] = {${tensors.map(({ begin }) => begin).join(', ')}};`,
  `static const int ends[] = {${tensors.map(({ end }) => end).join(', ')}};`,
  `for (int k = 0; k < ${tensors.length}; k++) {`,
  'const int begin = begins[k], end = ends[k];',
  ...lines,
  '}',
];

/** Tensor by tensor or pass by pass, as the compiled step in JavaScript has them. */
function tensorLines(program: Program, tensors: readonly Place[], whole: boolean): readonly string[] {
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
        : `${declared(program, i)} = ${finishText(node.operation, joinedText(i), `m${i}`, 'end - begin')};`,
    ),
  ];
}

const largestText = (i: number, x: string): string =>
  `{ const uint32_t b = (uint32_t)bits_s(${x}) & 0x7fffffffu; m${i} = b > m${i} ? b : m${i}; }`;

/** The square of a float is exact in a double. Of absolute values and NaN, the larger has the larger bits. */
function addText({ term, join }: ReductionOperation, i: number, x: string): string {
  if (join === 'largest') return largestText(i, x);
  return `p${i}[(i - begin) & 7] += (double)${x}${term === 'square' ? ` * (double)${x}` : ''};`;
}

/** Adds a block, eight values at a time: the first of a block belongs to the first partial sum. */
function addBlockText({ term, join }: ReductionOperation, i: number): string {
  if (join === 'largest') return `for (int j = 0; j < ${BLOCK}; j++) ${largestText(i, `x${i}[j]`)}`;
  const values = `const partials x = __builtin_convertvector(*(const eight *)(x${i} + j), partials);`;
  return `for (int j = 0; j < ${BLOCK}; j += 8) { ${values} p${i} += ${term === 'square' ? 'x * x' : 'x'}; }`;
}

const joinedText = (i: number): string => {
  const p = `p${i}`;
  return `(((${p}[0] + ${p}[4]) + (${p}[2] + ${p}[6])) + ((${p}[1] + ${p}[5]) + (${p}[3] + ${p}[7])))`;
};

/** What is joined of a tensor joins that of the tensors before. */
const joinText = ({ join }: ReductionOperation, i: number): string =>
  join === 'largest' ? `b${i} = m${i} > b${i} ? m${i} : b${i};` : `a${i} += ${joinedText(i)};`;

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
      return '';
    case 'input':
      return assigned(inputs[node.name]);
    case 'previous':
      return assigned(`s${node.slot}[${at}]`);
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

/** Whether a node's values, one per tensor, are kept in an array: those of all tensors are computed before any is read. */
const isArray = (program: Program, i: number): boolean =>
  program.extents[i] === 'tensor' && reducesNetwork(program);

/** The variable of a node, where it gets its value. */
const declared = (program: Program, i: number): string =>
  isArray(program, i) ? `n${i}[k]` : `const float n${i}`;

function nameOf(program: Program, i: number): string {
  const node = program.nodes[i]!;
  if (node.kind === 'scalar') return `c${node.index}`;
  if (node.kind === 'literal') return floatText(node.value);
  return isArray(program, i) ? `n${i}[k]` : `n${i}`;
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
