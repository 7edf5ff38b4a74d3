/** In milliseconds. */
export interface Timeouts {
  /** Until the server answers. */
  readonly connection: number;
  /** Without any data, afterwards. */
  readonly stall: number;
}

export const TIMEOUTS: Timeouts = { connection: 10_000, stall: 60_000 };

export interface GuardOptions {
  /** Called with the bytes that have come. */
  readonly onReceived: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts: Timeouts;
}

/** Runs a download under a watchdog whose reason to abort is the better error. */
export async function guarded<T>(
  options: Pick<GuardOptions, 'signal'>,
  firstMilliseconds: number,
  download: (watchdog: Watchdog) => Promise<T>,
): Promise<T> {
  const watchdog = watch(options.signal, firstMilliseconds);
  try {
    return await download(watchdog);
  } catch (error) {
    throw watchdog.signal.aborted ? watchdog.signal.reason : error;
  } finally {
    watchdog.stop();
  }
}

/** Counts the bytes that come, and keeps the watchdog quiet. */
export function meterOf(
  { onReceived, timeouts }: GuardOptions,
  watchdog: Watchdog,
): (chunk: Uint8Array) => void {
  let received = 0;
  return (chunk) => {
    watchdog.alive(timeouts.stall);
    received += chunk.length;
    onReceived(received);
  };
}

/** Aborts its signal when nobody says `alive` in time, or when the outer signal aborts. */
export interface Watchdog {
  readonly signal: AbortSignal;
  alive(milliseconds: number): void;
  stop(): void;
}

function watch(outer: AbortSignal | undefined, milliseconds: number): Watchdog {
  const controller = new AbortController();
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  const start = (limit: number): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new Error(`no data came for ${limit / 1_000} s`)), limit);
  let timer = start(milliseconds);
  return {
    signal,
    alive: (limit) => {
      clearTimeout(timer);
      timer = start(limit);
    },
    stop: () => clearTimeout(timer),
  };
}
