import * as z from 'zod';
import type { Evaluation, EvaluationIdentity, EvaluationSummary } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import type { IdentifiedProposal, Metrics, Proposal } from '../search/index.ts';
import type { RunPart } from './parts.ts';

/**
 * What searches leave behind: runs, their proposals, evaluations, batches and strategy checkpoints, in one SQLite file
 * that several processes may read and write at once.
 *
 * Guarantees:
 * - a method that has resolved has written: what it wrote outlives a SIGKILL of this process at any later moment;
 * - every write is one transaction: a reader never sees half of it, and a kill leaves all of it or nothing;
 * - what it gives out is what was written: every row has a checksum, which is compared when the row is read;
 * - writing the same thing twice is writing it once, so whoever is unsure may write again;
 * - numbers that are not finite come back as they went in.
 *
 * Errors, of every method: NosError `store-corrupt` if the file is damaged, `unwritable` if it cannot be written
 * (permissions, a full disk, another process that holds it for longer than {@link BUSY_SECONDS}), `unknown-name` if a
 * run or a proposal is asked for that is not there.
 */
export interface Store {
  /** The file. */
  readonly path: string;

  /** Adds a run, `stopped` and without proposals. @throws NosError `run-exists`. */
  createRun(run: NewRun): Promise<void>;
  /** All runs, oldest first. */
  listRuns(): Promise<readonly RunRecord[]>;
  run(name: string): Promise<RunRecord>;
  /**
   * Makes this process the one that drives the run, until `release` or the end of the process, however it ends.
   *
   * @param driver Who drives it, for the message to whoever is refused: "process 4711 on host".
   * @throws NosError `run-locked` while somebody drives the run, in this process or in another.
   */
  lockRun(name: string, driver: string): Promise<RunLock>;
  /**
   * Checks the file as a whole, and that nothing of the run is missing: what must hold before it goes on.
   *
   * @throws NosError `store-corrupt` that says what is wrong.
   */
  verify(run: string): Promise<void>;
  /** Marks the run as finished. */
  finishRun(name: string): Promise<void>;
  /**
   * Removes a run, its proposals, batches and checkpoints, and the evaluations that no other run holds: a later search, `nos compare` or
   * `nos card` that wants these makes them again.
   *
   * @throws NosError `run-locked` while somebody drives the run.
   */
  removeRun(name: string): Promise<Removed>;
  /** @throws NosError `run-exists`; `run-locked` while somebody drives the run. */
  renameRun(name: string, to: string): Promise<void>;
  /** Sets what a person says of the run; the empty note removes it. */
  noteRun(name: string, note: string): Promise<void>;
  /**
   * Gives a run another configuration and makes it `stopped`, as it was after at most `batches` batches were asked: those asked later,
   * and the retests, are forgotten; all evaluations stay.
   *
   * @throws NosError `run-locked` while somebody drives the run.
   */
  reopenRun(name: string, config: unknown, batches: number): Promise<void>;
  /** Adds to the time for which processes have driven the run. */
  addSeconds(name: string, seconds: number): Promise<void>;

  /** Adds a newly asked batch and the strategy's state after asking, in one transaction. */
  addBatch(run: string, batch: NewBatch, checkpoint: Checkpoint): Promise<void>;
  /** Records that a batch was told, and what the strategy said of it. */
  tellBatch(run: string, batch: number, metrics: Metrics): Promise<void>;
  /** The newest checkpoint, or undefined before the first batch. */
  checkpoint(run: string): Promise<Checkpoint | undefined>;
  /** What the strategy's checkpoints appended, in the order of the batches. */
  appended(run: string): Promise<readonly string[]>;

  /**
   * Adds an evaluation, unless an equal one ({@link EvaluationIdentity}) is there already, and notes that it is the run's
   * score in the given role. A failed evaluation is kept for this run only: other runs try again. So is one that reuses another rule's,
   * in place of an earlier one of the kind.
   *
   * @param origin Who made the evaluation; it is kept with an evaluation that is new.
   */
  addScore(
    run: string,
    role: ScoreRole,
    index: number,
    evaluation: Evaluation,
    origin?: Origin,
  ): Promise<void>;
  /**
   * Finds the stored evaluation with that identity, if it was made for it and does not reuse another rule's.
   *
   * @param run The run whose own failed evaluations are wanted too.
   */
  findEvaluation(identity: EvaluationIdentity, run?: string): Promise<StoredEvaluation | undefined>;

  /** Adds an evaluation that belongs to no run, unless an equal one is there already. A failed one is not kept. */
  addEvaluation(evaluation: Evaluation, origin?: Origin): Promise<void>;
  /** The sound evaluations whose identity has these parts, of runs and of none, oldest first. */
  evaluations(identity: Partial<EvaluationIdentity>): Promise<readonly Evaluation[]>;

  /**
   * A run's proposals in order, with their evaluations where they are done.
   *
   * @param first Index of the first that is wanted; 0 unless given.
   */
  proposals(run: string, first?: number): Promise<readonly StoredProposal[]>;
  proposal(run: string, index: number): Promise<StoredProposal>;
  /** A run's batches in order. */
  batches(run: string): Promise<readonly StoredBatch[]>;
  /** A run's evaluations: references, then proposals, then retests, each in order of index. */
  scores(run: string): Promise<readonly Score[]>;
  /** The same, read as they are asked for: however long the run is, a page of it is in memory. */
  streamScores(run: string): AsyncIterable<Score>;
  /**
   * The same again, without the parts of evaluations that no ranking looks at; for long runs, as it takes a third of the time.
   *
   * @param roles Those that are wanted, in this order; all unless given.
   */
  streamSummaries(run: string, roles?: readonly ScoreRole[]): AsyncIterable<ScoreSummary>;

