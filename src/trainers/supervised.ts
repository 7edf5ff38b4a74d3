import { type ChildProcess, fork } from 'node:child_process';
import { NosError } from '../errors.ts';
import { compiledProgram } from '../program.ts';
import { signalGroup } from './process-group.ts';
import type { ProgramTrial, TrialEnd, TrialWatch } from './run-trial.ts';
import type { SupervisorOrder, SupervisorReply } from './supervisor.ts';

/** Runs trials, one at a time, in a process of its own that outlives this one for as long as it takes to end them. */
export interface TrialRunner {
  /** As `runTrial`. @throws NosError `worker` if the supervising process is lost. */
  run(trial: ProgramTrial, watch?: Omit<TrialWatch, 'onStart'>): Promise<TrialEnd>;
  /** Ends what runs; resolves once it is gone. */
  close(): Promise<void>;
}

/**
 * Starts the process that runs trials: none of them is left when this process is gone, even if it was killed.
 *
 * @throws NosError `worker` if this package is not built.
 */
export function openTrialRunner(): TrialRunner {
  const program = compiledProgram('trainers/supervisor.js');
  const child = fork(program, [], {
    execArgv: [],
    detached: true,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const gone = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  return {
    run: (trial, watch = {}) => runIn(child, trial, watch),
    close: () => {
      if (child.connected) child.disconnect();
      return gone;
    },
  };
}

async function runIn(
  child: ChildProcess,
  trial: ProgramTrial,
  { signal, onPoint, graceSeconds }: Omit<TrialWatch, 'onStart'>,
): Promise<TrialEnd> {
  signal?.throwIfAborted();
  let group: number | undefined;
  const order = (message: SupervisorOrder): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  const abort = (): void => order({ type: 'abort' });
  let forget = (): void => undefined;
  try {
    return await new Promise<TrialEnd>((resolve, reject) => {
      const lost = (): void => {
        if (group !== undefined) signalGroup(group, 'SIGKILL');
        reject(new NosError('worker', 'the process that runs trials was lost', 'see that nothing ends it'));
      };
      const hear = (reply: SupervisorReply): void => {
        if (reply.type === 'started') group = reply.group;
        if (reply.type === 'point') onPoint?.(reply.point);
        if (reply.type === 'ended') resolve(reply.end);
        if (reply.type === 'threw') reject(signal?.aborted ? signal.reason : new Error(reply.message));
      };
      child.on('message', hear).once('exit', lost);
      signal?.addEventListener('abort', abort, { once: true });
      forget = () => {
        child.off('message', hear).off('exit', lost);
        signal?.removeEventListener('abort', abort);
      };
      if (child.exitCode !== null || !child.connected) lost();
      else order({ type: 'run', trial, graceSeconds });
    });
  } finally {
    forget();
  }
}
