import { taskTitle, worth } from '../evaluation/index.ts';
import { verdictText, withinText } from '../report/index.ts';
import {
  foldCopies,
  leaderboard,
  metricOfRun,
  parseRunConfig,
  type RunConfig,
  verdictOf,
} from '../run/index.ts';
import { type DigestRun, textOf } from '../store/index.ts';
import { nameOf, type RunCourse, scoredOf } from './course.ts';
import { referencesOf } from './curve.ts';
import type { RunDocument, RunEntry } from './documents.ts';
import type { Reader } from './reader.ts';

/** Steps of a run in its small picture. */
const STEPS = 40;

/** All runs, the newest first. */
export async function readEntries(reader: Reader): Promise<readonly RunEntry[]> {
  const runs = await reader.digest.runs();
  return Promise.all(runs.toReversed().map((run) => entryOf(reader, run, parseRunConfig(run.config))));
}

async function entryOf({ digest, courses }: Reader, run: DigestRun, config: RunConfig): Promise<RunEntry> {
  const { name, status, createdAt, told, seconds, note = '', bestReward } = run;
  const references = await referencesOf(digest, run.id);
  const { strategy, space, task, samples } = config;
  const score = metricOfRun(config);
  const shown = (reward: number | null | undefined): number | null =>
    reward === null || reward === undefined ? null : worth(reward, score.goal);
  return {
    ...{ name, status, note, tags: tagsOf(note), createdAt, told, samples, seconds },
    task: taskTitle(task),
    protocol: withinText(config.protocol, config),
    strategy: [taskTitle(strategy.name), strategy.options.algorithm ?? ''].join(' ').trim(),
    space: space.name,
    rulesPerHour: seconds > 0 && told > 0 ? (3600 * told) / seconds : null,
    score,
    best: shown(bestReward),
    adam: shown(references.find((reference) => reference.name === 'adam')?.reward),
    sparkline: sparklineOf(await courses.of(run), samples).map(shown),
  };
}

/** `#wide grid, #second` has the tags `wide` and `second`. */
export function tagsOf(note: string): readonly string[] {
  return [...new Set([...note.matchAll(/(?<=^|\s)#([\p{L}\p{N}_-]+)/gu)].map(([, tag]) => tag as string))];
}

/** The best so far at the end of every step of the run that has begun. */
function sparklineOf(course: RunCourse, samples: number): readonly (number | null)[] {
  const scored = scoredOf(course);
  const begun = scored === 0 ? 0 : Math.floor(((scored - 1) * STEPS) / samples) + 1;
  return Array.from({ length: begun }, (_, step) => {
    const end = ((step + 1) * samples) / STEPS;
    return course.best.findLast(([at]) => at <= end)?.[1] ?? null;
  });
}

/** A run, and how its search went so far. */
export async function readRunDocument(
  reader: Reader,
  run: DigestRun,
  config: RunConfig,
): Promise<RunDocument> {
  const { endings, distinct } = await reader.courses.of(run);
  const verdict = await verdictOn(reader, run, config);
  return {
    run: await entryOf(reader, run, config),
    config,
    fingerprint: run.fingerprint,
    version: run.version,
    endings,
    distinct,
    verdict: {
      finding: verdict.finding,
      text: verdictText(verdict, reader.short, metricOfRun(config)),
    },
  };
}

/** What the fresh seeds say: of the rules that were tested with them, and the references. */
async function verdictOn({ digest, scores, verdicts, updatesOf }: Reader, run: DigestRun, config: RunConfig) {
  const rows = await digest.rows(
    `SELECT DISTINCT ${textOf('key')} FROM digest WHERE run = ? AND role IN ('reference', 'retest')`,
    [run.id],
  );
  const tested = await scores.of(
    run,
    rows.map(({ key }) => String(key)),
  );
  const finished = run.status === 'finished';
  return verdicts.get(nameOf(run), `${finished} ${tested.mark}`, async () => {
    const rows = leaderboard(await tested.read(), config.retest);
    return verdictOf(foldCopies(rows, { updatesOf }), { seeds: config.retest.seeds, finished });
  });
}
