import { shortRules } from '../report/index.ts';
import { latexRule, type OrdinaryUpdates, ordinaryUpdates, parseRule } from '../rules/index.ts';
import type { Verdict } from '../run/index.ts';
import { type Digest, type DigestRun, type ScoreSummary, textOf } from '../store/index.ts';
import { Courses, nameOf } from './course.ts';
import { Kept, remembering } from './kept.ts';

/** Rules whose behaviour and texts are kept, and scores of rules. */
const MOST_RULES = 3000;
const MOST_DOCUMENTS = 60;

/** The store, and what was worked out of it before: a page that follows a search takes as much work as there is new, not as there is. */
export interface Reader {
  readonly digest: Digest;
  readonly courses: Courses;
  readonly scores: RuleScores;
  /** What a rule does, by its text. */
  readonly updatesOf: (rule: string) => OrdinaryUpdates;
  /** A rule with short names for operands. */
  readonly short: (rule: string) => string;
  /** Its formula, of its short text. */
  readonly latex: (short: string) => string;
  readonly verdicts: Kept<Verdict>;
}

export async function readerOf(digest: Digest): Promise<Reader> {
  return {
    digest,
    courses: new Courses(digest),
    scores: new RuleScores(digest),
    updatesOf: remembering((rule) => ordinaryUpdates(parseRule(rule)), MOST_RULES),
    short: remembering(await shortRules(), MOST_RULES),
    latex: remembering((short) => latexRule(parseRule(short)), MOST_RULES),
    verdicts: new Kept(MOST_DOCUMENTS),
  };
}

/** The scores of some rules of a run. */
export interface ScoresOfRules {
  /** Changes when they do. */
  readonly mark: string;
  read(): Promise<readonly ScoreSummary[]>;
}

/** Reads the scores of rules, those of a rule again only if it has got another. */
class RuleScores {
  readonly #digest: Digest;
  readonly #known = new Map<string, readonly ScoreSummary[]>();

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  async of(run: DigestRun, keys: readonly string[]): Promise<ScoresOfRules> {
    const rows = await this.#digest.rows(
      `SELECT ${textOf('key')}, CAST(group_concat(role || position || ' ' || evaluation) AS BLOB) AS scores FROM digest
       WHERE run = ? AND key IN (SELECT value FROM json_each(?)) GROUP BY key`,
      [run.id, JSON.stringify(keys)],
    );
    const of = `${this.#digest.generation} ${nameOf(run)}`;
    const marks = rows.map(({ key, scores }) => ({ key: String(key), mark: `${of} ${key} ${scores}` }));
    return { mark: marks.map(({ mark }) => mark).join(), read: () => this.#read(run, marks) };
  }

  async #read(run: DigestRun, marks: readonly { readonly key: string; readonly mark: string }[]) {
    const found = new Map(marks.map(({ key, mark }) => [key, this.#known.get(mark)]));
    const missing = marks.filter(({ key }) => found.get(key) === undefined);
    const read =
      missing.length === 0
        ? []
        : await this.#digest.summaries(
            run.id,
            missing.map(({ key }) => key),
          );
    for (const { key } of missing)
      found.set(
        key,
        read.filter(({ evaluation }) => evaluation.key === key),
      );
    for (const { key, mark } of marks) {
      this.#known.delete(mark);
      this.#known.set(mark, found.get(key) ?? []);
    }
    for (const oldest of this.#known.keys()) if (this.#known.size > MOST_RULES) this.#known.delete(oldest);
    return [...found.values()].flatMap((scores) => scores ?? []);
  }
}
