import { type Evaluation, type EvaluationIdentity, identityOf } from '../../evaluation/index.ts';
import { deriveKey } from '../../random/index.ts';
import type { RunRecord, Store } from '../../store/index.ts';
import { evaluationSeedOf } from '../config.ts';
import { hearing, places, worstForLost } from '../hearing.ts';
import { readSummaries } from '../leaderboard.ts';
import { chooseRetests } from '../retest.ts';
import { readProgress, storeLog } from '../search-log.ts';
import type { PullConfig } from './pull-config.ts';
import { createPulledStrategy, isOrdinal } from './strategy.ts';
import type { TrialTask } from './trial.ts';

/** A run by ask and tell, whose lock this process has. */
export interface HeldRun {
  readonly store: Store;
  readonly record: RunRecord;
  readonly config: PullConfig;
}

/** The identity of the one evaluation that a run has of a rule with a seed. */
export function identityIn(
  { record: { fingerprint, version }, config: { task, protocol, environment } }: HeldRun,
  { key, seed }: Pick<TrialTask, 'key' | 'seed'>,
): EvaluationIdentity {
  return { key, task, protocol, seed, environment, fingerprint, version };
}

/** What was told of a rule with a seed: equal rules are one trial. */
export async function evaluationIn(
  run: HeldRun,
  trial: Pick<TrialTask, 'key' | 'seed'>,
): Promise<Evaluation | undefined> {
  return (await run.store.findEvaluation(identityIn(run, trial), run.record.name))?.evaluation;
}

/**
 * Takes a run as far as what was told allows: batches that are whole are told to the strategy, in the order of proposals, and further
 * ones are asked for, by the very loop of a search. What is told here and asked for there may be lost with the process, and is
 * done again from the store.
 *
 * @returns The trials that nobody has told yet, in order, each rule and seed once; none if the run is finished.
 */
export async function advance(run: HeldRun): Promise<readonly TrialTask[]> {
  const { store, record, config } = run;
  if (record.status === 'finished') return [];
  const seed = evaluationSeedOf(config.seed);
  const references = config.references.map((rule, index): TrialTask => {
    return { role: 'reference', index, rule, key: identityOf(rule).key, seed };
  });
  let flight = await inFlight(run);
  let open = await untold(run, [...references, ...flight.trials]);
  if (mayGoOn(flight, open, config)) {
    await search(run);
    flight = await inFlight(run);
    open = await untold(run, [...references, ...flight.trials]);
  }
  if (open.length > 0) return open;
  const retests = await untold(run, await retestsOf(run));
  if (retests.length === 0) await store.finishRun(record.name);
  return retests;
}

/** The batches that were asked for and not told. */
interface Flight {
  readonly asked: number;
  readonly told: number;
  readonly trials: readonly (TrialTask & { readonly batch: number })[];
}

async function inFlight({ store, record: { name }, config }: HeldRun): Promise<Flight> {
  const batches = await store.batches(name);
  const told = batches.filter((batch) => batch.told).length;
  const seed = evaluationSeedOf(config.seed);
  const proposals = await store.proposals(name, told * config.batch);
  const trials = proposals.map(({ index, batch, rule, key }) => {
    return { role: 'proposal', index, batch, rule, key, seed } as const;
  });
  return { asked: batches.length, told, trials };
}

/** Whether there is a batch to ask for, or the oldest one is whole. */
function mayGoOn(
  { asked, told, trials }: Flight,
  open: readonly TrialTask[],
  { samples, batch, pipeline }: PullConfig,
): boolean {
  const left = Math.ceil(samples / batch) - told;
  if (asked - told < Math.min(pipeline, left)) return true;
  const waiting = new Set(open.map(({ key }) => key));
  return left > 0 && !trials.some((trial) => trial.batch === told && waiting.has(trial.key));
}

/** The tests of the best rules with fresh seeds, once all proposals are told. */
export async function retestsOf({ store, record, config }: HeldRun): Promise<readonly TrialTask[]> {
  const { seeds } = config.retest;
  const scores = await readSummaries(store, record.name);
  return chooseRetests(scores, config).flatMap(({ slot, rule }) =>
    Array.from({ length: seeds }, (_, j): TrialTask => {
      const seed = deriveKey(config.seed, 'retest', j).k0;
      return { role: 'retest', index: slot * seeds + j, rule, key: identityOf(rule).key, seed };
    }),
  );
}

/** Notes what is known of trials as the run's scores, and gives those of which nothing is; each rule and seed once. */
async function untold(run: HeldRun, trials: readonly TrialTask[]): Promise<readonly TrialTask[]> {
  const open = new Map<string, TrialTask>();
  for (const trial of trials) {
    const equal = `${trial.key} ${trial.seed}`;
    if (open.has(equal)) continue;
    const evaluation = await evaluationIn(run, trial);
    if (evaluation === undefined) open.set(equal, trial);
    else await run.store.addScore(run.record.name, trial.role, trial.index, evaluation);
  }
  return [...open.values()];
}

/** Runs the search until the oldest batch waits for a value. */
async function search(run: HeldRun): Promise<void> {
  const { store, record, config } = run;
  const { name } = record;
  const { samples, batch: size, pipeline } = config;
  const seed = evaluationSeedOf(config.seed);
  const { runLoop } = await import('../../search/index.ts');
  const progress = await readProgress(store, name);
  const rewards = progress.earlier.evaluations.map(({ reward }) => reward);
  // Runs of earlier versions have no score of their own, and go on as they began.
  const scaled = config.score !== undefined && !(await isOrdinal(config));
  const heard = scaled ? places(rewards) : worstForLost(rewards);
  const strategy = hearing(await createPulledStrategy(config, progress.past), heard);
  const log = storeLog(store, name, progress, () => undefined);
  const batches = Math.ceil(samples / size);
  const missing = new Set<number>();
  const looks: Promise<Evaluation | undefined>[] = [];
  const waiting = new AbortController();
  let { told } = progress.resumeFrom;
  let asked = told + progress.resumeFrom.inFlight.length;
  /** Stops the loop once nothing is left to do without a value that nobody has told. */
  const stopIfWaiting = (): void => {
    const full = asked - told === Math.min(pipeline, batches - told);
    if (full && [...missing].some((index) => Math.floor(index / size) === told)) waiting.abort();
  };
  const look = async (key: string, index: number): Promise<Evaluation | undefined> => {
    const evaluation = await evaluationIn(run, { key, seed });
    if (evaluation === undefined) missing.add(index);
    else await store.addScore(name, 'proposal', index, evaluation);
    return evaluation;
  };
  try {
    await runLoop({
      ...{
        strategy,
        samples,
        batch: size,
        pipeline,
        resumeFrom: progress.resumeFrom,
        signal: waiting.signal,
      },
      evaluate: async ({ identity: { key } }, index, signal) => {
        const looking = look(key, index);
        looks.push(looking);
        const evaluation = await looking;
        stopIfWaiting();
        if (evaluation === undefined) return untilAborted(signal);
        return evaluation;
      },
      log: {
        asked: async (entry) => {
          await log.asked(entry);
          asked++;
        },
        told: async (entry) => {
          await log.told(entry);
          told++;
          stopIfWaiting();
        },
      },
    });
  } catch (reason) {
    if (!waiting.signal.aborted) throw reason;
    // The loop does not wait for what it no longer needs; a fault of the store is one all the same.
    await Promise.all(looks);
  } finally {
    await Promise.allSettled(looks);
    await strategy.close();
  }
}

/** Never settles but by the signal. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
