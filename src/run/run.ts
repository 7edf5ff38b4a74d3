import type { Dispatcher } from '../dispatch/index.ts';
import type { Store } from '../store/index.ts';
import type { RunConfig, RunConfigInput } from './config.ts';
import type { LeaderboardRow, RunEvent } from './events.ts';

/** What a run is given by its caller: it reads no clock, environment or machine by itself. */
export interface RunServices {
  readonly store: Store;
  /** Evaluates; stays open when the run ends. */
  readonly dispatcher: Dispatcher;
  /** What this machine computes, as `fingerprint()` of evaluate/ gives it. */
  readonly fingerprint: string;
  /** The version of this package. */
  readonly version: string;
  /** Milliseconds since 1970; dates the run and paces the progress events. */
  readonly clock: () => number;
  /** Stops the run: it can be resumed. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface RunResult {
  readonly run: string;
  /** `stopped` when the signal came first. */
  readonly status: 'finished' | 'stopped';
  /** Proposals told. */
  readonly told: number;
  /** Final when `finished`; of what is there when `stopped`. */
  readonly leaderboard: readonly LeaderboardRow[];
}

export type { RunConfig, RunConfigInput };

/** Signatures of what this room exports. */
export type StartRun = (name: string, config: RunConfigInput, services: RunServices) => Promise<RunResult>;
export type ResumeRun = (name: string, services: RunServices) => Promise<RunResult>;
/** The leaderboard of a run as it stands in the store. */
export type ReadLeaderboard = (store: Store, name: string) => Promise<readonly LeaderboardRow[]>;
