import { plural, thousands } from '../../report/index.ts';
import { latexRule, parseRule } from '../../rules/index.ts';
import { differenceOfMeans, type LearningCurves } from '../../run/index.ts';
import { fillPage, markdownTable } from '../page.ts';
import type { SeedMean } from '../scores.ts';
import { valueText } from '../text.ts';
import { type DiscoveryData, endingAt, type SearchTable } from './data.ts';
import { placeOf } from './found.ts';
import { commonParts, holdsAgreement } from './parts.ts';
import {
  type ContestSummary,
  type Judged,
  meanOrNone,
  type Row,
  shareInterval,
  shareOf,
} from './statistics.ts';
import { byText, headlineOf, listed, pText, readable, readingOf, sentenceOf } from './words.ts';

interface Shown {
  readonly data: DiscoveryData;
  readonly final: ContestSummary | undefined;
  readonly transfer: readonly ContestSummary[];
  readonly curves: LearningCurves | undefined;
}

const NOT_YET = 'Not there yet.';

/** Writes the page from what is complete, and says what is missing. */
export function discoveryPage({ data, final, transfer, curves }: Shown): string {
  const { missing } = data;
  return fillPage('discovery', {
    headline: final ? headlineOf(final) : '**Nothing is compared yet.**',
    missing: missing.length === 0 ? '' : `Not complete:\n\n${missing.map((one) => `* ${one}`).join('\n')}`,
    found: final ? foundTable(data, final) : NOT_YET,
    agreement: agreementText(data, final),
    reading: final ? readingOf(final) : NOT_YET,
    sentences: final
      ? final.rows
          .filter(ofFirst(final))
          .map((row) => `* ${sentenceOf(row, final)}`)
          .join('\n')
      : '',
    matrix: final ? matrixTable(final) : '',
    standings: final ? standingsTable(final) : '',
    transfer: transfer.length === 0 ? NOT_YET : transfer.map(transferText).join('\n\n'),
    figure4: curves ? figure4Text(data) : NOT_YET,
    parts: partsTable(data),
    failures: final ? failuresText([final, ...transfer]) : NOT_YET,
    costs: costsTable(data),
    searches: searchesTable(data),
    steps: stepsText(data),
  });
}

/** The first found rules by the retest have their sentences; the others stand in the table. */
const SPOKEN = 3;

function ofFirst({ standings }: ContestSummary): (row: Row) => boolean {
  const names = standings.slice(0, SPOKEN).flatMap(({ name, found }) => (found ? [name] : []));
  return ({ name }) => names.includes(name);
}

const inUnits = ({ mean, values, interval }: SeedMean, factor: number): string =>
  valueText({
    mean: factor * mean,
    values: values.map((value) => factor * value),
    interval: interval && { low: factor * interval.low, high: factor * interval.high },
  });

function foundTable(data: DiscoveryData, { standings }: ContestSummary): string {
  const rows = standings
    .filter(({ found }) => found)
    .map(({ name, rule }) => {
      const { label, proposal } = placeOf(data, rule);
      const text = readable(rule);
      return [`\`${name}\``, `\`${text}\``, `$${latexRule(parseRule(text))}$`, label, thousands(proposal)];
    });
  return markdownTable(['by the retest', 'rule', 'formula', 'search', 'proposal'], rows);
}

function agreementText({ retest }: DiscoveryData, final: ContestSummary | undefined): string {
  const field = final?.standings.filter(({ found }) => found) ?? retest?.rounds.at(-1)?.rules ?? [];
  const best = field.slice(0, 10);
  if (best.length === 0) return 'not there yet.';
  const holding = best.filter(({ rule }) => holdsAgreement(rule)).length;
  return `${holding} of the ${plural(best.length, 'best rule')} by the retest.`;
}

function matrixTable({ standings, rows, score }: ContestSummary): string {
  const [found, known] = [standings.filter((one) => one.found), standings.filter((one) => !one.found)];
  const cell = (name: string, other: string): string => {
    const row = rows.find((one) => one.name === name && one.other === other);
    if (row === undefined) return '—';
    const text = byText({ ...row, difference: { ...row.difference, interval: null, values: [] } }, score);
    return row.verdict === 'better' || row.verdict === 'worse' ? `**${text}**` : text;
  };
  const table = markdownTable(
    [score.unit, ...found.map(({ name }) => name)],
    known.map(({ name: other }) => [other, ...found.map(({ name }) => cell(name, other))]),
  );
  return `Each found rule minus each known one, in ${score.unit}; told apart where it is bold:\n\n${table}`;
}

