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

export interface Interrupts {
  /**
   * The first SIGINT or SIGTERM aborts the signal with an {@link Interruption}, so that the command can end in good order;
   * the second exits at once. A command that is not `graceful` exits at once on the first.
   */
  watch(graceful: boolean): AbortSignal;
  /** The command is over: from now on the first one exits at once. */
  over(): void;
}

/** @param exit Ends the process. */
export function openInterrupts(exit: (exitCode: number) => void): Interrupts {
  const controller = new AbortController();
  let waits = false;
  let first = Number.NaN;
  const on = (signal: 'SIGINT' | 'SIGTERM') => {
    const interruption = new Interruption(signal);
    if (!waits) exit(interruption.exitCode);
    if (!controller.signal.aborted) first = performance.now();
    else if (performance.now() - first > SAME_MILLISECONDS) exit(interruption.exitCode);
    controller.abort(interruption);
  };
  return {
    watch: (graceful) => {
      waits = graceful;
      process.on('SIGINT', on);
      process.on('SIGTERM', on);
      return controller.signal;
    },
    over: () => {
      waits = false;
    },
  };
}
