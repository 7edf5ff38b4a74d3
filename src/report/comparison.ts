import type { ComparedRow, Comparison } from '../compare/index.ts';
import type { Metric } from '../evaluation/index.ts';
import { plural, pValue, unitsText, unitText, withinText } from './format.ts';
import { type Column, leastWidth, type Paint, table } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Writes a comparison: one table per task, the ranking over several tasks, the findings in words, and notes on the columns. */
export function comparisonText(
  comparison: Comparison,
  terminal: Terminal,
  titleOf: (task: string) => string,
): string {
  const { tasks, ranking } = comparison;
  const { colours } = terminal;
  const titled = (task: string) => withinText(titleOf(task), comparison);
  const shown = tasks.map((one) => columnsWithin(comparison, one, terminal.columns));
  const parts = tasks.map(
    ({ task, score, rows }, i) =>
      `${colours.bold(titled(task))}${score ? `  ${unitsText(score)}` : ''}\n${table(rows, shown[i]!, terminal)}`,
  );
  if (tasks.length > 1) {
    const places: readonly Column<Comparison['ranking'][number]>[] = [
      { title: '#', cell: ({ rank }) => String(rank), align: 'right' },
      {
        title: withinText('rule, over all tasks', comparison),
        cell: ({ name }) => name,
        flexible: true,
      },
      { title: 'mean rank', cell: ({ meanRank }) => meanRank.toFixed(2), align: 'right' },
    ];
    parts.push(table(ranking, places, terminal));
  }
  const titles = new Set(shown.flat().map(({ title }) => title));
  parts.push(findings(comparison, titled).join('\n'), colours.dim(notes(comparison, titles).join('\n')));
  return parts.join('\n\n');
}

type ComparedTask = Comparison['tasks'][number];

/** Columns to which a rule's text is cut before figures are left out; the document has all of them. */
const ENOUGH = 24;

/** Details of the columns, in the order in which they are left out if there is no room for them. */
const DETAILS = ['intervals', 'costs', 'chances'] as const;
type Detail = (typeof DETAILS)[number];

/** Returns the columns with as many details as there is room for. */
function columnsWithin(
  comparison: Comparison,
  task: ComparedTask,
  width: number,
): readonly Column<ComparedRow>[] {
  const choices = [0, 1, 2, 3].map((left) => columnsOf(comparison, task, DETAILS.slice(left)));
  return choices.find((columns) => leastWidth(task.rows, columns, ENOUGH) <= width) ?? choices.at(-1)!;
}

const PAINTS: Partial<Record<ComparedRow['verdict'], 'green' | 'red' | 'cyan'>> = {
  better: 'green',
  worse: 'red',
  reference: 'cyan',
};
const paint: Paint<ComparedRow> = (text, { verdict }, colours) => {
  const colour = PAINTS[verdict];
  return colour === undefined ? text : colours[colour](text);
};

const superiorityText = ({ superiority }: ComparedRow): string => superiority?.toFixed(2) ?? '';

function columnsOf(
  { seeds, rules }: Comparison,
  { rows, score }: ComparedTask,
  details: readonly Detail[],
): readonly Column<ComparedRow>[] {
  const intervals = details.includes('intervals');
  const estimated = rows.some(({ interval, difference }) => interval ?? difference?.interval);
  const slots = ({ key }: ComparedRow) => String(rules.find((one) => one.key === key)?.slots ?? '');
  const tested: readonly Column<ComparedRow>[] = [
    {
      title: `less reference${estimated ? ' [95 %]' : ''}`,
      cell: ({ difference }) => differenceText(difference, score),
      align: 'right',
    },
    {
      title: 'p, Holm',
      cell: ({ permutation }) => (permutation === null ? '' : pValue(permutation.adjusted)),
      align: 'right',
    },
    ...(details.includes('chances')
      ? [{ title: 'P(better)', cell: superiorityText, align: 'right' } satisfies Column<ComparedRow>]
      : []),
  ];
  const costly: readonly Column<ComparedRow>[] = [
    { title: 'decades', cell: ({ range }) => decadesText(range), align: 'right' },
    { title: 'slots', cell: slots, align: 'right' },
    {
      title: 'ms/step',
      cell: ({ millisecondsPerStep }) => milliseconds(millisecondsPerStep),
      align: 'right',
    },
  ];
  return [
    { title: '#', cell: ({ rank }) => String(rank), align: 'right' },
    { title: 'rule', cell: ({ name }) => name, flexible: true, paint },
    {
      title: seeds.length === 1 ? 'score' : intervals && estimated ? 'mean [95 %]' : 'mean',
      cell: ({ mean, interval }) =>
        unitText(mean, score) + (intervals && interval ? ` ${intervalText(interval, score)}` : ''),
      align: 'right',
    },
    ...(rows.some(({ difference }) => difference !== null) ? tested : []),
    ...(details.includes('costs') ? costly : []),
    { title: 'verdict', cell: (row) => [row.verdict, ...remarks(row)].join(', '), paint },
  ];
}

