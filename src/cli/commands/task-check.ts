import {
  planTaskCheck,
  summarizeTaskCheck,
  type TaskCheck,
  taskCheckSchema,
  trainTaskCheck,
} from '../../compare/index.ts';
import { regimeText, taskTitle } from '../../evaluation/index.ts';
import { observeDispatch } from '../../observe/index.ts';
import {
  type Column,
  duration,
  learningRate,
  pairs,
  plural,
  rewardText,
  type Terminal,
  table,
  thousands,
  unitsText,
  unitText,
} from '../../report/index.ts';
import { shellWord } from '../../shell.ts';
import { resolveTask } from '../../tasks/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { prepareTasks, withDispatcher, workerCount } from '../evaluators.ts';
import { openMeter } from '../live/progress-bar.ts';
import { integer, type SettingsOf } from '../option.ts';
import { dataOption, engineOption, logOptions, regimeOptions, seed, settings, task } from '../options.ts';
import { programOptions, usualWorkers, withProgram } from '../programs.ts';

/** Evaluations that a search has under way at a time, by its usual batches and references. */
const AT_A_TIME = 15;

const options = {
  task,
  ...programOptions,
  ...regimeOptions,
  protocol: settings.protocol.default('fast'),
  rules: integer('rules of the search whose time is estimated', { minimum: 1, source: 'flag' }).default(500),
  seeds: settings.seeds.default(3),
  seed,
  workers: settings.workers.optional(),
  redis: settings.redis.optional(),
  ...logOptions,
  ...dataOption,
  ...engineOption,
};

export const command = defineCommand({
  documents: { 'task check': taskCheckSchema },
  options,
  example:
    'nos task check --task digits-mlp --protocol quick\nnos task check --task digits-mlp --rules 100 --seeds 5',
  stopsGracefully: true,
  async run(given) {
    const context = await withProgram(given);
    const { task, rules, ...input } = context.settings;
    const requests = await planTaskCheck({ ...input, task });
    const reference = requests[0]!.task;
    await prepareTasks(context, [reference], { protocol: input.protocol });
    const { evaluations, workers } = await train(context, requests);
    const sizes = await resolveTask(reference);
    const references = sizes.program?.record.references;
    const check = summarizeTaskCheck(evaluations, { task: sizes, rules, workers, references });
    return { document: check, text: textOf(check, context), exitCode: check.passed ? 0 : 1 };
  },
});

type Settings = SettingsOf<typeof options>;

/** Trains, with a bar of what is done. */
async function train(context: Context<Settings>, requests: Parameters<typeof trainTaskCheck>[0]) {
  const { settings, stderr, log, signal } = context;
  const { onEvent, close } = await openMeter(requests.length, stderr);
  const around = {
    run: 'nos task check',
    tasks: [requests[0]!.task],
    useful: requests.length,
    onEvent: (event: Parameters<typeof observeDispatch>[0]) => log.write(observeDispatch(event)),
  };
  try {
    return await withDispatcher(context, around, async (dispatcher) => ({
      evaluations: await trainTaskCheck(requests, { dispatcher, signal, onEvent }),
      workers:
        settings.redis === undefined
          ? workerCount({ workers: settings.workers ?? (await usualWorkers(around.tasks)) }, AT_A_TIME)
          : Math.max(dispatcher.workers().length, 1),
    }));
  } finally {
    close();
  }
}

function textOf(check: TaskCheck, { stdout, call }: Context): string {
  const { task, trials, remarks, passed, needed, search } = check;
  const { columns, colours } = stdout;
  const next = `nos search --task ${shellWord(givenTask(task))} --protocol ${check.protocol} --samples ${search.rules}`;
  return [
    table(trials, COLUMNS, stdout),
    pairs(rowsOf(check), columns),
    ...(needed.length === 0 ? [] : [neededText(needed, stdout)]),
    ...(remarks.length === 0 ? [] : [remarks.map((remark) => colours.yellow(remark)).join('\n')]),
    passed
      ? `${colours.green('the task is fit to be searched on')}: ${call(next)}`
      : colours.red('the task is not fit to be searched on'),
  ].join('\n\n');
}

/** A module's reference without its hash is its path. */
const givenTask = (reference: string): string => reference.replace(/#[0-9a-f]+$/, '');

function rowsOf({ task, trials, repeat, spread, trialSeconds, search, rule, ...regime }: TaskCheck) {
  const score = trials[0]?.score;
  const { rules, evaluations, workers, seconds, coreHours } = search;
  const off = unitText(Math.abs(repeat.difference), score);
  const share =
    spread && spread.deviation > 0
      ? `, ${(Math.abs(repeat.difference) / spread.deviation).toFixed(2)} of the spread`
      : '';
  const hours = coreHours < 10 ? coreHours.toFixed(2) : thousands(Math.round(coreHours));
  const rows: [string, string][] = [
    [
      'task',
      [
        `${taskTitle(task)}, ${regimeText(regime)}, trained by ${rule}`,
        ...(score ? unitsText(score) : []),
      ].join('; '),
    ],
    [
      'one seed',
      repeat.equal
        ? `twice seed ${repeat.seed}: equal to the bit`
        : `twice seed ${repeat.seed}: noise, the scores differ by ${off}${share}`,
    ],
  ];
  if (spread) {
    const { deviation, atMost } = spread;
    rows.push([
      'spread',
      `${unitText(spread.mean, score)} ± ${unitText(deviation, score)} over ${plural(spread.seeds, 'seed')}; the true deviation is below ${unitText(atMost, score)}, nine times in ten`,
    ]);
  }
  rows.push(
    ['training', secondsText(trialSeconds)],
    [
      'search',
      `${plural(rules, 'rule')}, ${thousands(evaluations)} trainings with references and retests: at most ${duration(seconds)} on ${plural(workers, 'worker')}, ${hours} core-hours`,
    ],
  );
  return rows;
}

type Trial = TaskCheck['trials'][number];

const COLUMNS: readonly Column<Trial>[] = [
  { title: 'seed', cell: ({ seed }) => String(seed), align: 'right' },
  { title: 'score', cell: rewardText, align: 'right' },
  { title: 'rate', cell: (trial) => learningRate(trial.learningRate, trial.edgeOfGrid) },
  { title: 'status', cell: ({ status }) => status },
  { title: 'time', cell: ({ seconds }) => secondsText(seconds), align: 'right' },
];

/** What a verdict needs: a sentence above a table, which ends with the first difference that takes the fewest seeds. */
function neededText(needed: TaskCheck['needed'], terminal: Terminal): string {
  const fewest = needed.at(-1)?.seeds;
  const end = needed.findIndex(({ seeds }) => seeds === fewest) + 1;
  const columns: readonly Column<TaskCheck['needed'][number]>[] = [
    { title: 'difference', cell: ({ difference }) => String(difference), align: 'right' },
    { title: 'seeds', cell: ({ seeds }) => thousands(seeds), align: 'right' },
    { title: 'at most, nine times in ten', cell: ({ atMost }) => thousands(atMost), align: 'right' },
  ];
  const head = 'seeds with which `nos compare` tells a true difference, four times in five:';
  return `${head}\n${table(needed.slice(0, end), columns, terminal)}`;
}

/** Writes the time of a training: the tenths count where there are few seconds. */
const secondsText = (time: number): string => (time < 10 ? `${time.toFixed(2)} s` : duration(time));
