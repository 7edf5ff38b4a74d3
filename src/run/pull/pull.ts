import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { NosError } from '../../errors.ts';
import { type Evaluation, identityOf, ownScore, worth } from '../../evaluation/index.ts';
import { resolveRule } from '../../rules/index.ts';
import type { RunLock, Store } from '../../store/index.ts';
import { evaluationSeedOf, metricOfRun } from '../config.ts';
import { readRun } from '../stored-run.ts';
import { advance, evaluationIn, type HeldRun, identityIn, retestsOf } from './advance.ts';
import { type PullConfig, type PullServices, pulled } from './pull-config.ts';
import { parseTrial, type TrialPlace, type TrialTask, trialName } from './trial.ts';

/** A rule that somebody is to train and to tell the value of. */
export interface LentTrial extends TrialTask {
  readonly trial: string;
  /** Learning rates to choose from, ascending. */
  readonly learningRates: readonly number[];
  /** Milliseconds since 1970 until which nobody else gets it. */
  readonly leasedUntil: number;
}

/** How a run stands. */
export interface PullState {
  /** `waiting`: all trials are with others, and the next ones depend on what these tell. */
  readonly status: 'open' | 'waiting' | 'finished';
  readonly config: PullConfig;
  /** Proposals that the strategy was told of. */
  readonly told: number;
  /** Trials that others have. */
  readonly leased: number;
  /** Milliseconds since 1970 when the first of these is given out again. */
  readonly nextLeaseEnd?: number;
}

export interface Asked extends PullState {
  readonly trials: readonly LentTrial[];
}

/** What somebody says of a trial: its value, which is NaN or infinite if the training diverged, or why it failed. */
export type Tell = {
  readonly trial: string;
  /** The learning rate that the value is of, if it was chosen. */
  readonly learningRate?: number | undefined;
  /** Seconds that the training took; those since it was asked for unless given. */
  readonly seconds?: number | undefined;
  /** Values on the way to the last one. */
  readonly curve?: readonly number[] | undefined;
} & ({ readonly value: number } | { readonly failed: string });

export interface Heard {
  readonly trial: string;
  readonly evaluation: Evaluation;
  /** Whether nobody had told it before. */
  readonly isNew: boolean;
}

/**
 * Gives trials of a run that nobody has, and lends them for some time: one that is not told by then is given out again.
 * May be called by many processes at once.
 *
 * @param seconds How long the trials are lent for.
 * @throws NosError `unknown-name`; `bad-option` for a run that trains its rules itself.
 */
export async function askTrials(
  name: string,
  { count, seconds }: { readonly count: number; readonly seconds: number },
  services: PullServices,
): Promise<Asked> {
  return holding(name, services, async (run) => {
    const open = await advance(run);
    const now = services.clock();
    const free = (await withoutLease(run, open, now)).slice(0, count);
    const until = now + Math.round(1000 * seconds);
    const lent = free.map(({ role, index }) => ({ role, index, since: now, until }));
    await run.store.addLeases(name, lent);
    const { learningRates } = run.config.pull;
    const trials = free.map((task) => {
      return { ...task, trial: trialName(task), learningRates, leasedUntil: until };
    });
    return { ...(await stateOf(run, open, now, trials.length)), trials };
  });
}

/**
 * Records what trials came to, and tells the strategy of the batches that are whole. Telling the same again changes nothing. If one is
 * refused, those before it are recorded.
 *
 * @throws NosError `unknown-name` for a trial that the run does not have; `bad-option` for another value than it was told before; and as
 *   {@link askTrials}.
 */
export async function tellTrials(
  name: string,
  tells: readonly Tell[],
  services: PullServices,
): Promise<PullState & { readonly heard: readonly Heard[] }> {
  return holding(name, services, async (run) => {
    const heard: Heard[] = [];
    for (const tell of tells) heard.push(await hear(run, tell, services.clock()));
    const open = await advance(run);
    return { ...(await stateOf(run, open, services.clock(), 0)), heard };
  });
}

async function hear(run: HeldRun, tell: Tell, now: number): Promise<Heard> {
  const { store, record } = run;
  const place = parseTrial(tell.trial);
  const task = await taskAt(run, place);
  const known = await evaluationIn(run, task);
  const lease = (await store.leases(record.name)).find(
    ({ role, index }) => role === place.role && index === place.index,
  );
  const evaluation = evaluationOf(run, task, tell, lease === undefined ? 0 : (now - lease.since) / 1000);
  if (known !== undefined && !isSame(known, evaluation)) {
    throw new NosError(
      'bad-option',
      `trial ${tell.trial} of run '${record.name}' was told before, as ${said(run, known)}: not ${said(run, evaluation)}`,
      'the first value stands, as later proposals were made of it',
    );
  }
  const origin = { by: `run ${record.name}`, at: new Date(now).toISOString() };
  await store.addScore(record.name, task.role, task.index, known ?? evaluation, origin);
  return { trial: tell.trial, evaluation: known ?? evaluation, isNew: known === undefined };
}

