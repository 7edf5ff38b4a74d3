import { LEVEL } from '../../compare/index.ts';
import { plural, shortRulesBy } from '../../report/index.ts';
import { canonicalize, catalogue, parseRule, printRule } from '../../rules/index.ts';
import { differenceText } from '../text.ts';
import { bestFound, type ContestSummary, type Row } from './statistics.ts';

/** Names in a sentence: `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

const scaled = ({ difference: { mean, values, interval } }: Row, factor: number) => ({
  mean: factor * mean,
  values: values.map((value) => factor * value),
  interval: interval && { low: factor * interval.low, high: factor * interval.high },
});

/** A difference in the units of its contest, with its interval. */
export const byText = (row: Row, { factor }: ContestSummary['score']): string =>
  differenceText(scaled(row, factor));

export const pText = (p: number): string => (p < 0.001 ? p.toExponential(1) : p.toPrecision(2));

/** Says in a sentence how a found optimizer does beside a known one. */
export function sentenceOf(row: Row, { score }: Pick<ContestSummary, 'score'>): string {
  const { name, other, verdict, pairs, adjusted, least } = row;
  if (verdict === 'not tested')
    return `${name} and ${other} cannot be compared: ${plural(pairs, 'pair')} of seeds.`;
  const how = `p = ${pText(adjusted as number)}, ${plural(pairs, 'seed')}, tuned alike`;
  const by = `${byText(row, score)} ${score.unit}`;
  if (verdict !== 'not told apart') return `${name} is ${verdict} than ${other} by ${by}, ${how}.`;
  const seen =
    least === null
      ? ''
      : `; a difference of ${(score.factor * least).toFixed(2)} would be seen four times in five`;
  return `${name} is not told apart from ${other}: ${by}, ${how}${seen}.`;
}

/** A rule's text with `adam`, `m`, … in place of what they stand for. */
export const readable = shortRulesBy({ canonicalize, catalogue, parseRule, printRule });

/** The one that a rule with a decay has to beat. */
const TO_BEAT = 'Adam with cosine decay';

/** Says first whether the strongest usual choice is beaten, then what the best found rule does beside all. */
export function headlineOf(final: ContestSummary): string {
  const best = bestFound(final);
  if (best === undefined) return '**Nothing was found.**';
  const { score, task, rows, seeds } = final;
  const winners = rows.filter(({ other, verdict }) => other === TO_BEAT && verdict === 'better');
  const own = rows.filter(({ name }) => name === best.name);
  const of = (verdict: Row['verdict']) =>
    own.filter((row) => row.verdict === verdict).map(({ other }) => other);
  const clauses = [
    ['is better than', of('better')],
    ['is not told apart from', of('not told apart')],
    ['is worse than', of('worse')],
    ['could not be tested beside', of('not tested')],
  ] as const;
  const rest = clauses.flatMap(([says, names]) => (names.length === 0 ? [] : [`${says} ${listed(names)}`]));
  const first =
    winners.length === 0
      ? `**${TO_BEAT} is not beaten.**`
      : `**${TO_BEAT} is beaten by ${listed(winners.map((row) => `${row.name} (${byText(row, score)} ${score.unit})`))}.**`;
  return `${first} On \`${task}\`, ${plural(seeds, 'seed')}, learning rates tuned alike: ${best.name}, \`${readable(best.rule)}\`, ${rest.join('; ')}.`;
}

/** Says how the tests of a contest are to be read. */
export function readingOf({ rows, seeds, task }: ContestSummary): string {
  const tests = rows.filter(({ p }) => p !== null).length;
  return `On \`${task}\`, ${plural(seeds, 'seed')}. p is of the paired permutation test, corrected by Holm's method over all ${plural(tests, 'comparison')} of a found optimizer with a known one on this task, and not over the tasks together; two are told apart where it is at most ${LEVEL}. Brackets hold 95 % intervals, which are not corrected.`;
}
