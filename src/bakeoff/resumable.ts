import type { RunTrials } from './bakeoff.ts';
import { openJournal } from './journal.ts';
import { runTrials } from './pool.ts';
import type { Trial, TrialResult } from './trial.ts';

export interface ResumableOptions {
  /** The journal: results go there as they come, and those that it has are not computed again. */
  readonly path: string;
  /** See {@link openJournal}. */
  readonly version: string;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Gets rules proposed: at once those of results that were `known`, then those of each result as it comes. */
  readonly onProposed: (count: number, known: boolean) => void;
}

/**
 * Runs trials in processes and remembers them in a file. All strategies on one landscape come first, then the next: so an
 * estimate of the time that is left is fair early.
 *
 * @throws NosError `unwritable`.
 */
export function resumableTrials(options: ResumableOptions): RunTrials {
  const { path, version, workers, signal, onProposed } = options;
  const journal = openJournal(path, version);
  return async (trials) => {
    const missing = trials.filter((trial) => journal.find(trial) === undefined);
    onProposed(proposalsOf(trials) - proposalsOf(missing), true);
    const order = missing.toSorted(
      (a, b) => a.seed - b.seed || a.landscape.localeCompare(b.landscape) || a.noise - b.noise,
    );
    const onResult = (trial: Trial, result: TrialResult): void => {
      journal.add(trial, result);
      onProposed(trial.samples, false);
    };
    await runTrials(order, { workers, signal, onResult });
    return trials.map((trial) => journal.find(trial) as TrialResult);
  };
}

const proposalsOf = (trials: readonly Trial[]): number =>
  trials.reduce((sum, { samples }) => sum + samples, 0);