  /** Lends trials of a run to whoever asked for them, in one transaction; a newer lease takes the place of an older one. */
  addLeases(run: string, leases: readonly Lease[]): Promise<void>;
  /** All leases of a run, those that are over among them. */
  leases(run: string): Promise<readonly Lease[]>;

  /**
   * A run as data, to be taken into another store: what the file holds at the first part, whoever writes meanwhile. This store does nothing
   * else before the last part, or an early return.
   */
  packRun(run: string): AsyncIterable<RunPart>;
  /**
   * Takes a packed run in, all of it or nothing. Evaluations that the store has already stay, those that belong to the run belong to it
   * under its name here, and every row is sealed again.
   *
   * @throws NosError `run-exists`; `bad-pack` if something is missing, is there twice, or contradicts an evaluation of this store; and
   *   what the parts throw.
   */
  unpackRun(name: string, parts: AsyncIterable<RunPart>): Promise<Unpacked>;

  /** Closes the file; locks that are held are released. May be called twice. */
  close(): Promise<void>;
}

/** How long a write waits for other processes' writes before it gives up. */
export const BUSY_SECONDS = 30;

export const runRecordSchema = z.strictObject({
  name: f.run,
  config: z.unknown(),
  createdAt: f.text('start of the run, ISO 8601 in UTC'),
  version: f.version,
  fingerprint: f.fingerprint,
  // `running` while a live process drives it; `stopped` also after a kill.
  status: f.oneOf(['running', 'stopped', 'finished'], 'state of the run'),
  proposals: f.count('proposals so far'),
  told: f.count('proposals whose rewards the strategy was told'),
  bestReward: f.figure('best reward of a proposal').exactOptional(),
  seconds: f.figure('seconds for which processes worked on the run; 0 for runs of stores before version 4'),
  note: f.text('note of the user').exactOptional(),
});

/** A run as the store has it; `run/` owns the shape of its configuration. */
export type RunRecord = f.DataOf<typeof runRecordSchema>;

/** What is known of a run when it is created. The configuration is data that JSON can hold. */
export type NewRun = Pick<RunRecord, 'name' | 'config' | 'createdAt' | 'version' | 'fingerprint'>;

export const removedSchema = z.strictObject({
  proposals: f.count('proposals that were removed'),
  evaluations: f.count('evaluations that were removed'),
  shared: f.count('evaluations that stay because other runs hold them'),
  bytes: f.number('bytes by which the file became smaller'),
});

/** What went with a run. */
export type Removed = f.DataOf<typeof removedSchema>;

/** What came with a packed run. */
export interface Unpacked {
  readonly evaluations: number;
  /** How many of them the store had already. */
  readonly known: number;
}

export interface RunLock {
  /** Lets the run go. May be called twice. */
  release(): Promise<void>;
}

export interface NewBatch {
  /** 0, 1, 2, … in the order of asking. */
  readonly batch: number;
  /** The index, within the run, of the first of its proposals. */
  readonly first: number;
  readonly proposals: readonly IdentifiedProposal[];
  /** What the strategy's checkpoint appended; nothing unless given. */
  readonly appended?: string;
}

export interface Checkpoint {
  /** Batches asked and batches told when it was taken. */
  readonly asked: number;
  readonly told: number;
  /** The `state` that the strategy's `checkpoint()` gave. */
  readonly state: string;
}

/** Who made an evaluation, and when. */
export interface Origin {
  /** A run by the name that it had then, or a command: `run quick-1`, `nos eval`. */
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The worker that evaluated; absent for evaluations of versions before 8. */
  readonly worker?: string;
}

export interface StoredEvaluation {
  readonly evaluation: Evaluation;
  /** Absent for evaluations of versions before 5. */
  readonly origin?: Origin;
}

export const scorePlace = {
  role: f.oneOf(['reference', 'proposal', 'retest'], 'what the evaluation is to the run'),
  index: f.count('index of the proposal, the reference rule or the retest'),
};
const placeSchema = z.strictObject(scorePlace);

/** Which of a run's evaluations it is; references and retests have indices of their own, in the order of asking. */
type ScorePlace = f.DataOf<typeof placeSchema>;
/** What an evaluation is to its run. */
export type ScoreRole = ScorePlace['role'];

/** A trial that somebody asked for: it is theirs until then, and given out again if it is not told. */
export interface Lease extends ScorePlace {
  /** Milliseconds since 1970, both. */
  readonly since: number;
  readonly until: number;
}

export interface Score extends ScorePlace {
  readonly evaluation: Evaluation;
}

/** A {@link Score} with less of its evaluation. */
export interface ScoreSummary extends ScorePlace {
  readonly evaluation: EvaluationSummary;
}

export interface StoredProposal extends Proposal {
  readonly index: number;
  readonly batch: number;
  readonly key: string;
  readonly evaluation?: Evaluation;
}

export const batchSchema = z.strictObject({
  batch: f.count('number of the batch, from 0'),
  first: f.count('index of its first proposal'),
  size: f.count('proposals in the batch'),
  told: f.flag('whether the strategy was told the rewards'),
  metrics: z.record(z.string(), f.figure('value')).describe('what the strategy reported of itself'),
});
export type StoredBatch = f.DataOf<typeof batchSchema>;
