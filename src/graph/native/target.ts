/** What a file of C is emitted and compiled for. Results do not depend on it: no sum crosses the lanes of a vector. */
export interface Processor {
  readonly name: string;
  /** Floats of the widest vector. */
  readonly lanes: Lanes;
  /** Vector registers. */
  readonly registers: 16 | 32;
  /** What the compiler is told of the processor. */
  readonly flags: readonly string[];
}

export type Lanes = 1 | 2 | 4 | 8 | 16;

/** All widths of vectors, widest first. */
export const WIDTHS: readonly Lanes[] = [16, 8, 4, 2, 1];

/** The widest vectors of a target of which `channels` is a multiple. */
export function lanesFor(channels: number, { lanes }: Processor): Lanes {
  return WIDTHS.find((width) => width <= lanes && channels % width === 0) ?? 1;
}

/**
 * Processors by named level, never `native`: a cache folder may be shared by machines. Without lzcnt, which some virtual machines do not
 * say they have, and which the engine has no use for.
 */
export const TARGETS = {
  /** AVX-512. */
  'x86-64-v4': {
    name: 'x86-64-v4',
    lanes: 16,
    registers: 32,
    flags: ['-march=x86-64-v4', '-mno-lzcnt', '-mprefer-vector-width=512'],
  },
  /** AVX2 and FMA. */
  'x86-64-v3': { name: 'x86-64-v3', lanes: 8, registers: 16, flags: ['-march=x86-64-v3', '-mno-lzcnt'] },
  /** NEON. */
  arm64: { name: 'arm64', lanes: 4, registers: 32, flags: ['-march=armv8-a'] },
} as const satisfies Record<string, Processor>;

/** What Linux calls the parts of the levels `x86-64-v3` and `x86-64-v4` that the compiler may use. */
const AVX2 = ['avx2', 'fma', 'bmi1', 'bmi2', 'f16c', 'movbe'];
const AVX512 = ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'];

/** The level of an x86-64 processor, by what `/proc/cpuinfo` says that it has; what the lowest one lacks if it reaches none. */
export function x86Target(has: ReadonlySet<string>): Processor | { readonly lacks: readonly string[] } {
  const lacks = AVX2.filter((part) => !has.has(part));
  if (lacks.length > 0) return { lacks };
  return TARGETS[AVX512.every((part) => has.has(part)) ? 'x86-64-v4' : 'x86-64-v3'];
}
