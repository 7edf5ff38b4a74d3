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
import { packageVersion } from '../../version.ts';
import type { Context } from '../command.ts';
import { driveRun } from '../drive.ts';
import { evaluating } from '../evaluating.ts';
import { openCounter } from '../live/progress-bar.ts';
import { withStore } from '../store.ts';

/** What an experiment found, and what was evaluated for it, now or before. */
export type Conducted = { readonly findings: Findings } & Pick<Provenance, 'trained'>;

/**
 * Plans an experiment, so that a name that is wrong is known before anything is done, and gives what does it with everything around
 * it. What the store has is not done again.
 */
export function prepare(experiment: Experiment, context: Context): Promise<() => Promise<Conducted>> {
  if (experiment.kind === 'computation') return prepareComputation(experiment, context);
  return experiment.kind === 'trainings'
    ? prepareTrainings(experiment, context)
    : prepareSearches(experiment, context);
}

async function prepareComputation(experiment: Computation, { settings, stderr, signal }: Context) {
  const { scale = 1 } = settings;
  return async (): Promise<Conducted> => {
    const counter = await openCounter(experiment.work(scale), 'steps of work', stderr);
    return { findings: await experiment.run({ scale, signal, onWork: counter.add }).finally(counter.close) };
  };
}

async function prepareTrainings(experiment: Trainings, context: Context) {
  const size = sizeOf(experiment, context.settings);
  const plan = await experiment.plan(size);
  return async (): Promise<Conducted> => {
    const { evaluateAll } = await import('../../compare/index.ts');
    const { effortOf } = await import('../../reproduce/index.ts');
    const tasks = [...new Set(plan.map(({ task }) => task))];
    const evaluations = await evaluating(
      context,
      { name: `nos reproduce ${experiment.name}`, tasks, total: plan.length },
      (services) => evaluateAll(plan, services),
    );
    return { findings: experiment.findings(size, evaluations), trained: effortOf(evaluations) };
  };
}

async function prepareSearches(experiment: Searches, context: Context) {
  const size = sizeOf(experiment, context.settings);
  const plan = await experiment.plan(size);
  return async (): Promise<Conducted> => {
    for (const planned of plan) await search(planned, context);
    const { readLearningCurves } = await import('../../run/index.ts');
    const { effortOf } = await import('../../reproduce/index.ts');
    const runs = plan.map(({ run }) => run);
    return withStore(context.places, async (store) => {
      const findings = experiment.findings(size, await readLearningCurves(store, runs));
      const scores = (await Promise.all(runs.map((run) => store.scores(run)))).flat();
      return { findings, trained: effortOf(scores.map(({ evaluation }) => evaluation)) };
    });
  };
}

/** Starts a search, goes on with it, or leaves it as it is where it is finished. */
async function search({ run: name, config }: PlannedSearch, context: Context): Promise<void> {
  const { places, signal, stderr } = context;
  const { findEarlierRun, resumeRun, startRun } = await import('../../run/index.ts');
  const { fingerprint } = await import('../../evaluate/index.ts');
  const machine = { fingerprint: await fingerprint(), version: packageVersion };
  const earlier = await withStore(places, (store) => findEarlierRun(store, { name, config }, machine));
  if (earlier === 'finished') return stderr.note(`run '${name}' of the store, not made again`);
  stderr.note(`run '${name}'`);
  await driveRun(context, {
    name,
    config,
    go: (services) => (earlier === 'none' ? startRun(name, config, services) : resumeRun(name, services)),
  });
  if (signal.aborted) stderr.note('what is done is stored: the same command goes on from there');
  signal.throwIfAborted();
}

function sizeOf(experiment: Trainings | Searches, settings: Context['settings']): Size {
  const { scale = 1, seeds = experiment.seeds, task } = settings;
  return { scale, seeds, ...(task === undefined ? {} : { task }) };
}
