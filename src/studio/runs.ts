import { taskTitle, worth } from '../evaluation/index.ts';
import { shortRules, verdictText, withinText } from '../report/index.ts';
import {
  foldCopies,
  leaderboard,
  metricOfRun,
  parseRunConfig,
  type RunConfig,
  verdictOf,
} from '../run/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import { referencesOf } from './curve.ts';
import type { RunDocument, RunEntry } from './documents.ts';

/** Steps of a run in its small picture. */
const STEPS = 40;

/** All runs, the newest first. */
export async function readEntries(digest: Digest): Promise<readonly RunEntry[]> {
  const runs = await digest.runs();
  return Promise.all(runs.toReversed().map((run) => entryOf(digest, run, parseRunConfig(run.config))));
}

export async function entryOf(digest: Digest, run: DigestRun, config: RunConfig): Promise<RunEntry> {
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
    sparkline: (await sparklineOf(digest, run.id, samples)).map(shown),
  };
}

/** `#wide grid, #second` has the tags `wide` and `second`. */
export function tagsOf(note: string): readonly string[] {
  return [...new Set([...note.matchAll(/(?<=^|\s)#([\p{L}\p{N}_-]+)/gu)].map(([, tag]) => tag as string))];
}

async function sparklineOf(
  digest: Digest,
  run: number,
  samples: number,
): Promise<readonly (number | null)[]> {
  const rows = await digest.rows(
    `SELECT CAST(position * ${STEPS} / ? AS INTEGER) AS step, max(iif(standing < 2, reward, NULL)) AS best FROM digest
     WHERE run = ? AND role = 'proposal' GROUP BY step ORDER BY step`,
    [samples, run],
  );
  const steps: (number | null)[] = [];
  for (const row of rows) {
    const before = steps.at(-1) ?? null;
    while (steps.length < Number(row.step)) steps.push(before);
    const best = typeof row.best === 'number' ? row.best : null;
    steps.push(best === null || (before !== null && before > best) ? before : best);
  }
  return steps;
}

/** A run, and how its search went so far. */
export async function readRunDocument(
  digest: Digest,
  run: DigestRun,
  config: RunConfig,
): Promise<RunDocument> {
  const endings = await digest.rows(
    `SELECT ${textOf('status')}, count(*) AS rules, sum(reused) AS reused
     FROM digest WHERE run = ? AND role = 'proposal' GROUP BY status`,
    [run.id],
  );
  const [distinct] = await digest.rows(
    // With +, by the index of keys, which has them in order: a sixth of the time.
    `SELECT count(DISTINCT key) AS rules FROM digest WHERE run = ? AND +role = 'proposal'`,
    [run.id],
  );
  const verdict = await verdictOn(digest, run, config);
  return {
    run: await entryOf(digest, run, config),
    config,
    fingerprint: run.fingerprint,
    version: run.version,
    endings: {
      ...Object.fromEntries(endings.map(({ status, rules }) => [String(status), Number(rules)])),
      reused: endings.reduce((sum, { reused }) => sum + Number(reused), 0),
    },
    distinct: Number(distinct?.rules),
    verdict: {
      finding: verdict.finding,
      text: verdictText(verdict, await shortRules(), metricOfRun(config)),
    },
  };
}

/** What the fresh seeds say: of the rules that were tested with them, and the references. */
async function verdictOn(digest: Digest, run: DigestRun, config: RunConfig) {
  const rows = await digest.rows(
    `SELECT DISTINCT ${textOf('key')} FROM digest WHERE run = ? AND role IN ('reference', 'retest')`,
    [run.id],
  );
  const summaries = await digest.summaries(
    run.id,
    rows.map(({ key }) => String(key)),
  );
  const finished = run.status === 'finished';
  return verdictOf(foldCopies(leaderboard(summaries, config.retest)), {
    seeds: config.retest.seeds,
    finished,
  });
}
