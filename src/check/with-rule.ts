import { type Expression, parseRule, printRule } from '../rules/index.ts';
import { runOf } from './checks.ts';
import { followRule } from './follow-rule.ts';
import { type Followed, hintOf } from './hints.ts';
import { type CheckResult, type Judging, judgeRule } from './judge.ts';
import { type GroupSettings, knownRules } from './known-rules.ts';
import { regimes } from './trajectory.ts';

/** A class beside a rule. */
export interface RuleComparison {
  /** The rule, and who named it; or null, and why there is none. */
  readonly rule: { readonly text: string | null; readonly note: string };
  /** One per regime; none without a rule. */
  readonly results: readonly CheckResult[];
}

export interface RuleOptions {
  readonly className: string;
  /** The rule that the class should follow; unless given, that of its name. */
  readonly rule: Expression | undefined;
  /** The settings of the class's first group. */
  readonly settings: GroupSettings;
  /** T of the language. */
  readonly totalSteps: number;
}

/** Compares what a class did in all regimes with a rule; of several that its name may mean, with the first that it follows. */
export function compareWithRule(options: RuleOptions, judging: Judging): RuleComparison {
  const { className, rule, settings, totalSteps } = options;
  const none = (note: string): RuleComparison => ({ rule: { text: null, note }, results: [] });
  const { lr: learningRate } = settings;
  if (typeof learningRate !== 'number') return none('its groups have no learning rate lr');
  const compare = (named: Expression): readonly CheckResult[] =>
    resultsOf(named, { learningRate, totalSteps, settings }, judging);
  if (rule !== undefined) {
    return { rule: { text: printRule(rule), note: 'as --against says' }, results: compare(rule) };
  }
  const known = knownRules(className, settings);
  if (known === undefined) return none(`the catalogue has no rule of the name ${className}`);
  if (known.kind === 'none') return none(`${known.name}: ${known.why}`);
  const comparisons = known.candidates.map(({ text }) => ({
    rule: { text, note: `what the name ${className} says` },
    results: compare(parseRule(text)),
  }));
  const passes = ({ results }: RuleComparison): boolean =>
    results.every(({ outcome }) => outcome !== 'differs');
  return comparisons.find(passes) ?? comparisons[0]!;
}

type Setting = Pick<RuleOptions, 'settings' | 'totalSteps'> & { readonly learningRate: number };

/** The verdicts; the first that differs has the hint of all. */
function resultsOf(
  rule: Expression,
  { learningRate, totalSteps, settings }: Setting,
  judging: Judging,
): readonly CheckResult[] {
  const { runs, path, bound, precision } = judging;
  const followed = regimes.map((regime): Followed => {
    const reference = followRule(rule, path(regime), { learningRate, totalSteps, precision, bound });
    const run = runs(runOf(regime));
    const found = run !== undefined && 'weights' in run ? run.weights : undefined;
    return { regime, reference, found, result: judgeRule(regime, reference, judging) };
  });
  const results = followed.map(({ result }) => result);
  const first = results.findIndex(({ outcome }) => outcome === 'differs');
  return results.map((result, i) => (i === first ? { ...result, hint: hintOf(followed, settings) } : result));
}
