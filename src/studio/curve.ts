import { worth } from '../evaluation/index.ts';
import { namesOf } from '../rules/index.ts';
import { metricOfRun, type RunConfig } from '../run/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import type { CurveDocument, ReferenceFigure } from './documents.ts';

/** Points of the moving average, and of rules, that a picture has at most. */
const MOST_LINE = 600;
const MOST_POINTS = 1500;
const NARROWEST_WINDOW = 5;

/** The scored rules of a run up to the first gap, as running sums: more are added as they come. */
interface Course {
  /** Sum of the first i rewards, from 0. */
  readonly sums: number[];
  /** How many of them have a score: a training that came to nothing may have none. */
  readonly counts: number[];
  readonly best: [number, number][];
}

/** Reads the curves of runs, and of each run only what came since the last time. */
export class Curves {
  readonly #digest: Digest;
  readonly #courses = new Map<string, Course>();

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  async read(run: DigestRun, { samples, ...config }: RunConfig): Promise<CurveDocument> {
    const course = await this.#course(run);
    const { sums, counts, best } = course;
    const score = metricOfRun(config);
    const shown = (reward: number): number => worth(reward, score.goal);
    const scored = sums.length - 1;
    const window = Math.max(Math.round(samples / 10), NARROWEST_WINDOW);
    const meanUpTo = (to: number): number => {
      const from = Math.max(to - window, 0);
      return shown(
        ((sums[to] as number) - (sums[from] as number)) / ((counts[to] as number) - (counts[from] as number)),
      );
    };
    const step = Math.max(Math.ceil(scored / MOST_POINTS), 1);
    return {
      run: run.name,
      score,
      samples,
      scored,
      window,
      average: thinned(scored, MOST_LINE).map((to) => [to, meanUpTo(to)]),
      best:
        best.length === 0
          ? []
          : [...best, [scored, (best.at(-1) as [number, number])[1]] as const].map(([at, reward]) => [
              at,
              shown(reward),
            ]),
      step,
      points: Array.from({ length: Math.ceil(scored / step) }, (_, i) => i * step)
        .filter((at) => (counts[at + 1] as number) > (counts[at] as number))
        .map((at) => [at + 1, shown((sums[at + 1] as number) - (sums[at] as number))] as const),
      references: (await referencesOf(this.#digest, run.id)).map((one) => ({
        ...one,
        reward: one.reward === null ? null : shown(one.reward),
      })),
    };
  }

  async #course({ id, createdAt }: DigestRun): Promise<Course> {
    // A run that was removed may leave its number to another, and one that is reopened may lose its last rules.
    const known = `${this.#digest.generation} ${id} ${createdAt}`;
    const course = this.#courses.get(known) ?? { sums: [0], counts: [0], best: [] };
    this.#courses.set(known, course);
    const { sums, counts, best } = course;
    for (;;) {
      const next = sums.length - 1;
      const rows = await this.#digest.rows(
        `SELECT position, coalesce(reward, 0) AS reward, standing FROM digest
         WHERE run = ? AND role = 'proposal' AND position >= ? ORDER BY position LIMIT 5000`,
        [id, next],
      );
      for (const row of rows) {
        const [position, reward, standing] = [Number(row.position), Number(row.reward), Number(row.standing)];
        if (position !== sums.length - 1) return course;
        const finite = Number.isFinite(reward);
        sums.push((sums.at(-1) as number) + (finite ? reward : 0));
        counts.push((counts.at(-1) as number) + (finite ? 1 : 0));
        if (standing < 2 && reward > (best.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY))
          best.push([position + 1, reward]);
      }
      if (rows.length < 5000) return course;
    }
  }
}

/** Whole numbers, `most` at most, from 1 to `last`, evenly, with the last. */
function thinned(last: number, most: number): readonly number[] {
  const count = Math.min(last, most);
  return Array.from({ length: count }, (_, i) => Math.round(((i + 1) * last) / count));
}

/** The reference rules of a run, the best first. */
export async function referencesOf(digest: Digest, run: number): Promise<readonly ReferenceFigure[]> {
  const rows = await digest.rows(
    `SELECT ${textOf('key')}, ${textOf('rule')}, reward, standing FROM digest
     WHERE run = ? AND role = 'reference' ORDER BY standing, reward DESC`,
    [run],
  );
  return rows.map(({ key, rule, reward, standing }) => ({
    name: namesOf(String(key))[0] ?? String(rule),
    key: String(key),
    reward: typeof reward === 'number' && Number.isFinite(reward) && Number(standing) < 4 ? reward : null,
  }));
}