type Ends = { readonly low: number; readonly high: number };

const intervalText = ({ low, high }: Ends, score?: Metric): string =>
  `[${unitText(low, score)}, ${unitText(high, score)}]`;
const signed = (value: number, score?: Metric): string =>
  (value < 0 ? '−' : '+') + unitText(Math.abs(value), score);
const milliseconds = (value: number): string =>
  Number.isFinite(value) ? (value < 10 ? value.toFixed(2) : value.toFixed(1)) : '—';

function differenceText(difference: ComparedRow['difference'], score?: Metric): string {
  if (difference === null) return '';
  const { mean, interval } = difference;
  const ends = interval ? ` [${signed(interval.low, score)}, ${signed(interval.high, score)}]` : '';
  return signed(mean, score) + ends;
}

function decadesText(range: ComparedRow['range']): string {
  return range === null ? '—' : (range.open ? '≥' : '') + range.decades.toFixed(1);
}

/** Says what is unusual about the evaluations of a row. */
function remarks({ diverged, failed, edgeOfGrid, rewards }: ComparedRow): readonly string[] {
  const share = (count: number, what: string) => (count === 0 ? [] : [`${count}/${rewards.length} ${what}`]);
  return [...share(diverged, 'diverged'), ...share(failed, 'failed'), ...share(edgeOfGrid, '▲edge')];
}

/** Whether no evaluation found a learning rate. */
const divergesEverywhere = ({ diverged, failed, rewards, learningRates }: ComparedRow): boolean =>
  diverged > 0 && diverged + failed === rewards.length && learningRates.every(Number.isNaN);

/** Writes the verdicts as sentences. */
function findings({ tasks, reference }: Comparison, titleOf: (task: string) => string): readonly string[] {
  return tasks.flatMap(({ task, score, rows }) => {
    const of = (verdict: ComparedRow['verdict']) => rows.filter((row) => row.verdict === verdict);
    const names = (some: readonly ComparedRow[]) => some.map(({ name }) => `'${name}'`).join(', ');
    const by = (some: readonly ComparedRow[]) =>
      some.map((row) => `'${row.name}' (${signed(row.difference?.mean ?? Number.NaN, score)})`).join(', ');
    const [better, worse, unclear] = [of('better'), of('worse'), of('not told apart')];
    const said = [
      ...(better.length === 0 ? [] : [`better than ${reference}: ${by(better)}`]),
      ...(worse.length === 0 ? [] : [`worse than ${reference}: ${by(worse)}`]),
      ...(unclear.length === 0 ? [] : [`not told apart from ${reference}: ${names(unclear)}`]),
      ...(rows.some(divergesEverywhere)
        ? [`diverges at every learning rate: ${names(rows.filter(divergesEverywhere))}`]
        : []),
      ...(of('not tested').length === 0 ? [] : [`not tested: ${names(of('not tested'))}`]),
    ];
    return said.map((line) => `${titleOf(task)}: ${line}`);
  });
}

/** Whether the interval alone would suggest that the rule differs from the reference. */
const leavesOutZeroUntold = ({ verdict, difference }: ComparedRow): boolean =>
  verdict === 'not told apart' &&
  difference?.interval != null &&
  (difference.interval.low > 0 || difference.interval.high < 0);

/** Explains the columns of these titles, and what these seeds can show. */
function notes({ seeds, power, level, tasks }: Comparison, titles: ReadonlySet<string>): readonly string[] {
  const { tests, smallest, smallestAdjusted, seedsNeeded } = power;
  const rows = tasks.flatMap((task) => task.rows);
  const lines = titles.has('decades')
    ? ['decades: how far the learning rate may be off and stay within 1 % of the best, in powers of ten']
    : [];
  if (seeds.length === 1) lines.push('one seed: nothing can be tested; give --seeds 6 or more');
  else {
    lines.push(
      `p: paired permutation test, corrected for ${plural(tests, 'test')}; with ${seeds.length} seeds it is ${pValue(smallest)} at least, ${pValue(smallestAdjusted)} once corrected`,
    );
    if (smallestAdjusted > level) {
      lines.push(
        `so few seeds cannot tell a single rule apart at ${level}: give --seeds ${seedsNeeded} or more`,
      );
    }
  }
  if (seeds.length === 2) lines.push('two seeds: too few for an interval; give --seeds 3 or more');
  if (rows.some(leavesOutZeroUntold)) {
    lines.push(
      "[95 %]: of one difference alone; p is corrected for all, so 'not told apart' may stand beside one that leaves out 0",
    );
  }
  if (rows.some(({ edgeOfGrid }) => edgeOfGrid > 0)) {
    lines.push('▲edge: the best learning rate may lie outside the grid');
  }
  if (rows.some(({ failed }) => failed > 0)) {
    lines.push('failed evaluations (crashes, hangs) are left out; the same command tries them again');
  }
  return lines;
}
