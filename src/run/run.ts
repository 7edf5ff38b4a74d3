import { hostname } from 'node:os';
import type { Dispatcher } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import { identityOf, parseRegime, printRegime, type RuleIdentity } from '../evaluation/index.ts';
import { findSpace, type Space } from '../rules/index.ts';
import type { Strategy, StrategyDefinition, StrategyPast } from '../search/index.ts';
import { shellWord } from '../shell.ts';
import type { ScoreSummary, Store, StoredBatch } from '../store/index.ts';
import {
  evaluationSeedOf,
  freshSeedOf,
  metricOfRun,
  parseRunConfig,
  type RunConfig,
  type RunConfigInput,
  withScore,
} from './config.ts';
import type { RunEvent } from './events.ts';
import { hearing, places, worstForLost } from './hearing.ts';
import { outcomeOf, type RunOutcome, readOutcome, readSummaries } from './leaderboard.ts';
import { checkMachine, type Machine } from './machine.ts';
import { refusePulled } from './pull/index.ts';
import { chooseRetests, type Retest, retestRounds, survivors } from './retest.ts';
import { checkRunName } from './run-name.ts';
import { Scorer } from './scorer.ts';
import { readProgress, storeLog } from './search-log.ts';

/** What a run is given by its caller: it reads no clock and no environment by itself. */
export interface RunServices extends Machine {
  readonly store: Store;
  /** Evaluates; stays open when the run ends. */
  readonly dispatcher: Dispatcher;
  /** Milliseconds since 1970; dates the run and paces the progress events. */
  readonly clock: () => number;
  /** Milliseconds after which no further batch is begun, nor the tests with fresh seeds: the run stops, and can be resumed. */
  readonly timeout?: number;
  /** Stops the run: it can be resumed. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunResult extends RunOutcome {
  readonly run: string;
  /** `stopped` when the signal or the timeout came first. */
  readonly status: 'finished' | 'stopped';
  readonly stoppedBy?: 'signal' | 'timeout';
  /** Proposals told. */
  readonly told: number;
}

/**
 * Starts a search under a new name and drives it to its end: references, search, and the best rules once more with fresh
 * seeds. Everything is stored as it happens, so that whatever ends this process, {@link resumeRun} goes on from there, and
 * the result is the undisturbed run's, to the bit. Where something fails that is not the rules' fault, the run stops,
 * resumable, and the error is thrown.
 *
 * @throws NosError `bad-option`, `unknown-name`, `bad-rule`, `run-exists` before anything is stored; later what the store
 *   and the dispatcher throw, and `fingerprint` if a worker computes otherwise than this machine.
 */
export async function startRun(
  name: string,
  config: RunConfigInput,
  services: RunServices,
): Promise<RunResult> {
  const plan = await makePlan(parseRunConfig(config));
  checkRunName(name);
  await (await createStrategy(plan)).close(); // refuses bad options before anything is stored
  const { store, clock, version, fingerprint } = services;
  const createdAt = new Date(clock()).toISOString();
  await store.createRun({ name, config: plan.config, createdAt, version, fingerprint });
  return drive(name, plan, services);
}

/**
 * Goes on with a run that was stopped, or whose process ended in any other way; of a finished one it gives the result.
 *
 * @throws NosError `unknown-name`; `run-locked` while another process drives it; `fingerprint` if this machine or this
 *   version computes otherwise than the one it was started with; `store-corrupt` if the store is damaged; and as
 *   {@link startRun}.
 */
export async function resumeRun(name: string, services: RunServices): Promise<RunResult> {
  const record = await services.store.run(name);
  refusePulled(name, parseRunConfig(record.config));
  checkMachine(record, services);
  await services.store.verify(name);
  if (record.status === 'finished') {
    return finished(name, record.told, await readOutcome(services.store, name), services);
  }
  return drive(name, await makePlan(parseRunConfig(record.config)), services);
}

/**
 * Gives a run that is finished or stopped another number of proposals, and goes on with it. The result is, to the bit, that of a run which was
 * begun with that number: what such a run would not have asked (a last batch that was smaller, batches in flight beyond the new end)
 * is asked again, and the best rules are tested again, as they may be others now. Evaluations that are stored are not made again.
 *
 * @throws NosError `bad-option` for fewer proposals than were told; `run-locked` while somebody drives the run; and as
 *   {@link resumeRun}.
 */
