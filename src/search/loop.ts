/**
 * The search loop, pure: it declares the evaluator and the log that it needs, and knows no clock, store or worker.
 *
 * Order. With N batches and a pipeline of P, the strategy sees one sequence, whatever order evaluations settle in:
 *
 *     ask 0 … ask P−1, tell 0, ask P, tell 1, ask P+1, …, tell N−P−1, ask N−1, tell N−P, …, tell N−1
 *
 * so the state of a strategy is a function of (asked, told) alone, for given rewards.
 *
 * What a resume needs. After every ask the log gets, to be stored in ONE transaction, the batch's proposals, the
 * strategy's checkpoint, and how many batches were told before it. The latest such entry, together with what every entry's
 * checkpoint appended and the proposals of the batches told…asked−1 (all in the log, because every ask is), is the whole state:
 *
 *  - killed before the transaction of ask j: the entry of ask j−1 stands. What happened since (perhaps tell j−P, then
 *    ask j) is lost, and is repeated from that entry: the evaluations it consumed are stored or repeat to the bit, a
 *    strategy is a function of its asks and tells, so tell j−P gives the same metrics and ask j the same proposals.
 *  - killed between the transaction and the evaluations: the batch is in flight; it is taken from the log, not asked again,
 *    as the checkpoint already counts it as asked.
 *  - killed after the last ask: only tells are lost, and they are repeated the same way.
 *
 * Hence a tell needs no checkpoint of its own (the next ask's holds what it changed), `told` may come a second time for
 * a batch after a resume, with equal metrics, and nothing is evaluated before its proposal is stored. A search killed before
 * ask 0 is stored has no entry, and starts again from nothing.
 */
import { NosError } from '../errors.ts';
import { type EvaluationStatus, identityOf } from '../evaluation/index.ts';
import type {
  IdentifiedProposal,
  Metrics,
  Proposal,
  ScoredProposal,
  Strategy,
  StrategyCheckpoint,
} from './strategy.ts';

/** One ask, to be stored in one transaction. */
export interface AskedEntry {
  /** 0, 1, …: the number of this batch. */
  readonly batch: number;
  /** The index, among all of the search's proposals, of this batch's first one. */
  readonly firstIndex: number;
  readonly proposals: readonly IdentifiedProposal[];
  /** Batches that were told before this ask: what {@link Resume.told} is when the search goes on from this entry. */
  readonly told: number;
  /** The strategy's state after this ask, and what its lists have got since the ask before. */
  readonly checkpoint: StrategyCheckpoint;
}

export interface ToldEntry {
  readonly batch: number;
  readonly firstIndex: number;
  readonly scored: readonly ToldProposal[];
  readonly metrics: Metrics;
}

/** A proposal as it was told, and how its training ended. */
export interface ToldProposal extends ScoredProposal {
  readonly proposal: IdentifiedProposal;
  readonly status: EvaluationStatus;
}

/**
 * Who remembers. Calls come one at a time, each awaited. `asked`: every batch once, in order. `told`: every batch in
 * order, the ones since the last `asked` again after a resume.
 */
export interface LoopLog {
  asked(entry: AskedEntry): Promise<void> | void;
  told(entry: ToldEntry): Promise<void> | void;
}

/** Where a search goes on: the strategy handed in is the one restored from the latest entry's checkpoint. */
export interface Resume {
  /** {@link AskedEntry.told} of the latest entry. */
  readonly told: number;
  /** The stored proposals of batches told, told+1, …, up to the latest entry's. */
  readonly inFlight: readonly (readonly Proposal[])[];
}

