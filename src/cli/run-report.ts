import type { RunConfig, RunResult } from '../run/index.ts';
import { shellWord } from '../shell.ts';
import { packageVersion } from '../version.ts';
import type { Context } from './command.ts';
import { DEFAULT_ROWS, documentOf } from './commands/top.ts';
import { conditionsText, duration, fileName, plural, thousands } from './text/format.ts';
import { leaderboardText } from './text/leaderboard.ts';
import { shortRules } from './text/short-rule.ts';
import { pairs } from './text/table.ts';

export interface RunReport {
  readonly result: RunResult;
  readonly config: RunConfig;
  readonly fingerprint: string;
  /** Of this process. */
  readonly seconds: number;
}

/** What a search or a resume says at its end: the leaderboard, all that the result depends on, and what to do next. */
export async function reportRun(
  report: RunReport,
  context: Context,
): Promise<{ document: unknown; text: string }> {
  const { result, config, fingerprint } = report;
  const { run, status, told, leaderboard } = result;
  const document = {
    run,
    status,
    told,
    config,
    fingerprint,
    version: packageVersion,
    store: context.places.store,
    rules: leaderboard.map(documentOf),
  };
  const parts = [
    await leaderboardText(leaderboard.slice(0, DEFAULT_ROWS), context.stdout),
    await facts(report, context),
    await nextSteps(report, context),
  ];
  return { document, text: parts.join('\n\n') };
}

async function facts(
  { result, config, fingerprint, seconds }: RunReport,
  { places, stdout }: Context,
): Promise<string> {
  const { findSpace } = await import('../rules/index.ts');
  const { name, constraints } = findSpace(config.space.name, config.space);
  const limits = constraints.length === 0 ? '' : ` (${constraints.join(', ')})`;
  const told = `${thousands(result.told)} of ${plural(config.samples, 'rule')}`;
  const distinct = result.leaderboard.filter((row) => row.proposals > 0).length;
  return pairs(
    [
      ['run', `${result.run}, ${result.status}: ${told}, ${distinct} distinct, ${duration(seconds)}`],
      ['search', `${config.strategy.name} in ${name}${limits}`],
      ['scored by', `${config.task}, ${conditionsText(config)}`],
      ['seed', String(config.seed)],
      ['version', `${packageVersion}, fingerprint ${fingerprint}`],
      ['store', places.store],
    ],
    stdout.columns,
  );
}

async function nextSteps({ result, config }: RunReport, { stdout, call }: Context): Promise<string> {
  const { run, status, leaderboard } = result;
  const name = shellWord(run);
  if (status === 'stopped') return stdout.colours.bold(`go on:  ${call(`nos resume ${name}`)}`);
  const found = leaderboard.find((row) => !row.reference && row.status === 'ok');
  const steps = [`nos top ${name} -n 30`, `nos log ${name} --csv > ${shellWord(`${fileName(run)}.csv`)}`];
  if (found !== undefined) {
    steps.unshift(`nos show ${name} ${found.index}`);
    const short = await shortRules();
    const where = config.environment === 'none' ? '' : ` --environment ${config.environment}`;
    steps.push(
      `nos eval ${shellWord(short(found.rule))} adam --task ${shellWord(config.task)} --protocol paper${where} --seeds 3`,
    );
  }
  return ['next:', ...steps.map((step) => `  ${call(step)}`)].join('\n');
}
