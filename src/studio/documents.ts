import type { Evaluation, Metric } from '../evaluation/index.ts';
import type { LeaderboardRow, RunConfig, Verdict } from '../run/index.ts';

import type { Interval } from '../statistics/index.ts';

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
  /** What its scores are called, and which are better. */
  readonly score: Metric;
  readonly told: number;
  readonly samples: number;
  readonly seconds: number;
  /** Scored rules per hour of the time for which processes worked on the run; null before there is any. */
  readonly rulesPerHour: number | null;
  /** Best reward of a proposal that was trained to its end, else of one that was stopped early. */
  /** In the units of the score, as all figures of the pages. */
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
}

/** Trainings of a rule with fresh seeds that a page has asked for. */
export interface JobDocument {
  readonly id: number;
  readonly run: string;
  readonly key: string;
  readonly seeds: number;
  readonly state: 'waiting' | 'running' | 'done' | 'stopped' | 'failed';
  /** Evaluations of the rule and of Adam that are there, of `total`. */
  readonly done: number;
  readonly total: number;
  /** Why it failed. */
  readonly error?: string;
}

export interface JobsDocument {
  /** Whether the server trains for its pages. */
  readonly allowed: boolean;
  /** The newest first. */
  readonly jobs: readonly JobDocument[];
}

/** Figure 4 of the paper for one run, thinned out to what a screen can show. */
export interface CurveDocument {
  readonly run: string;
  readonly score: Metric;
  readonly samples: number;
  /** Rules in order without a gap that have a score. */
  readonly scored: number;
  /** The rules that it shows, by their numbers from 1. */
  readonly shown: { readonly from: number; readonly to: number };
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

/** A rule in a comparison, under the conditions of its table. */
export interface ComparedRule {
  readonly key: string;
  /** With short names for operands. */
  readonly rule: string;
  readonly names: readonly string[];
  /** In the order of the seeds. */
  readonly rewards: readonly { readonly seed: number; readonly reward: number; readonly status: string }[];
  readonly mean: number;
  /** 95 % interval of the mean over seeds; null with too few. */
  readonly interval: Interval | null;
  /** What it has over the first rule, over the seeds that both have; absent for the first itself, and without such seeds. */
  readonly beside?: {
    readonly pairs: number;
    readonly difference: number;
    readonly interval: Interval | null;
    /** Of the paired permutation test; null with one pair. */
    readonly p: number | null;
  };
}

/** Rules trained on one task under the same conditions. */
export interface ComparisonTable {
  readonly task: string;
  /** The task for people. */
  readonly title: string;
  readonly protocol: string;
  readonly environment: string;
  readonly score: Metric;
  readonly rules: readonly ComparedRule[];
}

export interface ComparisonDocument {
  /** The first is the one that the others are compared with. */
  readonly rules: readonly string[];
  /** Those with the most seeds first. */
  readonly tables: readonly ComparisonTable[];
}

/** A rule of a run. */
export interface RuleDocument {
  readonly run: string;
  readonly key: string;
  readonly rule: string;
  readonly short: string;
  readonly names: readonly string[];
  /** Indices of its proposals, at most twenty. */
  readonly proposals: readonly number[];
  /** The search's own evaluation. */
  readonly evaluation: Evaluation;
  /** Adam's in the place of a proposal, if the run has it as a reference. */
  readonly adam?: Evaluation;
  /** Whether its ancestors can be told: under evolution. */
  readonly hasLineage: boolean;
  /** Beside Adam, by all that is stored. */
  readonly comparison: ComparisonDocument;
}

/** A rule of a lineage, and what was changed of its parent's string. */
export interface LineageStep {
  /** Index of its first proposal. */
  readonly position: number;
  readonly key: string;
  readonly rule: string;
  /** null if it has none, or has none yet. */
  readonly reward: number | null;
  /** Empty if it has no parent. */
  readonly changes: readonly { readonly axis: string; readonly from: string; readonly to: string }[];
}

export interface LineageDocument {
  readonly strategy: string;
  /** Whether parents are guessed, as in runs of versions that did not store them. */
  readonly inferred: boolean;
  /** The rule, its parent, and so on back to one that was drawn; empty under another strategy than evolution. */
  readonly steps: readonly LineageStep[];
}

/** An evaluation as it was made. */
export interface TimelineBar {
  readonly role: string;
  readonly index: number;
  readonly status: string;
  /** Milliseconds since 1970, both. */
  readonly from: number;
  readonly to: number;
  /** The worker that made it; null if that is not stored. */
  readonly worker: string | null;
  /** A lane that it has for itself: without the names of workers, as few as there must have been. */
  readonly lane: number;
}

/** The learning rates that were tried for a rule. */
export interface RuleRates {
  readonly key: string;
  readonly rule: string;
  readonly chosen: number;
  readonly sweep: readonly { readonly learningRate: number; readonly accuracy: number }[];
}

/** A figure that the strategy reports of itself, by the number of the batch. */
export interface MetricSeries {
  readonly name: string;
  readonly points: readonly (readonly [number, number])[];
}

/** What rules with a part have over rules without it. */
export interface PartUplift {
  readonly name: string;
  readonly rules: number;
  readonly difference: number;
  readonly interval: Interval;
}

/** What a rule takes, beside what it gives. */
export interface RuleCosts {
  readonly key: string;
  readonly rule: string;
  readonly reward: number;
  readonly slots: number;
  readonly flopsPerWeight: number;
}

/** A rule as a string of its space, in words. */
export interface StringLine {
  readonly tokens: readonly string[];
  readonly reward: number;
}

/** All rewards in it are in the units of the score. */
export interface AnalysisDocument {
  readonly score: Metric;
  readonly timeline: readonly TimelineBar[];
  readonly rates: readonly RuleRates[];
  readonly metrics: readonly MetricSeries[];
  /** The most helpful first. */
  readonly parts: readonly PartUplift[];
  /** The best first. */
  readonly costs: readonly RuleCosts[];
  readonly strings: { readonly axes: readonly string[]; readonly lines: readonly StringLine[] };
}
