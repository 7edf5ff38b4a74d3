/** Levels, the most urgent first. */
export const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof levels)[number];

/** All events of the log with their levels. docs/operating.md describes each, and a test compares the two. */
export const logEvents = {
  // of a search
  'run-started': 'info',
  'run-resumed': 'info',
  'run-finished': 'info',
  'run-stopped': 'info',
  'batch-asked': 'debug',
  'batch-told': 'info',
  'evaluation-cached': 'info',
  'evaluation-reused': 'info',
  'evaluation-progress': 'trace',
  'worker-left': 'info',
  'job-returned': 'warn',
  'job-readded': 'warn',
  'no-workers': 'warn',
  // of a worker
  'worker-started': 'info',
  'worker-waiting': 'info',
  'worker-refused': 'error',
  'worker-finished': 'info',
  'evaluation-begun': 'info',
  'evaluation-dropped': 'info',
  'lock-lost': 'warn',
  'lock-retaken': 'warn',
  // of both
  'worker-joined': 'info',
  'evaluation-finished': 'info',
  'evaluation-failed': 'warn',
  'evaluation-retried': 'warn',
  'task-printed': 'info',
  'redis-lost': 'warn',
  'redis-back': 'info',
  'redis-trouble': 'warn',
  'metrics-served': 'info',
  shutdown: 'info',
  note: 'info',
  foreign: 'warn',
  failed: 'fatal',
} as const satisfies Readonly<Record<string, LogLevel>>;

export type LogEvent = keyof typeof logEvents;

/** Something that happened, as data and as a line for people. */
export interface LogLine {
  readonly event: LogEvent;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
  /** Whether the live view or its plain lines already say it. */
  readonly viewed?: boolean;
}
