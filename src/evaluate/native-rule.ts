import { compileArrayFunction, floatText } from '../graph/index.ts';
import {
  type CompiledRule,
  canonicalize,
  type ElementName,
  type Expression,
  type InputName,
  javascriptKernel,
  type Kernel,
  lowerRule,
  type Program,
  type RandomName,
  startProgram,
} from '../rules/index.ts';

/** Networks of fewer weights take so short a step of the rule that compiling it does not pay. */
const WORTHWHILE = 100_000;

/** A rule whose step is compiled to C, or is to be: until then, JavaScript computes the same bits. */
export interface NativeRule {
  readonly rule: CompiledRule;
  /** Resolved when the step is compiled, or is known to stay JavaScript. */
  readonly ready: Promise<void>;
}

/** Compiles the step of a rule over `size` weights to C where that pays and its bits are those of {@link compileRule}. */
export function openNativeRule(e: Expression, size: number): NativeRule {
  const program = lowerRule(canonicalize(e));
  let kernel = javascriptKernel(program);
  const compiled = size < WORTHWHILE ? undefined : nativeKernel(program, size);
  const ready = compiled?.then(
    (native) => {
      kernel = native ?? kernel;
    },
    () => undefined, // A compiler that fails here has said so for the network, or JavaScript does as well.
  );
  return {
    rule: {
      slots: program.slots.length,
      start: (options) => startProgram(program, (...step) => kernel(...step), options),
    },
    ready: ready ?? Promise.resolve(),
  };
}

/**
 * The step of a program over `size` weights in C; undefined if it has an operation whose bits JavaScript's library decides. Sums,
 * products, quotients and roots of float32 numbers that are rounded from float64 are those that C rounds once.
 *
 * @throws NosError `engine` when it cannot be compiled.
 */
export async function nativeKernel(program: Program, size: number): Promise<Kernel | undefined> {
  const lines = program.nodes.map((node, i) => nodeText(program, node, i));
  if (lines.includes(undefined)) return undefined;
  const { scalars, slots, draws, result } = program;
  const firstOutput = 2 + draws.length;
  const body = [
    'const float *restrict g = p[0], *restrict c = p[1];',
    ...draws.map((_, i) => `const float *restrict d${i} = p[${2 + i}];`),
    `float *restrict w = p[${firstOutput}];`,
    ...slots.map((_, i) => `float *restrict s${i} = p[${firstOutput + 1 + i}];`),
    'const float rate = c[0];',
    ...scalars.map((_, i) => `const float c${i} = c[${1 + i}];`),
    'int defects = 0;',
    `for (int i = 0; i < ${size}; i++) {`,
    ...lines.map((line) => line ?? ''),
    ...slots.map(({ next }, i) => `s${i}[i] = ${nameOf(program, next)};`),
    `const float updated = w[i] - rate * ${nameOf(program, result)};`,
    'w[i] = updated;',
    'defects |= !(updated - updated == 0.f);',
    '}',
    `p[${firstOutput + 1 + slots.length}][0] = defects;`,
  ].join('\n  ');
  const step = await compileArrayFunction({
    body,
    inputs: [size, 1 + scalars.length, ...draws.map(() => size)],
    outputs: [size, ...slots.map(() => size), 1],
  });
  const numbers = new Float32Array(1 + scalars.length);
  const defects = new Float32Array(1);
  return (weights, gradient, rate, context) => {
    numbers.set([rate, ...context.scalars]);
    step(gradient, numbers, ...context.draws, weights, ...context.slots, defects);
    return defects[0] === 0;
  };
}

type Node = Program['nodes'][number];

/** The statement that computes a node; undefined for an operation without C. */
function nodeText(program: Program, node: Node, i: number): string | undefined {
  const assigned = (text: string | undefined) => text && `const float n${i} = ${text};`;
  switch (node.kind) {
    case 'literal':
    case 'scalar':
      return '';
    case 'input':
      return assigned(inputs[node.name]);
    case 'previous':
      return assigned(`s${node.slot}[i]`);
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

function nameOf({ nodes }: Program, i: number): string {
  const node = nodes[i]!;
  if (node.kind === 'scalar') return `c${node.index}`;
  return node.kind === 'literal' ? floatText(node.value) : `n${i}`;
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
