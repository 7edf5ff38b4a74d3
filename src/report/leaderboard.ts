import { ACCURACY, isShare, type Metric } from '../evaluation/index.ts';
import type { LeaderboardRow } from '../run/index.ts';
import { learningRate, meanAndSpread, plural, rewardText, unitsText } from './format.ts';
import { type ShortRule, shortRules, withName } from './short-rule.ts';
import { type Column, table } from './table.ts';
import type { Terminal } from './terminal.ts';

/**
 * Writes both figures of every row: the search's own reward, which is a lucky pick, and the mean over fresh seeds. Rows that were tested
 * again have places. The others stand below a line and have none, as the two figures cannot be compared. Those that diverged with every
 * fresh seed stand below a second line.
 */
export async function leaderboardText(
  rows: readonly LeaderboardRow[],
  terminal: Terminal,
  metric: Metric = ACCURACY,
): Promise<string> {
  if (rows.length === 0) return 'no rules yet';
  const { colours } = terminal;
  const retested = rows.filter(({ retest }) => retest !== undefined);
  const tested = retested.filter((row) => !diverged(row));
  const others = rows.filter(({ retest }) => retest === undefined);
  const lost = retested.filter(diverged);
  const placed = tested.length === 0 ? others : tested;
  const places = new Map(placed.map((row, i) => [row, i + 1]));
  const shown = columnsOf(rows, { places, metric, short: await shortRules() });
  const lines = table([...tested, ...others, ...lost], shown, terminal).split('\n');
  const rule = (above: number, text: string) => lines.splice(1 + above, 0, colours.dim(`── ${text} ──`));
  // The lower line comes first, as a line moves the rows below it.
  if (lost.length > 0) rule(tested.length + others.length, 'diverged with every fresh seed');
  if (tested.length > 0 && others.length > 0) rule(tested.length, 'not tested with fresh seeds');
  return [...lines, ...legend(rows, metric).map(colours.dim)].join('\n');
}

type Places = ReadonlyMap<LeaderboardRow, number>;

interface Looks {
  readonly places: Places;
  readonly metric: Metric;
  readonly short: ShortRule;
}

function columnsOf(
  rows: readonly LeaderboardRow[],
  { places, metric, short }: Looks,
): readonly Column<LeaderboardRow>[] {
  const seeds = seedsOf(rows);
  const retest: Column<LeaderboardRow> = {
    title: `retest, ${seeds} seed${seeds === 1 ? '' : 's'}`,
    cell: (row) => retestText(row, seeds ?? 0, metric),
    align: 'right',
  };
  return [
    { title: '#', cell: (row) => String(places.get(row) ?? ''), align: 'right' },
    {
      title: '  rule',
      cell: (row) => `${row.reference ? '◆' : ' '} ${ruleText(row, short)}`,
      flexible: true,
      paint: (text, row, colours) =>
        row.reference ? colours.cyan(text) : places.get(row) === 1 ? colours.green(text) : text,
    },
    { title: 'index', cell: (row) => (row.index < 0 ? '' : String(row.index)), align: 'right' },
    ...(seeds === undefined ? [] : [retest]),
    { title: 'search', cell: (row) => searchText(row, metric), align: 'right' },
    {
      title: 'rate',
      cell: (row) => learningRate(row.learningRate, row.edgeOfGrid),
      paint: (text, row, colours) => (row.edgeOfGrid ? colours.yellow(text) : text),
    },
    ...(rows.some((row) => row.like || row.copies) ? [{ title: '', cell: behaviourText }] : []),
  ];
}

/** Explains the columns and signs that are shown. */
function legend(rows: readonly LeaderboardRow[], metric: Metric): readonly string[] {
  const seeds = seedsOf(rows) ?? 0;
  return [
    ...unitsText(metric),
    ...(seeds > 1 ? ['retest: mean ± standard deviation over fresh seeds'] : []),
    `index: of the proposal, as the show command takes it; search: its ${isShare(metric) ? 'reward' : metric.metric} then; rate: learning rate`,
    ...(rows.some(({ status }) => status === 'stopped') ? ['~: an estimate, as it was stopped early'] : []),
    ...(rows.some((row) => row.reference) ? ['◆ reference rule, scored by the same protocol'] : []),
    ...(rows.some((row) => row.like)
      ? ['near, same as: its updates are those of that reference, within 2 % or altogether']
      : []),
    ...(rows.some((row) => row.copies)
      ? ['+N: N near copies of it rank lower; with --all they have rows of their own']
      : []),
    ...(rows.some((row) => row.edgeOfGrid) ? ['▲edge: the best learning rate may lie outside the grid'] : []),
  ];
}

/** Returns the number of fresh seeds of the rows that were tested again; a row may have lost some. */
function seedsOf(rows: readonly LeaderboardRow[]): number | undefined {
  const seeds = rows.flatMap(({ retest }) => retest?.rewards.length ?? []);
  return seeds.length === 0 ? undefined : Math.max(...seeds);
}

/** Writes the mean of the fresh seeds, and how many there were if others had more. */
function retestText(row: LeaderboardRow, most: number, metric: Metric): string {
  const { retest } = row;
  if (retest === undefined) return '';
  if (diverged(row)) return 'diverged';
  const seeds = retest.rewards.length;
  return [
    meanAndSpread(retest.rewards.filter(Number.isFinite), metric),
    ...(seeds < most ? [plural(seeds, 'seed')] : []),
    ...(retest.diverged === 0 ? [] : [`${retest.diverged} diverged`]),
  ].join(', ');
}

/** Whether it diverged with every fresh seed. */
const diverged = ({ retest }: LeaderboardRow): boolean =>
  retest !== undefined && retest.diverged === retest.rewards.length;

/** Writes a reference by its name, and a found rule by its text with its name in the catalogue. */
function ruleText({ rule, names: [name], reference }: LeaderboardRow, short: ShortRule): string {
  const text = short(rule);
  if (!reference || name === undefined || name === text) return withName(text, name);
  return `${name}: ${text}`;
}

/** Says which rules behave the same way: `near adam, +3`. */
function behaviourText({ like, copies }: LeaderboardRow): string {
  const reference = like && `${like.distance === 0 ? 'same as' : 'near'} ${like.name}`;
  return [reference, copies && `+${copies.length}`].filter((text) => text !== undefined).join(', ');
}

function searchText(row: LeaderboardRow, score: Metric): string {
  return row.status === 'ok' || row.status === 'stopped' ? rewardText({ ...row, score }) : row.status;
}