function standingsTable({ standings, score }: ContestSummary): string {
  const rows = [...standings]
    .sort((a, b) => (b.test.mean || 0) - (a.test.mean || 0))
    .map((one) => [
      one.name,
      inUnits(one.test, score.factor),
      inUnits(one.validation, 100),
      rateText(one),
      badText(one),
    ]);
  return markdownTable(['', score.name, '100 × reward', 'learning rate', ''], rows);
}

const rateText = ({ rate, tried, edge }: Judged): string =>
  `${Number.isNaN(rate) ? '—' : rate.toExponential()} of ${tried}${edge ? ', at the edge' : ''}`;

const badText = ({ diverged }: Judged): string => (diverged === 0 ? '' : `${diverged} diverged`);

function transferText(contest: ContestSummary): string {
  const sentences = contest.rows.map((row) => `* ${sentenceOf(row, contest)}`).join('\n');
  return `### \`${contest.task}\`\n\n${readingOf(contest)}\n\n${standingsTable(contest)}\n\n${sentences}`;
}

/** Rewards at either end that are compared. */
const COMPARED = 1_000;

function figure4Text({ searches }: DiscoveryData): string {
  const begun = searches.filter(({ rewards }) => rewards.length >= 9);
  const lengthOf = ({ rewards }: SearchTable) => Math.min(COMPARED, Math.floor(rewards.length / 3));
  const last = (one: SearchTable) => one.rewards.slice(-lengthOf(one));
  const random = begun.find(({ strategy }) => strategy === 'random');
  const rows = begun.map((one) => {
    const first = one.rewards.slice(0, lengthOf(one));
    const beside =
      random === undefined || random === one ? '—' : signed(differenceOfMeans(last(one), last(random)));
    return [
      one.label,
      thousands(lengthOf(one)),
      meanOrNone(first).toFixed(3),
      meanOrNone(last(one)).toFixed(3),
      signed(differenceOfMeans(last(one), first)),
      beside,
    ];
  });
  const table = markdownTable(
    ['search', 'rules at either end', 'first', 'last', 'last minus first', "last minus random's last"],
    rows,
  );
  return `Mean rewards at either end, with 95 % intervals from the means of blocks, because neighbours are alike:\n\n${table}`;
}

function signed({ difference, interval }: ReturnType<typeof differenceOfMeans>): string {
  const text = (value: number) => (value < 0 ? '−' : '+') + Math.abs(value).toFixed(3);
  return text(difference) + (interval === null ? '' : ` [${text(interval.low)}, ${text(interval.high)}]`);
}

/** Rows of the table of parts. */
const PARTS = 12;

function partsTable({ rules, retest }: DiscoveryData): string {
  const good = (retest?.rounds[1] ?? retest?.rounds[0])?.rules.map(({ rule }) => rule) ?? [];
  if (good.length === 0) return NOT_YET;
  const { tested, rows } = commonParts(good, rules, PARTS);
  const what = `Parts of the ${plural(good.length, 'rule')} that passed the first test with a fresh seed, beside those of the other ${thousands(rules.length - good.length)} different rules that were proposed. ${plural(tested, 'part')} of at least three good rules ${tested === 1 ? 'was' : 'were'} tested`;
  if (rows.length === 0) return `${what}: none stands surely more often in the good ones.`;
  const share = (one: { count: number; of: number }) => {
    const [low, high] = shareInterval(one);
    return `${hundred(shareOf(one))} % [${hundred(low)}, ${hundred(high)}]`;
  };
  const table = markdownTable(
    ['part', 'of the good ones', 'of the others', 'more by, points', 'p'],
    rows.map(({ part, good: own, others, uplift, p }) => [
      `\`${readable(part)}\``,
      share(own),
      share(others),
      `${points(uplift.mean)} [${points(uplift.low)}, ${points(uplift.high)}]`,
      pText(p),
    ]),
  );
  return `${what}; these stand more often in the good ones, the surest first. p is of Fisher's exact test, one-sided, corrected by Holm's method over all that were tested; brackets hold 95 % intervals, which are not corrected. Both take rules for independent, which those of one search are not: the true p is larger.\n\n${table}`;
}

