import * as z from 'zod';
import { goals, type Metric, ownScore, regimeText } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import {
  allDivergedTexts,
  compareCommandText,
  divergedReferences,
  duration,
  exportCommandText,
  fileName,
  leaderboardText,
  pairs,
  plural,
  remarksOf,
  runState,
  type ShortRule,
  shortRules,
  sparedRows,
  thousands,
  unitsText,
  verdictDocument,
  verdictText,
} from '../report/index.ts';
import { findSpace } from '../rules/index.ts';
import {
  findings,
  foldCopies,
  isFound,
  type LeaderboardRow,
  leaderboardRowSchema,
  metricOfRun,
  type RunConfig,
  type RunResult,
  runConfigSchema,
  verdictOf,
} from '../run/index.ts';
import { shellWord } from '../shell.ts';
import type { Context, Result } from './command.ts';

/** A row of the leaderboard, as documents hold it. */
export const boardSchema = leaderboardRowSchema
  .extend({
    evaluations: f.count(
      "number of evaluations: the search's own, which equal proposals share, and the retests",
    ),
    score: z
      .strictObject({
        metric: f.text('what it is called'),
        goal: f.oneOf(goals, 'which scores are better'),
        value: f.figure("score of the search's own evaluation; NaN if it came to nothing"),
        retest: f.figure('mean over the fresh seeds, if there was a test').exactOptional(),
      })
      .describe('the same in the units of the score, unless it is an accuracy')
      .exactOptional(),
  })
  .meta({ id: 'LeaderboardRow', description: 'a row of the leaderboard' });

const side = z
  .strictObject({
    rule: f.text('canonical text'),
    key: f.key,
    names: f.names,
    index: f.number('index of its first proposal; −1 if it was not proposed'),
    mean: f.figure('mean reward over the fresh seeds'),
  })
  .exactOptional();

/** The verdict on a run, as documents hold it. */
export const verdictSchema = z
  .strictObject({
    finding: f.oneOf(findings, 'what was found'),
    seeds: f.count('fresh seeds that each rule was to be tested with'),
    difference: f.figure('mean of the found rule minus that of the reference').exactOptional(),
    rules: f.count('found rules that were tested').exactOptional(),
    p: f.figure('p-value of the paired permutation test, corrected for all of them').exactOptional(),
    found: side.describe('best found rule'),
    reference: side.describe('best reference rule'),
    text: f.text('the same as a sentence'),
  })
  .meta({ id: 'Verdict', description: 'whether a found rule beats the reference rules' });

const sparedSchema = z
  .strictObject({
    reused: f.count('proposals with the evaluation of another rule of the run, which does the same'),
    near: f.count('others with the evaluation of a rule that they are near copies of'),
    rejected: f.count('others that were rejected without training'),
    stopped: f.count('others that were stopped early'),
  })
  .describe('proposals that ended without a whole training of their own');

export const searchDocument = z.strictObject({
  run: f.run,
  status: f.oneOf(['finished', 'stopped'], 'whether the run is over'),
  stoppedBy: f.oneOf(['signal', 'timeout'], 'what stopped the run').exactOptional(),
  told: f.count('proposals whose rewards the strategy was told'),
  config: runConfigSchema,
  fingerprint: f.fingerprint,
  version: f.version,
  store: f.text('path of the store'),
  spared: sparedSchema,
  rules: f.list(boardSchema, 'the leaderboard, all of it; near copies of the first fifteen rules are folded'),
  verdict: verdictSchema,
  remarks: f.remarks,
});

/** Rows of a leaderboard unless a number is given: all that were tested again, as these come first, and some more. */
export const DEFAULT_ROWS = 15;

/** `evaluations` counts the search's own, which equal proposals share, and the retests. */
export function rowDocument(row: LeaderboardRow, metric: Metric) {
  const evaluations = 1 + (row.retest?.rewards.length ?? 0);
  const { score } = ownScore(row, metric);
  if (score === undefined) return { ...row, evaluations };
  const retest = row.retest && { retest: ownScore({ reward: row.retest.mean }, metric).score!.value };
  return { ...row, evaluations, score: { ...score, ...retest } };
}

