import { evaluateAll } from '../compare/index.ts';
import {
  type Computation,
  type Experiment,
  type ExperimentFindings,
  effortOf,
  type PlannedSearch,
  type Provenance,
  type Searches,
  type Size,
} from '../reproduce/index.ts';
import { findEarlierRun, readLearningCurves, resumeRun, startRun } from '../run/index.ts';
import type { Context } from './command.ts';
import { type EvaluatingSettings, evaluating, prepareTasks } from './evaluators.ts';
import { withStore } from './files.ts';
import { openCounter } from './live/progress-bar.ts';
import { planDiscoveryRun } from './run-discovery.ts';
import { runSearch } from './run-search.ts';

/** What an experiment found, and what was evaluated for it, now or before. */
export type ExperimentOutcome = { readonly findings: ExperimentFindings } & Pick<Provenance, 'trained'>;

export type ExperimentContext = Context<
  EvaluatingSettings & {
    readonly scale: number;
    readonly seeds?: number | undefined;
    readonly task?: string | undefined;
    readonly stage?: string | undefined;
    readonly timeout?: number | undefined;
  }
>;

/**
 * Plans an experiment, so that a wrong name is reported before anything is done, and returns what runs it. Nothing that is stored
 * is done again.
 */
export async function planExperiment(
  experiment: Experiment,
  context: ExperimentContext,
): Promise<() => Promise<ExperimentOutcome>> {
  if (experiment.kind === 'computation') return () => compute(experiment, context);
  if (experiment.kind === 'chain') return planDiscoveryRun(context);
  const { scale, seeds = experiment.seeds, task } = context.settings;
  const size = { scale, seeds, ...(task === undefined ? {} : { task }) };
  if (experiment.kind === 'searches') {
    const plan = await experiment.plan(size);
    return () => runSearches(experiment, size, plan, context);
  }
  const plan = await experiment.plan(size);
  return async () => {
    const tasks = [...new Set(plan.map((request) => request.task))];
    const work = { name: `nos reproduce ${experiment.name}`, tasks, total: plan.length };
    const evaluations = await evaluating(context, work, (services) => evaluateAll(plan, services));
    return { findings: experiment.findings(size, evaluations), trained: effortOf(evaluations) };
  };
}

async function compute(experiment: Computation, { settings, stderr, signal }: ExperimentContext) {
  const { scale } = settings;
  const counter = await openCounter(experiment.work(scale), 'steps of work', stderr);
  return { findings: await experiment.run({ scale, signal, onWork: counter.add }).finally(counter.close) };
}

async function runSearches(
  experiment: Searches,
  size: Size,
  plan: readonly PlannedSearch[],
  context: ExperimentContext,
): Promise<ExperimentOutcome> {
  for (const planned of plan) await search(planned, context);
  const runs = plan.map(({ run }) => run);
  return withStore(context.places, async (store) => {
    const findings = experiment.findings(size, await readLearningCurves(store, runs));
    const scores = (await Promise.all(runs.map((run) => store.scores(run)))).flat();
    return { findings, trained: effortOf(scores.map(({ evaluation }) => evaluation)) };
  });
}

/** Starts a search, continues it, or leaves it as it is if it is finished. */
async function search({ run: name, config }: PlannedSearch, context: ExperimentContext): Promise<void> {
  const { places, signal, stderr } = context;
  const runs = await withStore(places, (store) => store.listRuns());
  const record = runs.find((run) => run.name === name);
  const machine = await prepareTasks(context, [], { run: record });
  const earlier = await withStore(places, (store) => findEarlierRun(store, { name, config }, machine));
  if (earlier === 'finished') return stderr.note(`run '${name}' of the store, not made again`);
  stderr.note(`run '${name}'`);
  await runSearch(context, {
    name,
    config,
    ...(record && { record }),
    go: (services) => (earlier === 'none' ? startRun(name, config, services) : resumeRun(name, services)),
  });
  if (signal.aborted) stderr.note('what is done is stored: the same command goes on from there');
  signal.throwIfAborted();
}
