import type { ProcessStatus, Project, Search, WorkerRecord } from '../../src/dispatch/redis/wire.ts';
import type { Evaluation } from '../../src/evaluation/index.ts';

/** What goes through Redis, small and in order; tests change what they are about. */
export const PROJECT: Project = {
  version: '1.2.3',
  fingerprint: 'this machine',
  task: 'digits-mlp',
  checksum: 'c0ffee',
};

export const SEARCH: Search = { run: 'first', project: PROJECT, reportMilliseconds: 500 };

export const PROCESS: ProcessStatus = {
  name: 'worker/1',
  state: 'idle',
  finished: 3,
  restarts: 0,
  perMinute: 1.5,
  sequence: 7,
};

export const WORKER: WorkerRecord = {
  name: 'worker',
  version: PROJECT.version,
  fingerprint: PROJECT.fingerprint,
  search: SEARCH,
  slots: [PROCESS],
};

export const EVALUATION: Evaluation = {
  rule: 'g',
  task: PROJECT.task,
  protocol: 'quick',
  seed: 1,
  environment: 'none',
  key: '0123456789abcdef',
  learningRate: 0.1,
  edgeOfGrid: false,
  sweep: [
    { learningRate: 0.1, accuracy: 0.5 },
    { learningRate: 1, accuracy: Number.NaN },
  ],
  reward: 0.75,
  curve: [0.5, 0.75],
  measures: { bleu: 12.5 },
  status: 'ok',
  steps: 100,
  seconds: 1.5,
  fingerprint: PROJECT.fingerprint,
  version: PROJECT.version,
};
