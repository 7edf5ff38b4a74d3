import {
  ACCURACY,
  inFull,
  type Metric,
  parseProtocol,
  printProtocol,
  type RegimeNames,
  unusual,
} from '../evaluation/index.ts';
import type { Verdict } from '../run/index.ts';
import { shellWord } from '../shell.ts';
import { differenceText, pValue, scoreText } from './format.ts';
import type { ShortRule } from './short-rule.ts';

/** Number of seeds of the comparison that is suggested; its smallest p is 1/512. */
const SEEDS = 10;

/** Says in one sentence whether a found rule beats the references. */
export function verdictText(verdict: Verdict, short: ShortRule, metric: Metric = ACCURACY): string {
  const { finding, seeds } = verdict;
  const on = seeds === 1 ? 'one fresh seed' : `${seeds} fresh seeds`;
  const reference = verdict.reference && nameOf(verdict.reference);
  const found = verdict.found && `'${short(verdict.found.rule)}'`;
  const away = differenceText(verdict.difference ?? 0, metric);
  const mean = scoreText(verdict.found?.retest.mean ?? Number.NaN, metric);
  const [better, worse] = metric.goal === 'minimise' ? ['below', 'above'] : ['above', 'below'];
  switch (finding) {
    case 'undecided':
      return 'Whether a found rule beats the references is known once the search is over and the best are tested with fresh seeds.';
    case 'untested':
      return "Whether a found rule beats the references is not known: too few were tested with fresh seeds, and the search's own rewards are luck's picks.";
    case 'no-references':
      return `There is no reference rule to beat: the best found rule, ${found}, has ${mean} on ${on}.`;
    case 'diverged':
      return divergedText(found, reference, on);
    case 'below':
      return `No found rule beats ${reference} on ${on}: the best, ${found}, ${worseText(verdict, `${away} ${worse}`)}.`;
    case 'equal':
      return `No found rule beats ${reference} on ${on}: the best, ${found}, equals it.`;
    case 'above':
      return `${found} is ${away} ${better} ${reference}, the best reference, on ${on}, ${whyNotText(verdict)}.`;
    case 'better':
      return `${found} beats ${reference}, the best reference, by ${away} on ${on} (p ${pText(verdict)}).`;
  }
}

/** Returns the first name of a reference rule, or its text. */
function nameOf({
  names: [name],
  rule,
}: {
  readonly names: readonly string[];
  readonly rule: string;
}): string {
  return name ?? `'${rule}'`;
}

function divergedText(found: string | undefined, reference: string | undefined, on: string): string {
  if (found !== undefined) return `Every reference rule diverged on ${on}, so there is nothing to beat.`;
  if (reference !== undefined)
    return `No found rule beats ${reference} on ${on}: all that were tested diverged.`;
  return `Every rule that was tested on ${on} diverged.`;
}

function worseText({ difference = 0, found, seeds }: Verdict, away: string): string {
  if (difference < 0) return `is ${away}`;
  return `diverged on ${found?.retest.diverged} of ${seeds}`;
}

/** Says why a better mean is no proof. */
function whyNotText(verdict: Verdict): string {
  const { found, reference, seeds, p } = verdict;
  const diverged = [found, reference].find((row) => (row?.retest.diverged ?? 0) > 0);
  if (diverged !== undefined) {
    const who = diverged === found ? 'but it' : 'which';
    return `${who} diverged on ${diverged.retest.diverged} of them`;
  }
  if (seeds === 1) return 'which cannot tell them apart';
  if (p === undefined) return 'some of which were lost, so that they cannot tell them apart';
  const smallest = 2 ** (1 - seeds);
  return smallest > 0.05
    ? 'which cannot tell them apart'
    : `which do not tell them apart (p ${pText(verdict)})`;
}

const pText = ({ p = Number.NaN, rules = 1 }: Verdict): string =>
  `${pValue(p)}${rules === 1 ? '' : `, corrected for ${rules} rules`}`;

/** Writes the command that compares the best found rule with the best reference under the conditions of the run; undefined without a found rule. */
export function compareCommandText(
  { found, reference }: Verdict,
  { task, pull, ...regime }: RegimeNames & { readonly task: string; readonly pull?: unknown },
  short: ShortRule,
): string | undefined {
  // Nothing here can train what somebody else trains and tells.
  if (found === undefined || pull !== undefined) return undefined;
  const rule = shellWord(short(found.rule));
  const against = reference && shellWord(reference.names[0] ?? reference.rule);
  const flags = [
    ...(against === undefined ? [] : [`--against ${against}`]),
    `--task ${shellWord(task)} --protocol ${shellWord(printProtocol(inFull(parseProtocol(regime.protocol))))}`,
    ...Object.entries(unusual(regime)).map(([name, value]) => `--${name} ${shellWord(value)}`),
    `--seeds ${SEEDS}`,
  ].join(' ');
  return /^'?-/.test(rule) ? `nos compare ${flags} -- ${rule}` : `nos compare ${rule} ${flags}`;
}

/** Returns the verdict as documents hold it. */
export function verdictDocument(verdict: Verdict, short: ShortRule, metric: Metric = ACCURACY) {
  const { found, reference, ...figures } = verdict;
  return {
    ...figures,
    ...(found && { found: sideOf(found) }),
    ...(reference && { reference: sideOf(reference) }),
    text: verdictText(verdict, short, metric),
  };
}

const sideOf = ({ rule, key, names, index, retest }: NonNullable<Verdict['found']>) => ({
  ...{ rule, key, names, index, mean: retest.mean },
});
