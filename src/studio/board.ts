import { worth } from '../evaluation/index.ts';
import { shortRules } from '../report/index.ts';
import { latexRule, parseRule } from '../rules/index.ts';
import { foldCopies, type LeaderboardRow, leaderboard, metricOfRun, type RunConfig } from '../run/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import type { BoardDocument, BoardRow } from './documents.ts';

/** Which rules of a run are listed, as the address of the page has it. */
export interface BoardQuery {
  /** Part of the rule's text; parts apart by spaces must all be there. */
  readonly text: string;
  /** `ok`, `stopped`, …; all unless given. */
  readonly status: string;
  /** Whether reference rules are left out. */
  readonly found: boolean;
  /** A score that the search's own evaluation reaches, in the units of the task. */
  readonly least: number | undefined;
  /** Whether near copies have rows of their own. */
  readonly all: boolean;
  readonly limit: number;
}

/** Rules that are read for one that is shown, as near copies are folded away. */
const SPARE = 4;

/**
 * The first rows of a run's leaderboard, as `nos top` has them, without reading the others: the store's order of rewards says which rules
 * can be among them. References and rules that were tested again are always looked at.
 */
export async function readBoard(
  digest: Digest,
  run: DigestRun,
  config: RunConfig,
  asked: BoardQuery,
): Promise<BoardDocument> {
  const { goal } = metricOfRun(config);
  const query = { ...asked, ...(asked.least !== undefined && { least: worth(asked.least, goal) }) };
  const { sql, args } = conditionOf(query);
  const where = `run = ? AND role = 'proposal' ${sql}`;
  // Unless rows are filtered, by the index of keys, which has them in order.
  const all = sql === '' ? `run = ? AND +role = 'proposal'` : where;
  const [counted] = await digest.rows(`SELECT count(DISTINCT key) AS rules FROM digest WHERE ${all}`, [
    run.id,
    ...args,
  ]);
  const best = await digest.rows(
    `SELECT ${textOf('key')} FROM digest WHERE ${where} ORDER BY standing, reward DESC, position LIMIT ?`,
    [run.id, ...args, query.limit * SPARE * 2],
  );
  const tested = await digest.rows(
    `SELECT DISTINCT ${textOf('key')} FROM digest WHERE run = ? AND role IN ('reference', 'retest')`,
    [run.id],
  );
  const matching = new Set(best.map(({ key }) => String(key)));
  const keys = [...new Set([...matching, ...tested.map(({ key }) => String(key))])];
  const summaries = await digest.summaries(run.id, keys);
  const every = leaderboard(summaries, config.retest);
  const folded = query.all ? every : foldCopies(every, query.limit + tested.length);
  const fits = await fitsQuery(
    digest,
    run.id,
    query,
    tested.map(({ key }) => String(key)),
  );
  const rows = folded
    .filter(({ key, reference }) =>
      reference ? !query.found && fits.has(key) : matching.has(key) || fits.has(key),
    )
    .slice(0, query.limit);
  return {
    matching: Number(counted?.rules),
    rows: await Promise.all(rows.map((row) => written(row, config))),
  };
}

/** Which of these rules fit the query; needed of those that are read whether they fit or not. */
async function fitsQuery(
  digest: Digest,
  run: number,
  query: BoardQuery,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const { sql, args } = conditionOf(query);
  const rows = await digest.rows(
    `SELECT DISTINCT ${textOf('key')} FROM digest WHERE run = ? AND role != 'retest' AND key IN (SELECT value FROM json_each(?)) ${sql}`,
    [run, JSON.stringify(keys), ...args],
  );
  return new Set(rows.map(({ key }) => String(key)));
}

function conditionOf({ text, status, least }: BoardQuery): {
  readonly sql: string;
  readonly args: readonly (string | number)[];
} {
  const words = text.split(/\s+/).filter((word) => word !== '');
  return {
    sql: [
      ...words.map(() => `AND instr(replace(rule, ' ', ''), ?) > 0`),
      ...(status === '' ? [] : ['AND status = ?']),
      ...(least === undefined ? [] : ['AND reward >= ?']),
    ].join(' '),
    args: [...words, ...(status === '' ? [] : [status]), ...(least === undefined ? [] : [least])],
  };
}

async function written(row: LeaderboardRow, config: RunConfig): Promise<BoardRow> {
  const { goal } = metricOfRun(config);
  const shown = (reward: number): number => worth(reward, goal);
  const { retest, copies } = row;
  const short = (await shortRules())(row.rule);
  const figures = {
    reward: shown(row.reward),
    ...(retest && { retest: { ...retest, rewards: retest.rewards.map(shown), mean: shown(retest.mean) } }),
    ...(copies && { copies: copies.map((copy) => ({ ...copy, reward: shown(copy.reward) })) }),
  };
  return { ...row, ...figures, short, latex: latexRule(parseRule(short)) };
}
