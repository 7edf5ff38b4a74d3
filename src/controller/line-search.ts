import { addScaled } from './vectors.ts';

/** The way from one point to another: length · direction. */
export interface Step {
  readonly direction: Float32Array;
  readonly length: number;
}

/** What a backtracking line search ended with. */
export interface LineSearch<M> {
  /** What was measured at the accepted point. */
  readonly measured: M;
  /** Points measured, the accepted one among them. */
  readonly tried: number;
}

/**
 * The first of start + step, start + step/2, start + step/4, … that is accepted; undefined when none of `tries` is.
 * `start` and the step stay as they are.
 *
 * @param point Where the points are written, one after the other: the accepted one is left there.
 */
export async function backtrack<M>(
  start: Float32Array,
  { direction, length }: Step,
  point: Float32Array,
  tries: number,
  measure: (point: Float32Array) => Promise<M>,
  accepts: (measured: M) => boolean,
): Promise<LineSearch<M> | undefined> {
  for (let tried = 1; tried <= tries; tried++) {
    addScaled(point, start, length * 0.5 ** (tried - 1), direction);
    const measured = await measure(point);
    if (accepts(measured)) return { measured, tried };
  }
  return undefined;
}