const isSame = (a: Evaluation, b: Evaluation): boolean =>
  a.status === b.status && Object.is(a.reward, b.reward);

/** What somebody told, in the units of the metric. */
function said({ config }: HeldRun, { status, reward }: Evaluation): string {
  return status === 'ok' ? String(worth(reward, config.pull.goal)) : status;
}

/** @throws NosError `unknown-name`. */
async function taskAt(run: HeldRun, place: TrialPlace): Promise<TrialTask> {
  const { store, record, config } = run;
  const { role, index } = place;
  const seed = evaluationSeedOf(config.seed);
  if (role === 'proposal') {
    const { rule, key } = await store.proposal(record.name, index);
    return { ...place, rule, key, seed };
  }
  if (role === 'reference') {
    const rule = config.references[index];
    if (rule !== undefined) return { ...place, rule, key: identityOf(rule).key, seed };
  } else if (record.told === config.samples) {
    const retest = (await retestsOf(run)).find((one) => one.index === index);
    if (retest !== undefined) return retest;
  }
  throw new NosError(
    'unknown-name',
    `run '${record.name}' has no trial ${trialName(place)}`,
    'name one that `nos ask` gave',
  );
}

function evaluationOf(run: HeldRun, task: TrialTask, tell: Tell, seconds: number): Evaluation {
  const metric = metricOfRun(run.config);
  const finite = 'value' in tell && Number.isFinite(tell.value);
  const reward = finite ? worth(tell.value, metric.goal) : Number.NEGATIVE_INFINITY;
  const common = {
    rule: identityOf(resolveRule(task.rule)).text,
    ...identityIn(run, task),
    learningRate: tell.learningRate ?? Number.NaN,
    edgeOfGrid: false,
    sweep: [],
    reward,
    ...ownScore({ reward }, metric),
    curve: tell.curve ?? [],
    steps: 0,
    seconds: tell.seconds ?? seconds,
  };
  if ('failed' in tell) return { ...common, status: 'failed', error: tell.failed };
  return { ...common, status: finite ? 'ok' : 'diverged' };
}

async function withoutLease(
  { store, record }: HeldRun,
  open: readonly TrialTask[],
  now: number,
): Promise<readonly TrialTask[]> {
  const leases = await store.leases(record.name);
  const lent = new Set(leases.filter(({ until }) => until > now).map(trialName));
  return open.filter((task) => !lent.has(trialName(task)));
}

async function stateOf(
  run: HeldRun,
  open: readonly TrialTask[],
  now: number,
  given: number,
): Promise<PullState> {
  const { store, config, record } = run;
  const names = new Set(open.map(trialName));
  const leases = await store.leases(record.name);
  const lent = leases.filter((lease) => lease.until > now && names.has(trialName(lease)));
  const { status, told } = await store.run(record.name);
  const others = lent.length - given;
  const free = given > 0 || lent.length < open.length;
  return {
    status: status === 'finished' ? 'finished' : free ? 'open' : 'waiting',
    config,
    told,
    leased: others,
    ...(lent.length > 0 && { nextLeaseEnd: Math.min(...lent.map(({ until }) => until)) }),
  };
}

/** Does something to a run that no other process does anything to meanwhile: waits for its turn, as every process has it for a moment. */
async function holding<T>(
  name: string,
  { store }: PullServices,
  work: (run: HeldRun) => Promise<T>,
): Promise<T> {
  pulled(name, (await readRun(store, name)).config);
  const held = await turnOf(name, store);
  try {
    const { config, ...record } = await readRun(store, name);
    return await work({ store, record: { ...record, config }, config: pulled(name, config) });
  } finally {
    await held.release();
  }
}

/** A lock that another process has is waited for half a second at a time. */
const TURNS = 120;

async function turnOf(name: string, store: Store, turns = TURNS): Promise<RunLock> {
  try {
    return await store.lockRun(name, `process ${process.pid} on ${hostname()}`);
  } catch (error) {
    if (!(error instanceof NosError && error.code === 'run-locked') || turns === 0) throw error;
    await sleep(10);
    return turnOf(name, store, turns - 1);
  }
}
