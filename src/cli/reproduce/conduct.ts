import { isDeepStrictEqual } from 'node:util';
import { NosError } from '../../errors.ts';
import type {
  Computation,
  Experiment,
  Findings,
  PlannedSearch,
  Provenance,
  Searches,
  Size,
  Trainings,
} from '../../reproduce/index.ts';
import type { Context } from '../command.ts';
import { driveRun } from '../drive.ts';
import { evaluating } from '../evaluating.ts';
import { openCounter } from '../live/counter.ts';
import { withStore } from '../store.ts';

/** What an experiment found, and what was evaluated for it, now or before. */
export type Conducted = { readonly findings: Findings } & Pick<Provenance, 'trained'>;

/** Does an experiment with everything around it; what the store has is not done again. */
export function conduct(experiment: Experiment, context: Context): Promise<Conducted> {
  if (experiment.kind === 'computation') return compute(experiment, context);
  return experiment.kind === 'trainings' ? train(experiment, context) : search(experiment, context);
}

async function compute(experiment: Computation, { settings, stderr, signal }: Context): Promise<Conducted> {
  const { scale = 1 } = settings;
  const counter = await openCounter(experiment.work(scale), 'steps of work', stderr);
  return { findings: await experiment.run({ scale, signal, onWork: counter.add }).finally(counter.close) };
}

async function train(experiment: Trainings, context: Context): Promise<Conducted> {
  const size = sizeOf(experiment, context.settings);
  const plan = await experiment.plan(size);
  const { evaluateAll } = await import('../../compare/index.ts');
  const tasks = [...new Set(plan.map(({ task }) => task))];
  const evaluations = await evaluating(
    context,
    { name: `nos reproduce ${experiment.name}`, tasks, total: plan.length },
    (services) => evaluateAll(plan, services),
  );
  return { findings: experiment.findings(size, evaluations), trained: sumOf(evaluations) };
}

async function search(experiment: Searches, context: Context): Promise<Conducted> {
  const size = sizeOf(experiment, context.settings);
  const plan = await experiment.plan(size);
  for (const planned of plan) await searchOne(planned, context);
  const { readLearningCurves } = await import('../../run/index.ts');
  const runs = plan.map(({ run }) => run);
  return withStore(context.places, async (store) => {
    const findings = experiment.findings(size, await readLearningCurves(store, runs));
    const scores = (await Promise.all(runs.map((run) => store.scores(run)))).flat();
    return { findings, trained: sumOf(scores.map(({ evaluation }) => evaluation)) };
  });
}

/** Starts a search, goes on with it, or leaves it as it is where it is finished. */
async function searchOne({ run: name, config }: PlannedSearch, context: Context): Promise<void> {
  const { places, signal, stderr, program } = context;
  const { parseRunConfig, resumeRun, startRun } = await import('../../run/index.ts');
  const known = await withStore(places, async (store) =>
    (await store.listRuns()).find((run) => run.name === name),
  );
  if (known !== undefined && !isDeepStrictEqual(parseRunConfig(known.config), config)) {
    throw new NosError(
      'run-exists',
      `run '${name}' of the store is another search than the experiment's`,
      'take another store: --store FILE',
    );
  }
  if (known?.status === 'finished') return stderr.note(`run '${name}' of the store, not made again`);
  stderr.note(`run '${name}'`);
  await driveRun(context, {
    name,
    config,
    go: (services) => (known === undefined ? startRun(name, config, services) : resumeRun(name, services)),
  });
  if (signal.aborted) stderr.note(`what is done is stored: the same ${program} command goes on from there`);
  signal.throwIfAborted();
}

function sumOf(evaluations: readonly { readonly seconds: number }[]) {
  return { count: evaluations.length, seconds: evaluations.reduce((sum, { seconds }) => sum + seconds, 0) };
}

function sizeOf(experiment: Trainings | Searches, settings: Context['settings']): Size {
  const { scale = 1, seeds = experiment.seeds, task } = settings;
  return { scale, seeds, ...(task === undefined ? {} : { task }) };
}
