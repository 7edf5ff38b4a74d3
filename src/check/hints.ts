import type { ReferencePath, Weights } from './compare-paths.ts';
import type { CheckResult } from './judge.ts';
import type { GroupSettings } from './known-rules.ts';
import type { GradientKind } from './trajectory.ts';

/** What a class and a rule did with the gradients of a regime. */
export interface Followed {
  readonly regime: GradientKind;
  readonly reference: ReferencePath;
  /** Undefined if a step threw. */
  readonly found: Weights | undefined;
  readonly result: CheckResult;
}

/** Ratios that are this near are equal: eps moves those of small gradients apart. */
const EQUAL = 1e-3;

/** A probable cause of the differences between a class and a rule; null if none is plain. */
export function hintOf(followed: readonly Followed[], settings: GroupSettings): string | null {
  const of = (name: GradientKind): Followed => followed.find(({ regime }) => regime === name)!;
  const [ordinary, tiny] = [of('ordinary'), of('tiny')];
  if (ordinary.found === undefined) return null;
  const endless = ordinary.found.findIndex((row) => !row.every(Number.isFinite));
  if (endless >= 0) {
    return `its weights are not finite from step ${endless + 1} on: look for a root of, or a division by, what can be below 0`;
  }
  if ((ordinary.result.largest ?? 0) < 0.01 && (tiny.result.largest ?? 0) > 0.1) {
    return 'it is near at ordinary gradients and far off at tiny ones: look at the place and the size of eps';
  }
  const ratios = ratiosOf(ordinary.found, ordinary.reference);
  return ordinary.result.outcome === 'differs' ? hintOfFactors(ratios.map(commonRatio), settings) : null;
}

/**
 * What the factors say by which the updates are larger than those of the rule, if all weights share one.
 *
 * @param factors One per step; undefined where the weights share none.
 */
function hintOfFactors(factors: readonly (number | undefined)[], settings: GroupSettings): string | null {
  const [first] = factors;
  if (first === undefined) return null;
  const shared = factors.filter((factor) => factor !== undefined);
  if (shared.length === factors.length) {
    const last = shared.at(-1)!;
    if (shared.every((factor) => near(factor, first))) {
      return `its updates are ${rounded(first)} times those of the rule`;
    }
    const offs = shared.map((factor) => Math.abs(factor - 1));
    if (offs.every((off, s) => s === 0 || off < offs[s - 1]!)) {
      return `its updates are ${rounded(first)} times those of the rule at step 1 and ${rounded(last)} times at step ${shared.length}, whatever the gradient: look for a bias correction`;
    }
  }
  if (near(first, 1)) {
    return 'the first step is right, later ones are not: look at what is kept between steps';
  }
  const beta = decaysIn(settings).find((b) => near(first, b / (1 - b)));
  if (beta === undefined) return null;
  return `the first update is ${rounded(first)} times that of the rule, which is ${beta} / (1 - ${beta}): look for a running average that weighs old and new the wrong way round`;
}

/** How much larger the updates of a class are than those of a rule, by step, for every weight that moves. */
function ratiosOf(found: Weights, { starts, weights, known }: ReferencePath): readonly (readonly number[])[] {
  const moved = (rows: Weights, s: number, i: number): number => rows[s]![i]! - (rows[s - 1] ?? starts)[i]!;
  return weights.map((row, s) =>
    row.flatMap((_, i) => {
      const expected = moved(weights, s, i);
      return known?.[s]?.[i] === false || expected === 0 ? [] : [moved(found, s, i) / expected];
    }),
  );
}

/** The ratio that all weights share; undefined if they have none. */
function commonRatio(ratios: readonly number[]): number | undefined {
  const [first] = ratios;
  return first !== undefined && ratios.every((ratio) => near(ratio, first)) ? first : undefined;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= EQUAL * Math.abs(b);
const rounded = (value: number): string => String(Number(value.toPrecision(4)));

/** Decay rates among the settings. */
function decaysIn(settings: GroupSettings): readonly number[] {
  return Object.values(settings)
    .flat()
    .filter((value): value is number => typeof value === 'number' && value > 0.5 && value < 1);
}
