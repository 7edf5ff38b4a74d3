import * as z from 'zod';
import { evaluateAll } from '../compare/index.ts';
import type { Dispatcher } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import { calibrationFor, measureStep, stepsPerProposal } from '../evaluate/index.ts';
import { NO_ENVIRONMENT, parseConditions, parseProtocol, protocolSteps } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { inTurn } from '../in-turn.ts';
import { table } from '../report/index.ts';
import {
  type ChainStage,
  type DiscoveryPlan,
  type DiscoverySearch,
  discoveryFindings,
  type Evaluate,
  type ExperimentFindings,
  gatherData,
  goOn,
  lookUp,
  type PlannedTrainings,
  planDiscovery,
  plannedTrainings,
  proposalsOf,
  runChain,
  type SearchedRun,
  standingOf,
} from '../reproduce/index.ts';
import { Once } from '../run/index.ts';
import type { Store } from '../store/index.ts';
import { resolveTask } from '../tasks/index.ts';
import type { Context, Result } from './command.ts';
import { evaluating, prepareTasks } from './evaluators.ts';
import { withStore } from './files.ts';
import { prepareEngine } from './prepare.ts';
import type { ExperimentContext } from './run-experiment.ts';
import { runSearch } from './run-search.ts';

interface Outcome {
  readonly findings: ExperimentFindings;
  readonly trained: { readonly count: number; readonly seconds: number };
}

/**
 * Plans the chain of `nos reproduce discovery`, and returns what goes through its stages, or through the one that is named, as far as the
 * time allows, and reports what is there.
 */
export async function planDiscoveryRun(context: ExperimentContext): Promise<() => Promise<Outcome>> {
  const plan = await planDiscovery(context.settings);
  const { stage } = context.settings;
  const clock = new Deadline(context.settings.timeout);
  return async () => {
    const wanted = (one: ChainStage): boolean => stage === undefined || stage === one;
    const searched = !wanted('search') || (await makeSearches(plan, clock, context));
    const later = (['retest', 'final', 'transfer'] as const).filter(wanted);
    if (searched && later.length > 0 && !clock.isOver()) await makeTrainings(plan, later, clock, context);
    return report(plan, context);
  };
}

/** When the time is over that the command may take. */
class Deadline {
  readonly #end: number;

  constructor(seconds = Number.POSITIVE_INFINITY) {
    this.#end = performance.now() + 1_000 * seconds;
  }

