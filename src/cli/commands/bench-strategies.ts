import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  BakeoffPlan,
  BakeoffResult,
  Curve,
  Ranked,
  RunTrials,
  Trial,
  TrialResult,
} from '../../bakeoff/index.ts';
import { NosError } from '../../errors.ts';
import { toJson } from '../../json.ts';
import { makeDirectory } from '../../make-directory.ts';
import { packageVersion } from '../../version.ts';
import type { Command, Context } from '../command.ts';
import { workerCount } from '../evaluators.ts';
import { openCounter } from '../live/counter.ts';
import { thousands } from '../text/format.ts';
import { type Column, table } from '../text/table.ts';

const DIRECTORY = 'bake-off';
const BUDGET = 3_000;
const REPEATS = 20;

export const benchStrategiesCommand: Command = {
  name: 'bench strategies',
  summary: 'compare strategies at equal budgets, on landscapes whose best rules are known',
  options: ['strategies', 'landscapes', 'budget', 'repeats', 'tune', 'workers', 'output'],
  example:
    'nos bench strategies --strategies random,evolution --budget 300 --repeats 5\nnos bench strategies --tune -o results',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout } = context;
    const bakeoff = await import('../../bakeoff/index.ts');
    const plan = await planOf(context);
    const directory = settings.output ?? DIRECTORY;
    await writable(directory, () => makeDirectory(directory));
    const result = await bakeoff.runBakeoff(plan, await trialRunner(context, plan, directory));
    const curves = bakeoff.summarize(result);
    const budgets = bakeoff.budgetsWithin(plan.samples);
    const ranking = bakeoff.rank(result.results, budgets);
    const document = { ...withoutTrials(result), budget: plan.samples, repeats: plan.seeds, ranking, curves };
    const files = {
      'bake-off.json': toJson(document, 2),
      'regret.svg': bakeoff.bakeoffPicture(curves, 'regret'),
      'proposals.svg': bakeoff.bakeoffPicture(curves, 'proposalRegret'),
    };
    for (const [name, text] of Object.entries(files)) {
      await writable(directory, () => writeFile(join(directory, name), `${text}\n`));
    }
    const wrote = `wrote ${Object.keys(files).join(', ')} to ${directory}`;
    return {
      document,
      text: `${report(result, curves, ranking, budgets, stdout)}\n\n${stdout.colours.dim(wrote)}`,
    };
  },
};

async function planOf({ settings }: Context): Promise<BakeoffPlan> {
  const { contestants, findContestant, findLandscape, landscapes, YARDSTICK } = await import(
    '../../bakeoff/index.ts'
  );
  const named = settings.strategies?.filter((name) => name !== YARDSTICK);
  return {
    contestants: named ? [YARDSTICK, ...named].map(findContestant) : contestants,
    landscapes: settings.landscapes?.map(findLandscape) ?? landscapes,
    samples: settings.budget ?? BUDGET,
    seeds: settings.repeats ?? REPEATS,
    tune: settings.tune ?? false,
  };
}

/** Runs the trials that an earlier call has not left in the directory, and shows how far they are. */
async function trialRunner(context: Context, plan: BakeoffPlan, directory: string): Promise<RunTrials> {
  const { settings, signal, stderr } = context;
  const { openJournal, plannedTrials, runTrials } = await import('../../bakeoff/index.ts');
  const { fingerprint } = await import('../../evaluate/index.ts');
  const journal = openJournal(join(directory, 'trials.jsonl'), `${packageVersion} ${await fingerprint()}`);
  const counter = await openCounter(plannedTrials(plan), 'searches', stderr);
  return async (trials) => {
    const missing = trials.filter((trial) => journal.find(trial) === undefined);
    counter.skip(trials.length - missing.length);
    const onResult = (trial: Trial, result: TrialResult): void => {
      journal.add(trial, result);
      counter.add();
    };
    await runTrials(missing, { workers: workerCount(settings, missing.length), signal, onResult }).finally(
      counter.close,
    );
    return trials.map((trial) => journal.find(trial) as TrialResult);
  };
}

const withoutTrials = ({ conditions, entries, tuning }: BakeoffResult) => ({ conditions, entries, tuning });

function report(
  { conditions, entries, tuning }: BakeoffResult,
  curves: readonly Curve[],
  ranking: readonly Ranked[],
  budgets: readonly number[],
  { colours, columns: width }: Context['stdout'],
): string {
  const settings = entries.map(({ name, options }) => {
    const regret = tuning.find((tuned) => tuned.name === name)?.relativeRegret;
    return { name, options, regret };
  });
  const chosen = table(
    settings,
    [
      { title: 'strategy', cell: (row) => row.name, paint: colours.bold },
      { title: 'options', cell: (row) => JSON.stringify(row.options), flexible: true },
      { title: 'regret ÷ random’s', cell: (row) => row.regret?.toFixed(3) ?? '', align: 'right' },
    ],
    width,
  );
  const tables = conditions.map((condition) => {
    const own = curves.filter((curve) => JSON.stringify(curve.condition) === JSON.stringify(condition));
    const title = colours.bold(`${condition.landscape}, noise ${condition.noise}`);
    return `${title}\n${table(own, curveColumns(budgets), width)}`;
  });
  const overall = table(
    ranking,
    [
      { title: 'strategy', cell: (row) => row.entry, paint: colours.bold },
      { title: 'regret ÷ random’s', cell: (row) => row.relativeRegret.toFixed(3), align: 'right' },
    ],
    width,
  );
  const note = colours.dim('regret of the best rule found, with its 95 % interval, after so many proposals');
  return [...(tuning.length > 0 ? [chosen] : []), note, ...tables, overall].join('\n\n');
}

function curveColumns(budgets: readonly number[]): readonly Column<Curve>[] {
  return [
    { title: 'strategy', cell: ({ entry }) => entry },
    ...budgets.map((budget) => ({
      title: thousands(budget),
      cell: ({ points }: Curve) => {
        const { regret } = points.find(({ samples }) => samples === budget) as Curve['points'][number];
        return `${regret.mean.toFixed(3)} [${regret.low.toFixed(3)}, ${regret.high.toFixed(3)}]`;
      },
    })),
    {
      title: 'to best 1 %',
      cell: ({ samplesToTop, reachedTop, seeds }) => `${samplesToTop ?? 'never'} (${reachedTop}/${seeds})`,
    },
    {
      title: 'new',
      cell: ({ points }) => `${Math.round(100 * (points.at(-1)?.distinctShare ?? 0))} %`,
      align: 'right',
    },
  ];
}

async function writable(directory: string, write: () => Promise<void>): Promise<void> {
  await write().catch((error: Error) => {
    throw new NosError('unwritable', `${directory}: ${error.message}`, 'choose another directory: -o DIR');
  });
}
