/** Ticks in the time that counts as silence. */
const TICKS = 10;

export interface SilenceWatch {
  /** It said something. */
  heard(): void;
  stop(): void;
}

/**
 * Calls back once when nothing was heard for so many seconds. They are counted in ticks of this process's own: a time for which it was
 * stopped (Ctrl-Z, SIGSTOP), most likely together with its workers, is one tick late and no silence.
 */
export function watchSilence(seconds: number, onSilence: () => void): SilenceWatch {
  let ticks = 0;
  const timer = setInterval(
    () => {
      ticks++;
      if (ticks < TICKS) return;
      clearInterval(timer);
      onSilence();
    },
    (seconds * 1_000) / TICKS,
  );
  return {
    heard: () => {
      ticks = 0;
    },
    stop: () => clearInterval(timer),
  };
}
