/** A point of the function's domain, [dimension]. */
export type Coordinates = readonly number[];

/** An analytic function that optimizers are tried on, with what is known of it. Everything is float64. */
export interface TestFunction {
  readonly name: string;
  readonly title: string;
  /** The equation, for people. */
  readonly equation: string;
  readonly source: string;
  readonly dimension: number;
  readonly start: Coordinates;
  /** Every point at which the function is least. */
  readonly minima: readonly Coordinates[];
  /** The value there. */
  readonly least: number;
  /** What a picture shows of the first two coordinates: [low, high] each. */
  readonly bounds: readonly [x: readonly [number, number], y: readonly [number, number]];
  readonly value: (at: Coordinates) => number;
  readonly gradient: (at: Coordinates) => Coordinates;
  /** Standard deviation of the normal noise in each component of the gradient that an optimizer sees; none unless given. */
  readonly noise?: Coordinates;
}

/** How far a point is from the nearest minimum. */
export function distanceToMinimum({ minima }: TestFunction, at: Coordinates): number {
  return Math.min(...minima.map((minimum) => Math.hypot(...minimum.map((m, i) => m - (at[i] as number)))));
}
