/** Patience with a server, in milliseconds. */
export interface Timeouts {
  /** Time until it answers. */
  readonly connection: number;
  /** Time without any data, afterwards. */
  readonly stall: number;
}

export const TIMEOUTS: Timeouts = { connection: 10_000, stall: 60_000 };

/** Aborts its signal if nobody says `alive` in time, or when the outer signal aborts. */
export interface Watchdog {
  readonly signal: AbortSignal;
  /** Sets the time that is left, in milliseconds. */
  alive(milliseconds: number): void;
}

/** Runs a download under a watchdog, whose reason to abort is the better error. */
export async function withWatchdog<T>(
  outer: AbortSignal | undefined,
  firstMilliseconds: number,
  download: (watchdog: Watchdog) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const signal = outer ? AbortSignal.any([outer, controller.signal]) : controller.signal;
  const start = (limit: number): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new Error(`no data came for ${limit / 1_000} s`)), limit);
  let timer = start(firstMilliseconds);
  const alive = (limit: number): void => {
    clearTimeout(timer);
    timer = start(limit);
  };
  try {
    return await download({ signal, alive });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
