import workerpool from 'workerpool';
import { compiledProgram } from '../program.ts';
import type { Trial, TrialResult } from './trial.ts';

/**
 * Runs trials in processes of their own, each on one thread, and gives every result as it comes. Rejects with the signal's
 * reason as soon as it fires; what was given until then is whole.
 */
export async function runTrials(
  trials: readonly Trial[],
  options: {
    readonly workers: number;
    readonly signal: AbortSignal;
    readonly onResult: (trial: Trial, result: TrialResult) => void;
  },
): Promise<void> {
  const { workers, signal, onResult } = options;
  signal.throwIfAborted();
  if (trials.length === 0) return;
  const pool = workerpool.pool(compiledProgram('bakeoff/worker.js'), {
    workerType: 'process',
    maxWorkers: workers,
    // Not this process's own flags: they may hold a test runner's loaders, or the port of a debugger.
    forkOpts: { execArgv: [] },
  });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    const running = trials.map(async (trial) => onResult(trial, await pool.exec('runTrial', [trial])));
    await Promise.race([Promise.all(running), aborted]);
  } finally {
    await pool.terminate(true);
  }
}
