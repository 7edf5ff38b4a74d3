import { worth } from '../evaluation/index.ts';
import { foldCopies, type LeaderboardRow, leaderboard, metricOfRun, type RunConfig } from '../run/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import { nameOf, scoredOf } from './course.ts';
import type { BoardDocument, BoardRow } from './documents.ts';
import { Kept } from './kept.ts';
import type { Reader } from './reader.ts';

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
const SPARE = 8;

/** Filtered rules of a run that pages follow. */
const MOST_SEARCHES = 60;

/**
 * Leaderboards of runs as `nos top` has them, without reading all rules: the store's order of rewards says which can be among the first. References
 * and rules that were tested again are always looked at.
 */
export class Boards {
  readonly #reader: Reader;
  readonly #rows = new Kept<readonly BoardRow[]>(MOST_SEARCHES);
  readonly #searches = new Map<string, Found>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** The first rows; what did not change since the last time is not made again. */
  async read(run: DigestRun, config: RunConfig, asked: BoardQuery): Promise<BoardDocument> {
    const { digest, scores } = this.#reader;
    const { goal } = metricOfRun(config);
    const query = { ...asked, ...(asked.least !== undefined && { least: worth(asked.least, goal) }) };
    const { matching, best } = await this.#search(run, query);
    const tested = await digest.rows(
      `SELECT DISTINCT ${textOf('key')} FROM digest WHERE run = ? AND role IN ('reference', 'retest')`,
      [run.id],
    );
    const testedKeys = tested.map(({ key }) => String(key));
    const found = new Set(best.map(({ key }) => key));
    const those = await scores.of(run, [...new Set([...found, ...testedKeys])]);
    const rows = await this.#rows.get(`${nameOf(run)} ${JSON.stringify(query)}`, those.mark, async () => {
      const fits = await fitsQuery(digest, run.id, query, testedKeys);
      const every = leaderboard(await those.read(), config.retest);
      const { updatesOf } = this.#reader;
      const folded = query.all
        ? every
        : foldCopies(every, { count: query.limit + testedKeys.length, updatesOf });
      return folded
        .filter(({ key, reference }) =>
          reference ? !query.found && fits.has(key) : found.has(key) || fits.has(key),
        )
        .slice(0, query.limit)
        .map((row) => this.#written(row, config));
    });
    return { matching, rows };
  }

  /** The best proposals that fit, and how many do: of those that were looked at before, only that is known. */
  async #search(run: DigestRun, query: BoardQuery): Promise<Found> {
    const { digest, courses } = this.#reader;
    const name = `${digest.generation} ${nameOf(run)} ${JSON.stringify(query)}`;
    const course = await courses.of(run);
    // While a store is taken in, its index of keys is not there.
    const before = (digest.reading === undefined && this.#searches.get(name)) || NOTHING;
    const { sql, args } = conditionOf(query);
    const where = `d.run = ? AND d.role = 'proposal' AND d.position >= ? ${sql}`;
    const upTo = scoredOf(course);
    const news = await digest.rows(
      `SELECT ${textOf('d.key', 'key')}, d.position, d.standing, coalesce(d.reward, -9e999) AS reward FROM digest d
       WHERE ${where} ORDER BY ${before.upTo === 0 ? '' : '+'}d.standing, d.reward DESC, d.position LIMIT ?`,
      [run.id, before.upTo, ...args, query.limit * SPARE],
    );
    const [counted] =
      sql === ''
        ? [{ rules: course.distinct }]
        : await digest.rows(
            `SELECT ${before.matching} + count(DISTINCT d.key) AS rules FROM digest d WHERE ${where} AND d.position < ?
             ${before.upTo === 0 ? '' : SEEN}`,
            [run.id, before.upTo, ...args, upTo, ...(before.upTo === 0 ? [] : [before.upTo])],
          );
    const added = news.map((row) => ({
      ...{ key: String(row.key), position: Number(row.position) },
      ...{ standing: Number(row.standing), reward: Number(row.reward) },
    }));
    const known = new Set(added.map(({ position }) => position));
    const best = [...before.best.filter(({ position }) => !known.has(position)), ...added]
      .sort((a, b) => a.standing - b.standing || b.reward - a.reward || a.position - b.position)
      .slice(0, query.limit * SPARE);
    const found = { upTo, matching: Number(counted?.rules), best };
    this.#searches.delete(name);
    if (digest.reading === undefined) this.#searches.set(name, found);
    for (const oldest of this.#searches.keys())
      if (this.#searches.size > MOST_SEARCHES) this.#searches.delete(oldest);
    return found;
  }

  #written(row: LeaderboardRow, config: RunConfig): BoardRow {
    const { goal } = metricOfRun(config);
    const shown = (reward: number): number => worth(reward, goal);
    const { retest, copies } = row;
    const short = this.#reader.short(row.rule);
    const figures = {
      reward: shown(row.reward),
      ...(retest && { retest: { ...retest, rewards: retest.rewards.map(shown), mean: shown(retest.mean) } }),
      ...(copies && { copies: copies.map((copy) => ({ ...copy, reward: shown(copy.reward) })) }),
    };
    return { ...row, ...figures, short, latex: this.#reader.latex(short) };
  }
}

/** A proposal that fits a query. */
interface Candidate {
  readonly key: string;
  readonly position: number;
  readonly standing: number;
  readonly reward: number;
}

/** What was found among the first `upTo` rules of a run. */
interface Found {
  readonly upTo: number;
  /** Distinct rules that fit. */
  readonly matching: number;
  readonly best: readonly Candidate[];
}

const NOTHING: Found = { upTo: 0, matching: 0, best: [] };

/** Only rules that were not proposed before. */
const SEEN = `AND NOT EXISTS (SELECT 1 FROM digest e WHERE e.run = d.run AND e.key = d.key AND e.role = 'proposal' AND e.position < ?)`;

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
