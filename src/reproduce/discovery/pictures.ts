import { learnt } from '../../evaluation/index.ts';
import { type IntervalChart, intervalChart, lineChart, type Point } from '../../plot/index.ts';
import { type DiscoveryData, endingAt } from './data.ts';
import { bestFound, type ContestSummary, type Judged } from './statistics.ts';

const GROUPS: IntervalChart['groups'] = [
  { name: 'found', symbol: 'circle' },
  { name: 'known', symbol: 'diamond' },
];

/** Draws the mean of every optimizer with its interval and its seeds, best first, a panel per task. */
export function contestChart(title: string, contests: readonly ContestSummary[]): string {
  const names = [...new Set(contests.map(({ score }) => score.name))];
  return intervalChart({
    title,
    subtitle: 'Points: seeds, with learning rates tuned alike. Symbols: their means. Bars: 95 % intervals.',
    label: names.length === 1 ? (names[0] as string) : `score on the test examples: ${names.join('; ')}`,
    groups: GROUPS,
    panels: contests.map(({ task, standings, score: { factor } }) => ({
      title: contests.length === 1 ? '' : task,
      rows: [...standings].sort(byMean).map(({ name, found, test }) => ({
        ...{ name, group: found ? 'found' : 'known', value: factor * test.mean },
        ...(test.interval && { low: factor * test.interval.low, high: factor * test.interval.high }),
        points: test.values.map((value) => factor * value),
      })),
    })),
  });
}

const byMean = (a: Judged, b: Judged): number => (b.test.mean || 0) - (a.test.mean || 0);

/** Draws the best found rule's differences to every known optimizer. */
export function differenceChart(contest: ContestSummary): string {
  const { rows, score, seeds } = contest;
  const best = bestFound(contest)?.name ?? '';
  return intervalChart({
    title: `${best} minus each known optimizer`,
    subtitle: `Pairs of ${seeds} equal seeds. Symbols: mean differences. Bars: 95 % intervals, which are not corrected.`,
    label: `difference in ${score.name}`,
    groups: [{ name: best, symbol: 'circle' }],
    panels: [
      {
        title: '',
        level: { name: 'equal', x: 0 },
        rows: rows
          .filter(({ name }) => name === best)
          .map(({ other, difference: { mean, interval, values } }) => ({
            ...{ name: other, group: best, value: score.factor * mean },
            ...(interval && { low: score.factor * interval.low, high: score.factor * interval.high }),
            points: values.map((value) => score.factor * value),
          })),
      },
    ],
  });
}

/** Draws the best reward so far of every search over its proposals. */
export function bestByProposals({ searches }: DiscoveryData): string | undefined {
  return bestChart(
    'proposals',
    searches.map(({ label, rewards, endings }) => ({
      name: label,
      end: rewards.length,
      rises: risesIn(
        rewards.map((reward, i) =>
          learnt({ status: endingAt(endings[i] as number) }) ? reward : Number.NaN,
        ),
      ),
    })),
  );
}

/** The same over the core-hours that its evaluations took. */
export function bestByHours({ searches, costs: { rises, stages } }: DiscoveryData): string | undefined {
  return bestChart(
    'core-hours',
    searches.map(({ label, run }, i) => ({
      name: label,
      end: (stages.find(({ stage }) => stage === run)?.seconds ?? 0) / 3_600,
      rises: (rises[i] ?? []).map(([seconds, best]): Point => [seconds / 3_600, best]),
    })),
  );
}

/** Places, from 1, of the values that are above all before, with these values. */
export function risesIn(values: readonly number[]): readonly Point[] {
  let best = Number.NEGATIVE_INFINITY;
  return values.flatMap((value, i): Point[] => {
    if (!(value > best)) return [];
    best = value;
    return [[i + 1, value]];
  });
}

interface Best {
  readonly name: string;
  readonly rises: readonly Point[];
  readonly end: number;
}

function bestChart(label: string, searches: readonly Best[]): string | undefined {
  const drawn = searches.filter(({ rises }) => rises.length > 0);
  if (drawn.length === 0) return undefined;
  return lineChart({
    title: 'Best reward so far',
    subtitle: `Over ${label}. A training that told enough before its end has an estimate.`,
    x: { label },
    y: { label: 'best reward (validation accuracy)' },
    panels: [
      { title: '', series: drawn.map(({ name, rises, end }) => ({ name, line: stepsOf(rises, end) })) },
    ],
  });
}

function stepsOf(rises: readonly Point[], end: number): readonly Point[] {
  const steps = rises.flatMap(([x, y], i): Point[] =>
    i === 0
      ? [[x, y]]
      : [
          [x, rises[i - 1]![1]],
          [x, y],
        ],
  );
  return [...steps, [Math.max(end, steps.at(-1)![0]), steps.at(-1)![1]]];
}
