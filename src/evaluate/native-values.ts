import { floatText } from '../graph/index.ts';
import {
  type ElementName,
  type InputName,
  type Program,
  type RandomName,
  type ReductionOperation,
  reducesNetwork,
} from '../rules/index.ts';

/** The place of a value: weight `i`, row `r`, column `c`, tensor `k`, or one for all. */
export type At = keyof typeof PLACES;

/** Where the value of a slot is. */
export const PLACES = { i: 'i', r: 'rowsBefore + r', c: 'columnsBefore + c', k: 'k', '0': '0' } as const;

/** Weights that a loop takes at a time: compilers make vectors of loops whose number of turns is known. */
export const BLOCK = 64;

const largestText = (m: string, x: string): string =>
  `{ const uint32_t b = (uint32_t)bits_s(${x}) & 0x7fffffffu; ${m} = b > ${m} ? b : ${m}; }`;

/** The square of a float is exact in a double. Of absolute values and NaN, the larger has the larger bits. */
export function addedText({ term, join }: ReductionOperation, p: string, m: string, x: string): string {
  if (join === 'largest') return largestText(m, x);
  return `${p} += (double)${x}${term === 'square' ? ` * (double)${x}` : ''};`;
}

export const addText = (operation: ReductionOperation, i: number, x: string): string =>
  addedText(operation, `p${i}[(i - begin) & 7]`, `m${i}`, x);

/** Adds a block, eight values at a time: the first of a block belongs to the first partial sum. */
export function addBlockText({ term, join }: ReductionOperation, i: number): string {
  if (join === 'largest') return `for (int j = 0; j < ${BLOCK}; j++) ${largestText(`m${i}`, `x${i}[j]`)}`;
  const values = `const partials x = __builtin_convertvector(*(const eight *)(x${i} + j), partials);`;
  return `for (int j = 0; j < ${BLOCK}; j += 8) { ${values} p${i} += ${term === 'square' ? 'x * x' : 'x'}; }`;
}

export const joinedText = (p: string): string =>
  `(((${p}[0] + ${p}[4]) + (${p}[2] + ${p}[6])) + ((${p}[1] + ${p}[5]) + (${p}[3] + ${p}[7])))`;

/** What is joined of a tensor joins that of the tensors before. */
export const joinText = ({ join }: ReductionOperation, i: number): string =>
  join === 'largest' ? `b${i} = m${i} > b${i} ? m${i} : b${i};` : `a${i} += ${joinedText(`p${i}`)};`;

/** The value of a sum, or of the bits of the largest, of `count` weights. */
export function finishText(
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
export function nodeText(program: Program, node: Node, i: number, at: At = 'i'): string | undefined {
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
export const declared = (program: Program, i: number): string => elementOf(program, i) ?? `const float n${i}`;

export function nameOf(program: Program, i: number): string {
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
