import * as z from 'zod';
import * as f from '../fields.ts';
import type { PythonError, RunAnswer } from './answer.ts';
import { type Pair, type Runs, runOf, type SelfCheck } from './checks.ts';
import { comparePaths, differenceSchema, type ReferencePath } from './compare-paths.ts';
import type { Precision } from './float64.ts';
import { type GradientKind, type GradientPath, regimes, titleOf } from './trajectory.ts';

const outcomes = ['passed', 'differs', 'not applicable'] as const;

/** What came of a check. */
export type CheckOutcome = (typeof outcomes)[number];

export const checkResultSchema = z.strictObject({
  against: f.oneOf(['rule', 'itself'], 'what it was compared with: the rule, or itself run in another way'),
  name: f.text('what was checked'),
  outcome: f.oneOf(outcomes, 'what came of it'),
  largest: f
    .figure('largest share of the way by which a weight is off, beyond rounding; null if none were compared')
    .nullable(),
  reason: f.text('why it is not applicable, or what is wrong that no weight shows').nullable(),
  difference: differenceSchema
    .extend({ gradients: f.oneOf(regimes, 'the gradients at which it shows') })
    .nullable()
    .describe('where the two part'),
  hint: f.text('a probable cause').nullable(),
});

export type CheckResult = f.DataOf<typeof checkResultSchema>;

/** What all checks of a class share. */
export interface Judging {
  readonly runs: Runs;
  readonly path: (trajectory: string) => GradientPath;
  readonly bound: number;
  readonly precision: Precision;
}

type Verdict = Omit<CheckResult, 'against' | 'name'>;

const NOTHING = { largest: null, reason: null, difference: null, hint: null } as const;
const notApplicable = (reason: string): Verdict => ({ ...NOTHING, outcome: 'not applicable', reason });
const wrong = (reason: string): Verdict => ({ ...NOTHING, outcome: 'differs', reason });

/** An exception in a line: `ValueError: no gradient (adam.py:12)`. */
export function errorText({ type, message, file, line }: PythonError): string {
  const place = file === null ? '' : ` (${file.replace(/^.*[/\\]/, '')}:${line})`;
  const [first = ''] = message.split('\n');
  return `${type}: ${first.slice(0, 300)}${place}`;
}

/** The verdict of a check of the class against itself: of its first pair that differs, or of all of them. */
export function judgeSelf(check: SelfCheck, judging: Judging): CheckResult {
  const verdicts = check.pairs.map((pair) => judgePair(check, pair, judging));
  const compared = verdicts.filter(({ outcome }) => outcome === 'passed');
  const found = verdicts.find(({ outcome }) => outcome === 'differs') ?? compared[0] ?? verdicts[0]!;
  const largest = Math.max(...compared.map((one) => one.largest ?? 0));
  return {
    against: 'itself',
    name: check.name,
    ...found,
    ...(found.outcome === 'passed' && { largest }),
  };
}

function judgePair(check: SelfCheck, pair: Pair, { runs, path, bound, precision }: Judging): Verdict {
  const [tried, reference] = [runs(pair.tried), runs(pair.reference)];
  for (const run of [tried, reference]) {
    if (run !== undefined && 'missing' in run) return notApplicable(`it takes no ${run.missing}`);
  }
  if (tried === undefined || reference === undefined) throw new Error(`no answer of ${check.name}`);
  if (!('weights' in reference) && !check.exact) {
    return notApplicable('it does not take the steps that this is compared with');
  }
  if (!('weights' in tried)) return wrong(failureText(tried));
  if (!('weights' in reference)) return wrong(failureText(reference));
  const judged = { tried, path: path(pair.tried.trajectory), runs };
  const reason = check.wrong?.(judged);
  if (reason !== undefined) return wrong(reason);
  const starts = judged.path.starts.flatMap(({ values }) => values);
  const allowed = check.exact ? 0 : bound;
  const { largest, difference } = comparePaths(
    tried.weights,
    { starts, weights: reference.weights },
    allowed,
    precision,
  );
  if (difference === null) return { ...NOTHING, outcome: 'passed', largest };
  return {
    ...NOTHING,
    outcome: 'differs',
    largest,
    difference: { gradients: pair.regime, ...difference },
    hint: check.hint?.(judged) ?? null,
  };
}

function failureText(run: RunAnswer): string {
  if (!('error' in run)) throw new Error('a run without an error');
  const { step } = run.error;
  return `${step === 0 ? 'its constructor' : `step ${step}`} throws ${errorText(run.error)}`;
}

/** The verdict of a class against a rule, with one kind of gradients. Its hint is found by all regimes together. */
export function judgeRule(regime: GradientKind, reference: ReferencePath, judging: Judging): CheckResult {
  const { runs, bound, precision } = judging;
  const run = runs(runOf(regime));
  const result = { against: 'rule', name: titleOf(regime) } as const;
  if (run === undefined || 'missing' in run) throw new Error(`no answer of ${regime}`);
  if ('error' in run) return { ...result, ...wrong(failureText(run)) };
  const { largest, compared, difference } = comparePaths(run.weights, reference, bound, precision);
  if (compared === 0) {
    return { ...result, ...notApplicable('the rule is not finite there, or rounding decides where it goes') };
  }
  const placed = difference && { gradients: regime, ...difference };
  return { ...result, ...NOTHING, outcome: placed ? 'differs' : 'passed', largest, difference: placed };
}
