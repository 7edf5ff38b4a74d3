import { worth } from '../evaluation/index.ts';
import { namesOf } from '../rules/index.ts';
import { metricOfRun, type RunConfig } from '../run/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import { scoredOf } from './course.ts';
import type { CurveDocument, ReferenceFigure } from './documents.ts';
import type { Reader } from './reader.ts';

/** Points of the moving average, and of rules, that a picture has at most. */
const MOST_LINE = 600;
const MOST_POINTS = 1500;
const NARROWEST_WINDOW = 5;

/** Rules of a run by their numbers from 1, both among them. */
interface Part {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/**
 * The course of a run's rewards, for a picture.
 *
 * @param part Only the rules from the one to the other, by their numbers from 1: closer together.
 */
export async function readCurve(
  { digest, courses }: Reader,
  run: DigestRun,
  { samples, ...config }: RunConfig,
  part: Part = {},
): Promise<CurveDocument> {
  const course = await courses.of(run);
  const { sums, counts, best } = course;
  const score = metricOfRun(config);
  const shown = (reward: number): number => worth(reward, score.goal);
  const scored = scoredOf(course);
  const window = Math.max(Math.round(samples / 10), NARROWEST_WINDOW);
  const meanUpTo = (to: number): number => {
    const from = Math.max(to - window, 0);
    return shown(
      ((sums[to] as number) - (sums[from] as number)) / ((counts[to] as number) - (counts[from] as number)),
    );
  };
  const from = Math.min(Math.max(part.from ?? 1, 1), Math.max(scored, 1));
  const to = Math.max(Math.min(part.to ?? samples, samples), from);
  const last = Math.min(to, scored);
  const shownRules = scored === 0 ? 0 : last - from + 1;
  const step = Math.max(Math.ceil(shownRules / MOST_POINTS), 1);
  const steps = best.filter(([at]) => at >= from && at <= last);
  const before = best.findLast(([at]) => at < from);
  return {
    run: run.name,
    score,
    samples,
    scored,
    window,
    shown: { from, to },
    average: thinned(shownRules, MOST_LINE).map((i) => [from - 1 + i, meanUpTo(from - 1 + i)]),
    best: ends(before === undefined ? steps : [[from, before[1]], ...steps], last).map(([at, reward]) => [
      at,
      shown(reward),
    ]),
    step,
    points: Array.from({ length: Math.ceil(shownRules / step) }, (_, i) => from - 1 + i * step)
      .filter((at) => (counts[at + 1] as number) > (counts[at] as number))
      .map((at) => [at + 1, shown((sums[at + 1] as number) - (sums[at] as number))] as const),
    references: (await referencesOf(digest, run.id)).map((one) => ({
      ...one,
      reward: one.reward === null ? null : shown(one.reward),
    })),
  };
}

/** A staircase up to the last rule. */
function ends(steps: readonly (readonly [number, number])[], last: number) {
  const highest = steps.at(-1);
  return highest === undefined ? [] : [...steps, [last, highest[1]] as const];
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
