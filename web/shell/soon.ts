/** Milliseconds of a frame that waiting work may take; the rest is for the browser's own. */
const SHARE_MS = 8;

const waiting = new Set<() => void>();

/**
 * Does work that may wait, such as a picture or a formula, in one of the next frames, little enough per frame that the page never stands
 * still. Nothing is done while the page cannot be seen.
 *
 * @returns Calls it off.
 */
export function soon(work: () => void): () => void {
  if (waiting.size === 0) requestAnimationFrame(doSome);
  waiting.add(work);
  return () => waiting.delete(work);
}

function doSome(): void {
  const began = performance.now();
  for (const work of waiting) {
    waiting.delete(work);
    work();
    if (performance.now() - began > SHARE_MS) break;
  }
  if (waiting.size > 0) requestAnimationFrame(doSome);
}
