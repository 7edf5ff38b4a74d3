import { addScaled } from './vectors.ts';

/** Parameters, and what was measured there. */
export interface Point<M> {
  readonly parameters: Float32Array;
  readonly measured: M;
}

/** What a backtracking line search ended with. */
export interface LineSearch<M> extends Point<M> {
  /** Points measured, the accepted one among them. */
  readonly tried: number;
}

/**
 * The first of start + step, start + step/2, start + step/4, … that is accepted; undefined when none of `tries` is.
 * `start` and `step` stay as they are.
 */
export async function backtrack<M>(
  start: Float32Array,
  step: Float32Array,
  tries: number,
  measure: (parameters: Float32Array) => Promise<M>,
  accepts: (measured: M) => boolean,
): Promise<LineSearch<M> | undefined> {
  for (let tried = 1; tried <= tries; tried++) {
    const parameters = start.slice();
    addScaled(parameters, 0.5 ** (tried - 1), step);
    const measured = await measure(parameters);
    if (accepts(measured)) return { parameters, measured, tried };
  }
  return undefined;
}
