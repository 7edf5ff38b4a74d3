import type { Evaluation } from '../../src/evaluation/index.ts';
import { advance, initialProgress, type RunEvent, type RunProgress } from '../../src/run/index.ts';

export const evaluation = (rule: string, reward: number): Evaluation => ({
  rule,
  key: `key of ${rule}`,
  task: 'digits-mlp',
  protocol: 'quick',
  seed: 1,
  environment: 'none',
  learningRate: 0.1,
  edgeOfGrid: rule === 'g',
  sweep: [],
  reward,
  curve: [],
  status: 'ok',
  steps: 100,
  seconds: 10,
  fingerprint: 'f',
  version: '0.0.0',
});

export const evaluated = (index: number, rule: string, reward: number, cached = false): RunEvent => ({
  type: 'evaluated',
  index,
  evaluation: evaluation(rule, reward),
  cached,
});

export const worker = {
  name: 'worker-1',
  state: 'busy',
  rule: 'm * exp(v)',
  progress: { phase: 'sweep', learningRate: 1e-3, done: 0.5 },
  finished: 3,
  restarts: 1,
} as const;

export const batch = {
  type: 'batch',
  batch: 0,
  told: 4,
  meanReward: 0.5,
  distinct: 3,
  best: { rule: 'm', reward: 0.7 },
  metrics: { entropy: 1.93456, baseline: 0.5 },
} as const satisfies RunEvent;

/** What a short search tells: a reference and four proposals, the third of which was stored. */
export const events: readonly RunEvent[] = [
  { type: 'started', run: 'quick-1', samples: 10, resumedAt: 0 },
  {
    type: 'progress',
    workers: [worker, { ...worker, name: 'worker-2', restarts: 0 }],
    progress: worker.progress,
  },
  { type: 'reference', evaluation: evaluation('adam', 0.6), cached: false },
  evaluated(0, 'g', 0.4),
  evaluated(1, 'm', 0.7),
  evaluated(2, 'g', 0.4, true),
  evaluated(3, 'sign(g)', 0.1),
  batch,
];

export const start = initialProgress('quick-1', 10, { references: 2, retests: 4 });
export const replay = (list: readonly RunEvent[]): RunProgress => list.reduce(advance, start);