export async function extendRun(name: string, samples: number, services: RunServices): Promise<RunResult> {
  const { store } = services;
  const record = await store.run(name);
  refusePulled(name, parseRunConfig(record.config));
  checkMachine(record, services);
  const config = { ...parseRunConfig(record.config), samples };
  if (samples < record.told) {
    throw new NosError(
      'bad-option',
      `run '${name}' has ${record.told} scored rules already: it cannot end with ${samples}`,
      `name as many or more: \`nos resume ${shellWord(name)} --samples ${2 * record.told}\``,
    );
  }
  await store.verify(name);
  await store.reopenRun(name, config, commonBatches(await store.batches(name), config));
  return drive(name, await makePlan(config), services);
}

/** How many of the batches, from the first on, a run of that configuration has too. */
function commonBatches(
  batches: readonly StoredBatch[],
  { samples, batch: size }: Pick<RunConfig, 'samples' | 'batch'>,
): number {
  const other = batches.findIndex(({ first, size: own }) => own !== Math.min(size, samples - first));
  return other < 0 ? batches.length : other;
}

/** A configuration whose names are all known. */
interface Plan {
  readonly config: RunConfig;
  readonly space: Space;
  readonly strategy: StrategyDefinition;
  readonly references: readonly RuleIdentity[];
}

/** What drives a run is loaded here and below, as most who use this room only read runs. */
async function makePlan(config: RunConfig): Promise<Plan> {
  const { resolveStrategy, strategyReference } = await import('../search/index.ts');
  const { taskReference } = await import('../tasks/index.ts');
  const space = findSpace(config.space.name, config.space);
  const task = await taskReference(config.task);
  const strategy = await strategyReference(config.strategy.name);
  const scored = await withScore({ ...config, ...printRegime(parseRegime(config)), task });
  return {
    config: {
      ...scored,
      strategy: { ...config.strategy, name: strategy },
    },
    space,
    strategy: await resolveStrategy(strategy),
    references: config.references.map((rule) => identityOf(rule)),
  };
}

/** Why a run ends before its time: its caller's signal, or a failure. */
interface Halt {
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
}

function createStrategy({ config, space, strategy }: Plan, past?: StrategyPast): Promise<Strategy> {
  const { batch, seed } = config;
  const { options, warmStart } = config.strategy;
  return strategy.create({ space, seed, batch, options, warmStart }, past);
}

async function drive(name: string, plan: Plan, services: RunServices): Promise<RunResult> {
  const { store } = services;
  const lock = await store.lockRun(name, `process ${process.pid} on ${hostname()}`);
  const halt = haltOn(services.signal);
  const scorer = new Scorer(name, plan.config, services, halt.signal);
  const timer = timerOf(name, services);
  const enough = deadlineOf(services);
  try {
    const whole = await search(name, plan, services, { scorer, halt, timer, enough });
    if (!whole || enough()) {
      await timer();
      return await stopped(name, 'timeout', services);
    }
    const scores = await retest(name, plan.config, services, scorer);
    await timer();
    await store.finishRun(name);
    return finished(name, plan.config.samples, outcomeOf(scores, plan.config), services);
  } catch (error) {
    halt.fail(error);
    await scorer.settled();
    // What ended the run may be the store's own trouble.
    await timer().catch(() => undefined);
    if (!isAbort(error, services.signal)) throw error;
    return await stopped(name, 'signal', services);
  } finally {
    await lock.release();
  }
}

function finished(
  run: string,
  told: number,
  outcome: RunOutcome,
  { onEvent = () => undefined }: RunServices,
): RunResult {
  onEvent({ type: 'finished', run, leaderboard: outcome.leaderboard });
  return { run, status: 'finished', told, ...outcome };
}

async function stopped(
  name: string,
  stoppedBy: 'signal' | 'timeout',
  { store, onEvent = () => undefined }: RunServices,
): Promise<RunResult> {
  const { told } = await store.run(name);
  onEvent({ type: 'stopped', run: name, told });
  return { run: name, status: 'stopped', stoppedBy, told, ...(await readOutcome(store, name)) };
}

/** Whether the time that the run may take is over. */
function deadlineOf({ clock, timeout = Number.POSITIVE_INFINITY }: RunServices): () => boolean {
  const end = clock() + timeout;
  return () => clock() >= end;
}

