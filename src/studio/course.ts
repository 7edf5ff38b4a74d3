import { setImmediate as nextTurn } from 'node:timers/promises';
import { statuses } from '../evaluation/index.ts';
import type { Digest, DigestRun } from '../store/index.ts';

/** Rows that are read at once. */
const PAGE = 5000;

/** The scored rules of a run in their order up to the first gap, as sums: what is new is added to them. */
export interface RunCourse {
  /** Sum of the first i rewards, from 0. */
  readonly sums: readonly number[];
  /** How many of them have a score: a training that came to nothing may have none. */
  readonly counts: readonly number[];
  /** [number of the rule from 1, best reward so far], where it rises. */
  readonly best: readonly (readonly [number, number])[];
  /** How many rules ended in each way; `reused` among them. */
  readonly endings: Readonly<Record<string, number>>;
  readonly distinct: number;
}

/** How many rules of a course are scored. */
export const scoredOf = ({ sums }: RunCourse): number => sums.length - 1;

/** Follows runs, and reads of each only what came since the last time. */
export class Courses {
  readonly #digest: Digest;
  #generation = -1;
  readonly #growing = new Map<string, GrowingCourse>();

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  of(run: DigestRun): Promise<RunCourse> {
    // A run that was removed may leave its number to another, and one that is reopened may lose its last rules.
    if (this.#digest.generation !== this.#generation) this.#growing.clear();
    this.#generation = this.#digest.generation;
    const name = nameOf(run);
    const course = this.#growing.get(name) ?? new GrowingCourse(this.#digest, run.id);
    this.#growing.set(name, course);
    return course.grown();
  }
}

/** Tells a run from others that had its number before. */
export const nameOf = ({ id, createdAt }: DigestRun): string => `${id} ${createdAt}`;

class GrowingCourse implements RunCourse {
  readonly sums = [0];
  readonly counts = [0];
  readonly best: [number, number][] = [];
  readonly endings: Record<string, number> = {};
  readonly #evaluations = new Set<number>();
  readonly #digest: Digest;
  readonly #run: number;
  #work: Promise<RunCourse> = Promise.resolve(this);

  constructor(digest: Digest, run: number) {
    this.#digest = digest;
    this.#run = run;
  }

  /** A run has one evaluation of a rule, however often it is proposed. */
  get distinct(): number {
    return this.#evaluations.size;
  }

  /** One reader at a time, whoever asks. */
  grown(): Promise<RunCourse> {
    this.#work = this.#work.catch(() => undefined).then(() => this.#grow());
    return this.#work;
  }

  async #grow(): Promise<RunCourse> {
    for (;;) {
      const rows = await this.#digest.rows(
        `SELECT position, coalesce(reward, 0) AS reward, standing, reused, evaluation FROM digest
         WHERE run = ? AND role = 'proposal' AND position >= ? ORDER BY position LIMIT ${PAGE}`,
        [this.#run, scoredOf(this)],
      );
      for (const row of rows) {
        if (Number(row.position) !== scoredOf(this)) return this;
        this.#add(Number(row.reward), Number(row.standing), Number(row.reused), Number(row.evaluation));
      }
      if (rows.length < PAGE) return this;
      await nextTurn();
    }
  }

  #add(reward: number, standing: number, reused: number, evaluation: number): void {
    const finite = Number.isFinite(reward);
    this.sums.push((this.sums.at(-1) as number) + (finite ? reward : 0));
    this.counts.push((this.counts.at(-1) as number) + (finite ? 1 : 0));
    const highest = this.best.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY;
    if (standing < 2 && reward > highest) this.best.push([scoredOf(this), reward]);
    const ending = statuses[standing] ?? 'failed';
    this.endings[ending] = (this.endings[ending] ?? 0) + 1;
    if (reused > 0) this.endings.reused = (this.endings.reused ?? 0) + reused;
    this.#evaluations.add(evaluation);
  }
}
