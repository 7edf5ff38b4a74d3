import { type Metric, metricText, unusualText } from '../evaluation/index.ts';
import { intervalChart, lineChart, type SymbolName, spansDecades } from '../plot/index.ts';
import { taskTitle } from '../tasks/index.ts';
import type { Comparison, RowVerdict } from './comparison.ts';

/** The symbol of each verdict, in the order of the legend. */
const SYMBOLS = {
  better: 'up',
  'not told apart': 'circle',
  worse: 'down',
  'not tested': 'diamond',
  reference: 'square',
} as const satisfies Readonly<Record<RowVerdict, SymbolName>>;
const VERDICTS = Object.keys(SYMBOLS) as readonly RowVerdict[];

/**
 * Means with their intervals, a panel for each task, as SVG text. Each rule has its own colour, the same as in pictures of its courses,
 * and the symbol of its verdict.
 */
export function comparisonPicture(comparison: Comparison): string {
  const { tasks, rules, reference, protocol, seeds } = comparison;
  const verdicts = new Set(tasks.flatMap(({ rows }) => rows.map(({ verdict }) => verdict)));
  const nameOf = (verdict: RowVerdict) => (verdict === 'reference' ? `reference: ${reference}` : verdict);
  const many = seeds.length > 1;
  const bars = tasks.some(({ rows }) => rows.some(({ interval }) => interval !== null));
  const how = `Protocol ${protocol}${unusualText(comparison)}`;
  return intervalChart({
    title: `Rules beside ${reference}`,
    subtitle: many
      ? `${how}, ${seeds.length} seeds. Symbols: means; ${bars ? 'bars: 95 % intervals; ' : ''}faint dots: single seeds.`
      : `${how}, one seed.`,
    label: 'validation score',
    groups: VERDICTS.filter((verdict) => verdicts.has(verdict)).map((verdict) => ({
      name: nameOf(verdict),
      symbol: SYMBOLS[verdict],
    })),
    panels: tasks.map(({ task, score, rows }) => {
      const level = rows.find(({ verdict }) => verdict === 'reference')?.mean ?? Number.NaN;
      return {
        title: panelTitle(task, score),
        ...scaleOf([{ score, scores: rows.flatMap(({ mean, rewards }) => [mean, ...rewards]) }]),
        ...(Number.isNaN(level) ? {} : { level: { name: `mean of ${reference}`, x: level } }),
        rows: rows.map(({ name, key, verdict, mean, interval, rewards }) => ({
          name,
          look: rules.findIndex((rule) => rule.key === key),
          group: nameOf(verdict),
          value: mean,
          ...(interval ?? {}),
          points: many ? rewards : [],
        })),
      };
    }),
  });
}

/** A task, and what its score is called where it has units of its own. */
const panelTitle = (task: string, score?: Metric): string =>
  [taskTitle(task), ...(score ? [metricText(score)] : [])].join(': ');

/** What is drawn of one rule over the epochs or the learning rates of one task. */
export interface Course {
  readonly name: string;
  /** One list of [x, accuracy] a seed, all at the same x. */
  readonly seeds: readonly (readonly (readonly [x: number, accuracy: number])[])[];
}

interface CoursePanel {
  readonly task: string;
  /** What the task's score is called, where it has units of its own. */
  readonly score?: Metric;
  readonly courses: readonly Course[];
}

/** The means of courses over their seeds, with bands from the least to the greatest, a panel for each task, as SVG text. */
export function coursePicture(heading: CourseHeading, panels: readonly CoursePanel[]): string {
  return lineChart({
    ...heading,
    y: { label: 'validation score', ...scaleOf(panels.map(scoresOf)) },
    panels: panels.map(({ task, score, courses }) => ({
      title: panelTitle(task, score),
      series: courses.map(({ name, seeds }) => {
        const places = placesOf(seeds);
        return {
          name,
          line: places.map(
            ([place, values]) => [place, values.reduce((a, b) => a + b) / values.length] as const,
          ),
          band: places.map(([place, values]) => [place, Math.min(...values), Math.max(...values)] as const),
        };
      }),
    })),
  });
}

/** Scores in units of their own that span many decades stand on a logarithmic axis, if they can. */
function scaleOf(
  panels: readonly { readonly score?: Metric | undefined; readonly scores: readonly number[] }[],
): { readonly scale?: 'log' } {
  if (panels.some(({ score }) => score === undefined)) return {};
  const scores = panels.flatMap((panel) => panel.scores.filter(Number.isFinite));
  return spansDecades(scores) ? { scale: 'log' } : {};
}

const scoresOf = ({ score, courses }: CoursePanel) => ({
  score,
  scores: courses.flatMap(({ seeds }) => seeds.flat().map(([, y]) => y)),
});

export interface CourseHeading {
  readonly title: string;
  readonly subtitle: string;
  readonly x: CourseAxis;
  /** The names of all rules, in the order of their looks. */
  readonly names: readonly string[];
}

export interface CourseAxis {
  readonly label: string;
  readonly scale?: 'log';
  readonly ticks?: readonly number[];
}

/** The values of all seeds at each x that any of them reached; one that is not finite leaves a gap. */
function placesOf(seeds: Course['seeds']): readonly (readonly [x: number, values: readonly number[]])[] {
  const places = new Map<number, number[]>();
  for (const [x, value] of seeds.flat()) places.set(x, [...(places.get(x) ?? []), value]);
  return [...places].sort(([a], [b]) => a - b);
}