/** Each call adds to the run's time what has passed since the last one. */
function timerOf(name: string, { store, clock }: RunServices): () => Promise<void> {
  let last = clock();
  return async () => {
    const now = clock();
    // A clock may be set back.
    await store.addSeconds(name, Math.max(now - last, 0) / 1000);
    last = now;
  };
}

function haltOn(signal: AbortSignal | undefined): Halt {
  const failure = new AbortController();
  return {
    signal: AbortSignal.any(signal ? [signal, failure.signal] : [failure.signal]),
    fail: (reason) => failure.abort(reason),
  };
}

function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (!signal?.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

interface Driving {
  readonly scorer: Scorer;
  readonly halt: Halt;
  readonly timer: () => Promise<void>;
  readonly enough: () => boolean;
}

/** The search itself; the references are scored beside it, first in the queue. Says whether it came to its end. */
async function search(
  name: string,
  plan: Plan,
  { store, onEvent = () => undefined }: RunServices,
  { scorer, halt, timer, enough }: Driving,
): Promise<boolean> {
  const { config } = plan;
  const { samples, batch, pipeline, seed } = config;
  const evaluationSeed = evaluationSeedOf(seed);
  const progress = await readProgress(store, name);
  const { earlier } = progress;
  onEvent({ type: 'started', run: name, samples, resumedAt: earlier.evaluations.length, earlier });

  const references = Promise.all(
    plan.references.map(async (rule, i) => {
      onEvent({ type: 'reference', ...(await scorer.score('reference', i, rule, evaluationSeed)) });
    }),
  );
  references.catch(halt.fail);
  for (const { rule: text, key } of earlier.evaluations) scorer.meet({ text, key });

  const created = await createStrategy(plan, progress.past);
  const rewards = earlier.evaluations.map(({ reward }) => reward);
  const told = plan.strategy.ordinal ? worstForLost : places;
  const strategy = config.score === undefined ? created : hearing(created, told(rewards));
  const log = storeLog(store, name, progress, onEvent, metricOfRun(config));
  try {
    const { runLoop } = await import('../search/index.ts');
    const whole = await runLoop({
      strategy,
      samples,
      batch,
      pipeline,
      evaluate: async ({ identity }, index) => {
        const scored = await scorer.score('proposal', index, identity, evaluationSeed);
        onEvent({ type: 'evaluated', index, ...scored });
        return scored.evaluation;
      },
      log: {
        asked: log.asked,
        told: async (entry) => {
          await log.told(entry);
          await timer();
        },
      },
      resumeFrom: progress.resumeFrom,
      enough,
      signal: halt.signal,
    });
    await references;
    return whole;
  } finally {
    await strategy.close();
  }
}

/**
 * Scores the references and the best found rules with fresh seeds, which the search's luck had no part in, in rounds.
 *
 * @returns All scores of the run, those of before and these: a long run is read once for both.
 */
async function retest(
  name: string,
  config: RunConfig,
  { store, onEvent = () => undefined }: RunServices,
  scorer: Scorer,
): Promise<readonly ScoreSummary[]> {
  const { seeds } = config.retest;
  const test = async ({ slot, rule }: Retest, j: number): Promise<ScoreSummary> => {
    const index = slot * seeds + j;
    const scored = await scorer.score('retest', index, identityOf(rule), freshSeedOf(config.seed, j));
    onEvent({ type: 'retest', ...scored });
    return { role: 'retest', index, evaluation: scored.evaluation };
  };
  const before = await readSummaries(store, name);
  const tested: ScoreSummary[] = [];
  let rules = chooseRetests(before, config);
  let made = 0;
  for (const seeds of retestRounds(config.retest)) {
    // What the store has of later rounds must not choose: a run that is resumed goes the same way again.
    if (made > 0) rules = survivors(rules, tested, config);
    const fresh = Array.from({ length: seeds - made }, (_, i) => made + i);
    tested.push(...(await Promise.all(rules.flatMap((one) => fresh.map((j) => test(one, j))))));
    made = seeds;
  }
  const again = new Set(tested.map(({ index }) => index));
  return [...before.filter(({ role, index }) => role !== 'retest' || !again.has(index)), ...tested];
}
