import type { Expression, Space } from '../rules/index.ts';

/** What a landscape scores: a rule of its space, the token string that denotes it, and its key where the caller knows it. */
export interface LandscapeRule {
  readonly key?: string;
  readonly expression: Expression;
  readonly tokens: readonly number[];
}

/** A space whose every rule has a reward that costs nothing to look up, so that whole searches take seconds. */
export interface Landscape {
  readonly space: Space;
  /** The reward, without noise, in [0, 1]. */
  readonly reward: (candidate: LandscapeRule) => number;
  /** The highest reward of the space. */
  readonly optimum: number;
  /** The lowest reward of the best hundredth of the space's token strings. */
  readonly topHundredth: number;
}

/** How landscapes are registered. */
export interface LandscapeDefinition {
  /** Its name, as `--landscapes` takes it. */
  readonly name: string;
  /**
   * Standard deviations of the normal noise under which strategies are compared. A rule's noise is drawn once a search:
   * as in a real search, proposing it again does not average it away.
   */
  readonly noises: readonly number[];
  /** A synthetic landscape has its optimum elsewhere for every seed; a tabulated one is what it is. */
  open(seed: number): Promise<Landscape>;
}
