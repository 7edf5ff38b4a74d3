import type { Log } from './log.ts';

/** Says so when the user ends the command; what it returns makes it say nothing any more. */
export function onShutdown(signal: AbortSignal, log: Log): () => void {
  const say = (): void => {
    const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    log.write({
      event: 'shutdown',
      fields: { reason },
      message: `${reason}: ending in good order`,
      viewed: true,
    });
  };
  signal.addEventListener('abort', say);
  return () => signal.removeEventListener('abort', say);
}
