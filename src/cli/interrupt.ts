/** Why a command was ended from outside. */
export class Interruption extends Error {
  /** 128 + the number of the signal. */
  readonly exitCode: 130 | 143;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated');
    this.name = 'AbortError';
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/** One Ctrl-C under `npm start` comes twice: from the terminal, and forwarded by npm. */
const SAME_MILLISECONDS = 500;

/**
 * The first SIGINT or SIGTERM aborts the signal with an {@link Interruption}, so that the command can end in good order;
 * the second exits at once. A command that is not `graceful` exits at once on the first.
 */
export function watchInterrupts(graceful: boolean): AbortSignal {
  const controller = new AbortController();
  let first = Number.NaN;
  const on = (signal: 'SIGINT' | 'SIGTERM') => {
    const interruption = new Interruption(signal);
    if (!graceful) process.exit(interruption.exitCode);
    if (!controller.signal.aborted) first = performance.now();
    else if (performance.now() - first > SAME_MILLISECONDS) process.exit(interruption.exitCode);
    controller.abort(interruption);
  };
  process.on('SIGINT', on);
  process.on('SIGTERM', on);
  return controller.signal;
}