const points = (share: number): string => `${share < 0 ? '−' : '+'}${hundred(Math.abs(share))}`;

const hundred = (share: number): string => (100 * share).toFixed(1);

function failuresText(contests: readonly ContestSummary[]): string {
  const lines = contests.flatMap(({ task, standings, rows }) => [
    ...standings
      .filter(({ found, diverged }) => found && diverged > 0)
      .map(
        ({ name, diverged, scores }) =>
          `* ${name} diverges on \`${task}\` with ${diverged} of ${plural(scores.length, 'seed')}.`,
      ),
    ...standings
      .filter(({ found }) => found)
      .flatMap(({ name }) => {
        const worse = rows
          .filter((row) => row.name === name && row.verdict === 'worse')
          .map(({ other }) => other);
        return worse.length === 0 ? [] : [`* ${name} is worse on \`${task}\` than ${listed(worse)}.`];
      }),
    ...standings
      .filter(({ edge }) => edge)
      .map(
        ({ name }) =>
          `* The best learning rate of ${name} on \`${task}\` lies at the edge of those that were tried.`,
      ),
  ]);
  return lines.length === 0
    ? 'None diverged, and none is worse than a known one by the tests.'
    : lines.join('\n');
}

function costsTable({ costs: { stages } }: DiscoveryData): string {
  const row = (stage: string, evaluations: number, seconds: number) => [
    ...[stage, thousands(evaluations), (seconds / 3_600).toFixed(2)],
    seconds > 0 ? thousands(Math.round((3_600 * evaluations) / seconds)) : '—',
  ];
  const sum = (of: (stage: (typeof stages)[number]) => number) => stages.reduce((so, one) => so + of(one), 0);
  return markdownTable(
    ['', 'evaluations', 'core-hours', 'per core-hour'],
    [
      ...stages.map(({ stage, evaluations, seconds }) => row(stage, evaluations, seconds)),
      row(
        'all',
        sum(({ evaluations }) => evaluations),
        sum(({ seconds }) => seconds),
      ),
    ],
  );
}

function searchesTable({ searches, costs: { stages } }: DiscoveryData): string {
  const rows = searches.map(({ label, run, samples, rules, endings, reused, space, strategy }) => {
    const ended = (wanted: string) => endings.filter((place) => endingAt(place) === wanted).length;
    const seconds = stages.find(({ stage }) => stage === run)?.seconds ?? 0;
    return [
      ...[label, `${strategy} in ${space}`, `${thousands(rules.length)} of ${thousands(samples)}`],
      thousands(rules.length - new Set(rules).size + reused.length),
      ...['rejected', 'stopped', 'diverged', 'ok'].map((one) => thousands(ended(one))),
      seconds > 0 ? thousands(Math.round((3_600 * rules.length) / seconds)) : '—',
    ];
  });
  return markdownTable(
    [
      'search',
      '',
      'proposals',
      'spared',
      'rejected',
      'stopped early',
      'diverged',
      'to the end',
      'rules per core-hour',
    ],
    rows,
  );
}

function stepsText({ searches, retest, final, transfer }: DiscoveryData): string {
  const contest = ({ task, epochs, tuningEpochs, tuningSeeds, seeds }: NonNullable<DiscoveryData['final']>) =>
    `* \`${task}\`: learning rates half a decade apart around the one of the retest, or of the final comparison, tried for ${plural(tuningEpochs, 'epoch')} with ${plural(tuningSeeds.length, 'seed')}, the grid growing while its best is at an edge; then ${plural(epochs, 'epoch')} with ${plural(seeds.length, 'seed')}. Validation examples choose, test examples compare.`;
  const rounds = retest?.rounds.map(({ rules, seeds }) => `${rules.length} × ${seeds.length}`).join(', ');
  return [
    ...searches.map(
      ({ run, strategy, space, task, protocol, seed, samples }) =>
        `* \`${run}\`: ${thousands(samples)} proposals of \`${strategy}\` in \`${space}\`, on \`${task}\` under \`${protocol}\`, seed ${seed}.`,
    ),
    ...(retest === undefined
      ? []
      : [
          `* Retest under \`${retest.protocol}\`, rules × seeds so far: ${rounds}. The better half by the mean goes on.`,
        ]),
    ...[...(final ? [final] : []), ...transfer].map(contest),
  ].join('\n');
}