  /** Seconds that are left. */
  left(): number {
    return Math.max((this.#end - performance.now()) / 1_000, 0);
  }

  isOver(): boolean {
    return this.left() === 0;
  }
}

/** Goes on with every search; says whether all came to their ends. */
async function makeSearches(
  plan: DiscoveryPlan,
  clock: Deadline,
  context: ExperimentContext,
): Promise<boolean> {
  for (const search of plan.searches) {
    if (clock.isOver()) return false;
    if (!(await makeSearch(search, clock, context))) return false;
  }
  return true;
}

async function makeSearch(
  search: DiscoverySearch,
  clock: Deadline,
  context: ExperimentContext,
): Promise<boolean> {
  const { run: name, config } = search;
  const { places, signal, stderr, settings } = context;
  const [standing, record] = await withStore(places, async (store) => [
    await standingOf(store, search),
    (await store.listRuns()).find((run) => run.name === name),
  ]);
  if (standing?.complete) {
    stderr.note(`run '${name}' of the store, not made again`);
    return true;
  }
  stderr.note(`run '${name}'`);
  const left = clock.left();
  const timed = { ...context, settings: { ...settings, timeout: Number.isFinite(left) ? left : undefined } };
  await runSearch(timed, {
    name,
    config,
    ...(record && { record }),
    go: (services) => goOn(search, services),
  });
  if (signal.aborted) stderr.note('what is done is stored: the same command goes on from there');
  signal.throwIfAborted();
  const now = await withStore(places, (store) => standingOf(store, search));
  return now?.complete === true;
}

/** Goes through stages of trainings; those of other stages are looked up. */
async function makeTrainings(
  plan: DiscoveryPlan,
  stages: readonly ChainStage[],
  clock: Deadline,
  context: ExperimentContext,
): Promise<void> {
  const planned = plannedTrainings(plan).filter(({ stage }) => stages.includes(stage));
  const tasks = [...new Set(planned.map(({ task }) => task))];
  const total = planned.reduce((sum, { count }) => sum + count, 0);
  try {
    await evaluating(context, { name: 'nos reproduce discovery', tasks, total }, async (services) => {
      const searched = await readSearches(plan, services.store as Store);
      const once = new Once(services, { by: services.by });
      const find = lookUp(async (request) => (await once.find(request))?.evaluation);
      const dispatcher = untilOver(services.dispatcher as Dispatcher, clock);
      const make: Evaluate = (requests) => evaluateAll(requests, { ...services, dispatcher });
      const { missing } = await runChain(plan, searched, (stage) => (stages.includes(stage) ? make : find));
      for (const one of missing) services.note(one);
    });
  } catch (error) {
    if (!(error instanceof TimeOver)) throw error;
    context.stderr.note('the time is over: the same command goes on from there');
  }
}

class TimeOver extends Error {}

/** The dispatcher, which begins nothing any more when the time is over: what is under way comes to its end. */
function untilOver(dispatcher: Dispatcher, clock: Deadline): Pick<Dispatcher, 'evaluate'> {
  const waiting: (() => void)[] = [];
  let active = 0;
  const next = (): void => {
    // When the time is over, nobody is told before all that began has ended.
    if (active >= (clock.isOver() ? 1 : Math.max(dispatcher.workers().length, 1))) return;
    const go = waiting.shift();
    if (go === undefined) return;
    active++;
    go();
  };
  return {
    evaluate: async (request, options) => {
      await new Promise<void>((go) => {
        waiting.push(go);
        next();
      });
      try {
        if (clock.isOver()) throw new TimeOver();
        return await dispatcher.evaluate(request, options);
      } finally {
        active--;
        next();
      }
    },
  };
}

const readSearches = (plan: DiscoveryPlan, store: Store): Promise<readonly SearchedRun[]> =>
  inTurn(plan.searches, async (search) => ({ search, proposals: await proposalsOf(store, search) }));

/** Makes the findings of what the store has; nothing is trained. */
async function report(plan: DiscoveryPlan, context: ExperimentContext): Promise<Outcome> {
  const machine = await prepareTasks(context, []);
  const data = await withStore(context.places, async (store) => {
    const searched = await readSearches(plan, store);
    const services = { ...machine, store, clock: Date.now, dispatcher: { evaluate: refuse } };
    const once = new Once(services, { by: 'nos reproduce discovery' });
    return gatherData(
      plan,
      searched,
      lookUp(async (request) => (await once.find(request))?.evaluation),
    );
  });
  const { stages } = data.costs;
  const trained = {
    count: stages.reduce((sum, { evaluations }) => sum + evaluations, 0),
    seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0),
  };
  return { findings: discoveryFindings(data), trained };
}

const refuse = (): Promise<never> => Promise.reject(new Error('a report makes no evaluation'));

export const discoveryDryRunDocument = z.strictObject({
  stages: f.list(
    z.strictObject({
      stage: f.text('stage of the chain'),
      what: f.text('run, or task and protocol'),
      evaluations: f.count('evaluations, if no grid of learning rates grows'),
      coreHours: f.figure('core-hours, if each takes all its steps; NaN if the data are not on this machine'),
      likely: f.figure('core-hours, if proposals end early as often as measured').exactOptional(),
    }),
    'what each stage takes',
  ),
  coreHours: f.figure('core-hours in all that are known; the likely ones where there are such'),
});

/** Estimates what every stage costs, from a few seconds of real training on each task. */
export async function discoveryDryRun(
  context: ExperimentContext,
): Promise<Result<z.output<typeof discoveryDryRunDocument>>> {
  const plan = await planDiscovery(context.settings);
  const trainings = plannedTrainings(plan);
  const tasks = [...new Set([plan.task, ...trainings.map(({ task }) => task)])];
  await prepareEngine(context, { tasks: await inTurn(tasks, resolveTask) });
  const seconds = new Map(
    await inTurn(tasks, async (task) => [task, await secondsPerStep(context, task)] as const),
  );
  const hoursOf = async ({ task, protocol, count }: Omit<PlannedTrainings, 'stage'>): Promise<number> =>
    (count * protocolSteps(parseProtocol(protocol), await resolveTask(task)) * seconds.get(task)!) / 3_600;
  const searches = await inTurn(plan.searches, async ({ run, config }) => {
    const { task, protocol, samples, seed, strategy } = config;
    const calibration = calibrationFor(
      parseConditions({ task, protocol, seed, environment: NO_ENVIRONMENT }),
    );
    const steps = calibration && stepsPerProposal(calibration, strategy.name);
    return {
      ...{ stage: 'search', what: run, evaluations: samples },
      coreHours: await hoursOf({ task, protocol, count: samples }),
      ...(steps !== undefined && { likely: (samples * steps * seconds.get(task)!) / 3_600 }),
    };
  });
  const others = await inTurn(trainings, async ({ stage, task, protocol, count }) => ({
    ...{ stage, what: `${task}, ${protocol}`, evaluations: count },
    coreHours: await hoursOf({ task, protocol, count }),
  }));
  const stages = [...searches, ...others];
  const likelyOf = (one: (typeof stages)[number]) =>
    'likely' in one ? (one.likely as number) : one.coreHours;
  const coreHours = stages.reduce((sum, one) => sum + (likelyOf(one) || 0), 0);
  const unknown = tasks.filter((task) => Number.isNaN(seconds.get(task)));
  const columns = [
    { title: 'stage', cell: ({ stage }: (typeof stages)[number]) => stage },
    { title: '', cell: ({ what }: (typeof stages)[number]) => what },
    { title: 'evaluations', cell: ({ evaluations }: (typeof stages)[number]) => String(evaluations) },
    {
      title: 'core-hours',
      cell: (one: (typeof stages)[number]) => (Number.isNaN(likelyOf(one)) ? '?' : likelyOf(one).toFixed(2)),
    },
  ];
  const missing =
    unknown.length === 0
      ? ''
      : `; the data of ${unknown.join(', ')} are not on this machine, and nos data list says how to get them`;
  const text = `${table(stages, columns, context.stdout)}\n\n${coreHours.toFixed(1)} core-hours in all${missing}`;
  return { document: { stages, coreHours }, text };
}

/** Measures a step; NaN if the data set is not on this machine. */
function secondsPerStep({ places, signal }: Context, name: string): Promise<number> {
  const clock = () => performance.now() / 1_000;
  const options = { protocol: 'paper', environment: NO_ENVIRONMENT, directory: places.data, clock, signal };
  return resolveTask(name)
    .then((task) => measureStep({ task, ...options }))
    .catch((error: unknown) => {
      if (error instanceof NosError && error.code === 'data-missing') return Number.NaN;
      throw error;
    });
}
