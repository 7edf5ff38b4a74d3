import { isDeepStrictEqual } from 'node:util';
import { compileArrayFunction } from '../graph/index.ts';
import {
  type CompiledRule,
  canonicalize,
  counted,
  countOf,
  type Expression,
  javascriptKernel,
  type Kernel,
  type KindProgram,
  lowerKinds,
  type Place,
  placesOf,
  type RunnableProgram,
  reductionPasses,
  runnable,
  type Span,
} from '../rules/index.ts';
import { eachOf, stepLines, tensorLines } from './native-loops.ts';
import { orthText } from './native-orth.ts';
import { nodeText } from './native-values.ts';

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
