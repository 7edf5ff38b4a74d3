import type { LeaderboardRow } from '../../run/index.ts';
import type { Terminal } from '../command.ts';
import { accuracy, learningRate, meanAndSpread } from './format.ts';
import { type ShortRule, shortRules, withName } from './short-rule.ts';
import { type Column, table } from './table.ts';

/** Both figures of every row: the search's own reward, which is luck's pick, and the mean over fresh seeds. */
export async function leaderboardText(rows: readonly LeaderboardRow[], terminal: Terminal): Promise<string> {
  if (rows.length === 0) return 'no rules yet';
  const { colours } = terminal;
  const lines = [table(rows, columnsOf(rows, terminal, await shortRules()), terminal.columns)];
  if (rows.some((row) => row.reference))
    lines.push(colours.dim('◆ reference rule, scored by the same protocol'));
  if (rows.some((row) => row.edgeOfGrid))
    lines.push(colours.dim('▲edge: the best learning rate may lie outside the grid'));
  return lines.join('\n');
}

function columnsOf(
  rows: readonly LeaderboardRow[],
  { colours }: Terminal,
  short: ShortRule,
): readonly Column<LeaderboardRow>[] {
  const seeds = rows.find((row) => row.retest)?.retest?.rewards.length;
  const retest: Column<LeaderboardRow> = {
    title: `retest, ${seeds} seed${seeds === 1 ? '' : 's'}`,
    cell: (row) => (row.retest ? meanAndSpread(row.retest.rewards) : ''),
    align: 'right',
  };
  return [
    { title: '#', cell: (row) => String(row.rank), align: 'right' },
    {
      title: '  rule',
      cell: (row) => `${row.reference ? '◆' : ' '} ${ruleText(row, short)}`,
      flexible: true,
      paint: (text, row) =>
        row.reference ? colours.cyan(text) : row.rank === 1 ? colours.green(text) : text,
    },
    ...(seeds === undefined ? [] : [retest]),
    { title: 'search', cell: rewardText, align: 'right' },
    {
      title: 'rate',
      cell: (row) => learningRate(row.learningRate, row.edgeOfGrid),
      paint: (text, row) => (row.edgeOfGrid ? colours.yellow(text) : text),
    },
  ];
}

/** A reference by its name; a found rule by its text, with the name of whoever found it first. */
function ruleText({ rule, names: [name], reference }: LeaderboardRow, short: ShortRule): string {
  const text = short(rule);
  if (!reference || name === undefined || name === text) return withName(text, name);
  return `${name}: ${text}`;
}

function rewardText({ status, reward }: LeaderboardRow): string {
  return status === 'ok' ? accuracy(reward) : status;
}
