import type { Fate, Victim } from './stage.ts';

/** When the kill comes; the search goes on by at least one batch between any two kills. */
export type Moment =
  /** The coordinator has just been started. */
  | 'start-up'
  /** A batch has been told, and others are stored and not told. */
  | 'search'
  /** The coordinator writes its store: a score, what was told, or a batch with its checkpoint. */
  | 'write'
  /** The best rules are tested again. */
  | 'retests';

export interface Round {
  readonly moment: Moment;
  readonly victims: readonly Victim[];
  readonly fate?: Fate;
  /** Seconds that Redis stays away; a fraction of one where it is not said. */
  readonly outage?: number;
  /** The coordinator is started while Redis is away, in vain. */
  readonly early?: true;
}

const ALL: readonly Victim[] = ['children', 'coordinator', 'workers', 'redis'];

/** Children die alone seldom enough for no evaluation to lose three, after which it would rightly count as failed. */
export const DISTRIBUTED: readonly Round[] = [
  { moment: 'start-up', victims: ['coordinator'] },
  { moment: 'start-up', victims: ['coordinator'] },
  { moment: 'search', victims: ['child'] },
  { moment: 'search', victims: ['worker'] },
  { moment: 'search', victims: ['coordinator'] },
  { moment: 'write', victims: ['coordinator'] },
  { moment: 'search', victims: ['redis'], fate: 'empty' },
  { moment: 'search', victims: ['children'] },
  { moment: 'write', victims: ALL, fate: 'cut' },
  { moment: 'start-up', victims: ['coordinator', 'redis'], fate: 'whole' },
  { moment: 'search', victims: ['workers'] },
  { moment: 'search', victims: ALL, fate: 'empty' },
  { moment: 'write', victims: ['coordinator'] },
  { moment: 'search', victims: ['redis'], fate: 'whole' },
  { moment: 'search', victims: ['child', 'coordinator'] },
  { moment: 'start-up', victims: ['coordinator', 'worker'] },
  { moment: 'search', victims: ['redis'], fate: 'cut', outage: 10 },
  { moment: 'write', victims: ['coordinator', 'redis'], fate: 'empty', early: true },
  { moment: 'search', victims: ['coordinator', 'workers'] },
  { moment: 'write', victims: ALL, fate: 'whole' },
  { moment: 'search', victims: ['children'] },
  { moment: 'start-up', victims: ALL, fate: 'empty' },
  // Longer than a worker's record lasts: Redis takes all workers for dead when it is back.
  { moment: 'search', victims: ['redis'], fate: 'whole', outage: 4 },
  { moment: 'write', victims: ALL, fate: 'cut' },
  { moment: 'search', victims: ['redis'], fate: 'whole', outage: 4 },
  { moment: 'write', victims: ['coordinator'] },
  { moment: 'retests', victims: ['coordinator'] },
  { moment: 'retests', victims: ['worker', 'redis'], fate: 'empty' },
  { moment: 'retests', victims: ALL, fate: 'cut' },
];

/** On one machine the evaluating processes are the coordinator's own, and end with it. */
export const LOCAL: readonly Round[] = [
  { moment: 'start-up', victims: ['coordinator'] },
  { moment: 'search', victims: ['children'] },
  { moment: 'write', victims: ['coordinator'] },
  { moment: 'search', victims: ['children', 'coordinator'] },
  { moment: 'start-up', victims: ['coordinator'] },
  { moment: 'write', victims: ['coordinator'] },
  { moment: 'retests', victims: ['children', 'coordinator'] },
];