/** What a command that searches gives at its end. */
export type SearchReport = Result<f.DataOf<typeof searchDocument>>;

export interface RunReport {
  readonly result: RunResult;
  readonly config: RunConfig;
  readonly fingerprint: string;
  readonly version: string;
  /** Seconds for which processes have driven the run. */
  readonly seconds: number;
}

/** Reports a run at its end: the leaderboard, all that the result depends on, and what to do next. */
export async function reportRun(report: RunReport, context: Context): Promise<SearchReport> {
  const { result, config, fingerprint, version } = report;
  const { run, status, stoppedBy, told } = result;
  const leaderboard = foldCopies(result.leaderboard, { count: DEFAULT_ROWS });
  const short = await shortRules();
  const metric = metricOfRun(config);
  const verdict = verdictOf(leaderboard, { seeds: config.retest.seeds, finished: status === 'finished' });
  const diverged = divergedReferences(result.leaderboard, config.task);
  const document = {
    run,
    status,
    ...(stoppedBy && { stoppedBy }),
    told,
    config,
    fingerprint,
    version,
    store: context.places.store,
    spared: result.spared,
    rules: leaderboard.map((row) => rowDocument(row, metric)),
    verdict: verdictDocument(verdict, short, metric),
    ...remarksOf(diverged),
  };
  const parts = [
    await leaderboardText(leaderboard.slice(0, DEFAULT_ROWS), context.stdout, metric),
    context.stdout.colours.bold(verdictText(verdict, short, metric)),
    ...allDivergedTexts(diverged, context.call),
    facts(report, context),
    nextSteps(report, leaderboard.find(isFound), compareCommandText(verdict, config, short), short, context),
  ];
  return { document, text: parts.join('\n\n') };
}

function facts(
  { result, config, fingerprint, version, seconds }: RunReport,
  { places, stdout }: Context,
): string {
  const { name, constraints } = findSpace(config.space.name, config.space);
  const limits = constraints.length === 0 ? '' : ` (${constraints.join(', ')})`;
  const told = `${thousands(result.told)} of ${plural(config.samples, 'rule')}`;
  // Proposals beyond those told are scored, and in the leaderboard: they were in flight when the run stopped.
  const distinct = result.leaderboard.filter(({ index }) => index >= 0 && index < result.told).length;
  return pairs(
    [
      [
        'run',
        `${result.run}, ${runState({ ...result, samples: config.samples })}: ${told}, ${distinct} distinct, ${duration(seconds)}`,
      ],
      ['search', `${config.strategy.name} in ${name}${limits}`],
      ...sparedRows(result.spared),
      ['scored by', [config.task, regimeText(config), ...unitsText(metricOfRun(config))].join(', ')],
      ['seed', String(config.seed)],
      ['version', `${version}, fingerprint ${fingerprint}`],
      ['store', places.store],
    ],
    stdout.columns,
  );
}

function nextSteps(
  { result, config }: RunReport,
  found: LeaderboardRow | undefined,
  compare: string | undefined,
  short: ShortRule,
  { stdout, call }: Context,
): string {
  const { run, status, stoppedBy, told } = result;
  const untold = config.samples - told;
  const name = shellWord(run);
  if (status === 'stopped') {
    const goOn = stdout.colours.bold(`go on:  ${call(`nos resume ${name}`)}`);
    const end = `end it here, with tests of the best:  ${call(`nos resume ${name} --samples ${told}`)}`;
    return [
      ...(stoppedBy === 'timeout' ? ['The time is over: no further batch was begun.'] : []),
      goOn,
      ...(told === 0 || untold === 0 ? [] : [end]),
    ].join('\n');
  }
  const steps = [
    ...(compare === undefined ? [] : [compare]),
    ...(found === undefined ? [] : [`nos show ${name} ${found.index}`, exportCommandText(short(found.rule))]),
    `nos top ${name} -n 30`,
    `nos log ${name} --csv > ${shellWord(`${fileName(run)}.csv`)}`,
  ];
  return ['next:', ...steps.map((step) => `  ${call(step)}`)].join('\n');
}
