import type { LeaderboardRow, RunConfig, Verdict } from '../run/index.ts';

/** What the studio's pages are given. Their figures are those of `nos runs`, `nos top`, `nos show` and `nos plot`. */

/** A reference rule of a run, by its reward in the place of a proposal. */
export interface ReferenceFigure {
  readonly name: string;
  readonly key: string;
  /** null if it failed. */
  readonly reward: number | null;
}

/** A run in the list. */
export interface RunEntry {
  readonly name: string;
  readonly status: 'running' | 'stopped' | 'finished';
  readonly note: string;
  /** Words of the note that begin with `#`, without it. */
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly task: string;
  readonly protocol: string;
  readonly strategy: string;
  readonly space: string;
  readonly told: number;
  readonly samples: number;
  readonly seconds: number;
  /** Scored rules per hour of the time for which processes worked on the run; null before there is any. */
  readonly rulesPerHour: number | null;
  /** Best reward of a proposal that was trained to its end, else of one that was stopped early. */
  readonly best: number | null;
  readonly adam: number | null;
  /** Best reward so far in forty steps of the run; null where there is none yet. */
  readonly sparkline: readonly (number | null)[];
}

export interface RunsDocument {
  readonly store: string;
  readonly version: string;
  readonly runs: readonly RunEntry[];
  /** What this server lets its pages do. */
  readonly allows: Allowed;
}

export interface Allowed {
  /** Notes, new names and removals. */
  readonly changes: boolean;
  /** Trainings. */
  readonly evaluations: boolean;
}

/** Figure 4 of the paper for one run, thinned out to what a screen can show. */
export interface CurveDocument {
  readonly run: string;
  readonly samples: number;
  /** Rules in order without a gap that have a score. */
  readonly scored: number;
  /** Rules that one point of the moving average is the mean of, fewer at the beginning. */
  readonly window: number;
  /** [number of the rule from 1, mean reward up to it]. */
  readonly average: readonly (readonly [number, number])[];
  /** [number of the rule from 1, best reward so far], where it rises. */
  readonly best: readonly (readonly [number, number])[];
  /** One rule in `step`. */
  readonly step: number;
  readonly points: readonly (readonly [number, number])[];
  /** The highest first. */
  readonly references: readonly ReferenceFigure[];
}

export interface RunDocument {
  readonly run: RunEntry;
  readonly config: RunConfig;
  readonly fingerprint: string;
  readonly version: string;
  /** Proposals so far by how they ended; `reused` and `waiting` among them. */
  readonly endings: Readonly<Record<string, number>>;
  readonly distinct: number;
  readonly verdict: { readonly finding: Verdict['finding']; readonly text: string };
}

/** A row of the leaderboard. */
export interface BoardRow extends LeaderboardRow {
  /** The rule with short names for operands. */
  readonly short: string;
  readonly latex: string;
}

export interface BoardDocument {
  readonly rows: readonly BoardRow[];
  /** Distinct rules that fit the filter. */
  readonly matching: number;
}