export interface LoopOptions {
  readonly strategy: Strategy;
  /** Proposals in all; the last batch may be smaller. */
  readonly samples: number;
  readonly batch: number;
  /** Batches in flight, at most. */
  readonly pipeline: number;
  /**
   * Scores a proposal, by a finite number, or by minus infinity if its training came to nothing, which a strategy then hears; the status is
   * `ok` unless given. Called in the order of `index`; may settle in any order. The signal fires when the search is
   * aborted or another evaluation failed, and the result no longer counts.
   */
  readonly evaluate: (
    proposal: IdentifiedProposal,
    index: number,
    signal: AbortSignal,
  ) => Promise<{ readonly reward: number; readonly status?: EvaluationStatus }>;
  readonly log: LoopLog;
  readonly resumeFrom?: Resume;
  /** Whether no further batch is to be asked: the search then ends, resumable, once those in flight are told. */
  readonly enough?: () => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Runs a search until every batch is told, or there is `enough`. Rejects as soon as an evaluation rejects, with its reason, or `signal` fires,
 * with the signal's reason; it does not wait for evaluations then, and once it has settled it makes no further call to the
 * strategy or the log. It does not close the strategy.
 *
 * @returns whether every batch is told; false where there was `enough` before.
 * @throws NosError `bad-option` when samples, batch or pipeline is not a positive integer.
 */
export async function runLoop(options: LoopOptions): Promise<boolean> {
  const { strategy, evaluate, log, pipeline, resumeFrom = { told: 0, inFlight: [] } } = options;
  const { enough = () => false } = options;
  const batches = new Batches(options.samples, options.batch);
  positiveInteger('pipeline', pipeline);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;

  const start = (
    batch: number,
    proposals: readonly IdentifiedProposal[],
  ): Promise<readonly ToldProposal[]> => {
    const first = batches.firstIndex(batch);
    const scoring = Promise.all(
      proposals.map(async (proposal, i) => {
        const { reward, status = 'ok' } = await evaluate(proposal, first + i, signal);
        const lost = reward === Number.NEGATIVE_INFINITY && status !== 'ok' && status !== 'stopped';
        if (!Number.isFinite(reward) && !lost) throw new Error(`proposal ${first + i}: reward is ${reward}`);
        return { proposal, reward, status };
      }),
    );
    // Whoever fails first stops the loop at once, even while it waits for another batch.
    scoring.catch((reason) => stop.abort(reason));
    return scoring;
  };

  const ask = async (batch: number): Promise<readonly IdentifiedProposal[]> => {
    const count = batches.size(batch);
    const proposals = (await strategy.ask(count)).map(identified);
    if (proposals.length !== count)
      throw new Error(`${strategy.name}: asked for ${count}, got ${proposals.length}`);
    const checkpoint = await strategy.checkpoint();
    await log.asked({ batch, firstIndex: batches.firstIndex(batch), proposals, told, checkpoint });
    return proposals;
  };

  let { told } = resumeFrom;
  const inFlight: Promise<readonly ToldProposal[]>[] = [];
  try {
    for (const proposals of resumeFrom.inFlight) {
      inFlight.push(start(told + inFlight.length, proposals.map(identified)));
    }
    while (told < batches.count) {
      signal.throwIfAborted();
      while (inFlight.length < Math.min(pipeline, batches.count - told) && !enough()) {
        const batch = told + inFlight.length;
        const proposals = await ask(batch);
        signal.throwIfAborted();
        inFlight.push(start(batch, proposals));
      }
      if (inFlight.length === 0) return false;
      const scored = await unlessAborted(inFlight[0] as Promise<readonly ToldProposal[]>, signal);
      signal.throwIfAborted();
      const metrics = await strategy.tell(scored);
      await log.told({ batch: told, firstIndex: batches.firstIndex(told), scored, metrics });
      inFlight.shift();
      told++;
    }
    return true;
  } catch (reason) {
    stop.abort(reason);
    throw signal.reason;
  }
}

function identified(proposal: Proposal): IdentifiedProposal {
  return { ...proposal, identity: proposal.identity ?? identityOf(proposal.rule) };
}

/** How `samples` proposals fall into batches. */
class Batches {
  readonly count: number;
  readonly #samples: number;
  readonly #batch: number;

  constructor(samples: number, batch: number) {
    this.#samples = positiveInteger('samples', samples);
    this.#batch = positiveInteger('batch', batch);
    this.count = Math.ceil(samples / batch);
  }

  firstIndex(batch: number): number {
    return batch * this.#batch;
  }

  size(batch: number): number {
    return Math.min(this.#batch, this.#samples - this.firstIndex(batch));
  }
}

/**
 * What the work gives; rejects as soon as the signal fires. (A race against one promise for all batches would keep what every batch
 * gave until the search ends.)
 */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function positiveInteger(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new NosError('bad-option', `${name}: expected a positive integer, got ${value}`);
}
