import type { InStatement } from '@libsql/client';
import { type Evaluation, type EvaluationIdentity, identityFields } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import { named, packed } from './columns.ts';
import { type Database, markOf, type RunKey } from './database.ts';
import {
  type Columns,
  EVALUATION,
  readEvaluation,
  readScore,
  readStoredEvaluation,
  readSummary,
  scoreIdentity,
  sealOf,
} from './documents.ts';
import { corrupt } from './errors.ts';
import type { Origin, Score, ScoreRole, ScoreSummary, Store } from './store.ts';

const EVALUATIONS = `SELECT ${packed(EVALUATION)} FROM evaluations e`;

const IDENTITY = `${identityFields.map((name) => `${name} = ?`).join(' AND ')} AND scope IN (?, ?)`;

/** Not those that stand for another rule's: which one that is may change where a run is given another number of proposals. */
const MADE = `instr(e.document, '"reuses":') = 0`;

const SCORES = `
  SELECT ${packed({ ...named('s', 'role', 'position', 'checksum'), ...markOf('s'), ...EVALUATION })}
  FROM scores s JOIN evaluations e ON e.id = s.evaluation
  WHERE s.run = ? AND s.role = ? AND s.position >= ? ORDER BY s.position LIMIT ?`;

const ROLES: readonly ScoreRole[] = ['reference', 'proposal', 'retest'];

type Evaluations = Pick<
  Store,
  | 'addScore'
  | 'findEvaluation'
  | 'addEvaluation'
  | 'evaluations'
  | 'scores'
  | 'streamScores'
  | 'streamSummaries'
>;

/** The part of a store that looks after evaluations, and what they are to their runs. */
export function evaluationsOf(db: Database): Evaluations {
  const { path } = db;

  async function* scorePages(run: string, roles: readonly ScoreRole[]): AsyncGenerator<readonly Columns[]> {
    const id = await db.runId(run);
    for (const role of roles) yield* db.pages(SCORES, [id, role]);
  }

  async function* streamScores(run: string): AsyncGenerator<Score> {
    for await (const rows of scorePages(run, ROLES)) yield* rows.map((row) => readScore(path, row));
  }

  async function* streamSummaries(run: string, roles = ROLES): AsyncGenerator<ScoreSummary> {
    for await (const rows of scorePages(run, roles)) yield* rows.map((row) => readSummary(path, row));
  }

  return {
    streamScores,
    streamSummaries,

    async scores(run) {
      const scores: Score[] = [];
      for await (const score of streamScores(run)) scores.push(score);
      return scores;
    },

    async addScore(run, role, index, evaluation, origin) {
      const key = await db.runKey(run);
      const scope = scopeOf(evaluation, run);
      await db.write([
        insertEvaluation(evaluation, scope, origin),
        insertScore(key, { role, index, evaluation }, scope),
      ]);
    },

    async findEvaluation(identity, run = '') {
      // This run's own failure comes first, so that a resume replays it whatever other runs have found since.
      const [row] = await db.rows(
        `${EVALUATIONS} WHERE ${IDENTITY} AND ${MADE} ORDER BY e.scope DESC LIMIT 1`,
        [...identityOf(identity), ...['', run]],
      );
      if (row === undefined) return undefined;
      const found = readStoredEvaluation(path, row);
      if (String(identityOf(found.evaluation)) === String(identityOf(identity))) return found;
      throw corrupt(path, `the evaluation of ${identity.key} in it is another one's`);
    },

    async addEvaluation(evaluation, origin) {
      if (!isOfItsRun(evaluation)) await db.write([insertEvaluation(evaluation, '', origin)]);
    },

    async evaluations(identity) {
      const given = identityFields.filter((name) => identity[name] !== undefined);
      const conditions = [...given, 'scope'].map((name) => `${name} = ?`).join(' AND ');
      const rows = await db.rows(`${EVALUATIONS} WHERE ${conditions} ORDER BY e.id`, [
        ...given.map((name) => identity[name] as string | number),
        '',
      ]);
      return rows.map((row) => readEvaluation(path, row));
    },
  };
}

/** Whether no other run may have it: it failed for outside reasons, or stands for another rule's. */
const isOfItsRun = ({ status, reuses }: Evaluation): boolean => status === 'failed' || reuses !== undefined;

function identityOf(identity: EvaluationIdentity): readonly (string | number)[] {
  return identityFields.map((name) => identity[name]);
}

/** Whose evaluation it is: no run's, which is the empty text, or that run's alone. */
export const scopeOf = (evaluation: Evaluation, run: string): string => (isOfItsRun(evaluation) ? run : '');

/** Notes that an evaluation, which is stored, is the run's score. */
export function insertScore(run: RunKey, { role, index, evaluation }: Score, scope: string): InStatement {
  const seal = sealOf('score', {
    ...scoreIdentity(evaluation),
    role,
    position: index,
    scope,
    mark: run.mark,
  });
  return {
    sql: `INSERT OR IGNORE INTO scores (run, role, position, evaluation, checksum)
          SELECT ?, ?, ?, id, ? FROM evaluations WHERE ${IDENTITY}`,
    args: [run.id, role, index, seal, ...identityOf(evaluation), scope, scope],
  };
}

const COLUMNS = [...identityFields, 'scope', 'document', 'made_by', 'made_at', 'made_on', 'checksum'];

const REPLACE = `UPDATE SET ${['document', 'made_by', 'made_at', 'made_on', 'checksum'].map((name) => `${name} = excluded.${name}`).join(', ')}`;

export function insertEvaluation(
  evaluation: Evaluation,
  scope: string,
  origin?: Origin,
): { readonly sql: string; readonly args: (string | number | null)[] } {
  const { by: made_by = null, at: made_at = null, worker: made_on = null } = origin ?? {};
  const row = { scope, document: toJson(evaluation), made_by, made_at, made_on };
  const places = COLUMNS.map(() => '?').join(', ');
  return {
    sql: `INSERT INTO evaluations (${COLUMNS.join(', ')}) VALUES (${places}) ON CONFLICT DO ${evaluation.reuses ? REPLACE : 'NOTHING'}`,
    args: [...identityOf(evaluation), ...Object.values(row), sealOf('evaluation', row)],
  };
}
