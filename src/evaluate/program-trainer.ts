import { availableParallelism } from 'node:os';
import { NosError } from '../errors.ts';
import { isShare, metricOf, PROGRAM_FINGERPRINT, trainingSteps } from '../evaluation/index.ts';
import { exportRule, targets } from '../export/index.ts';
import { canonicalize, type Expression, printRule } from '../rules/index.ts';
import type { Task } from '../tasks/index.ts';
import { openTrialRunner, type ProgramTask, type RuleSource, type TrialEnd } from '../trainers/index.ts';
import type { Trained, Trainer, Training, Watch } from './trainer.ts';

/** Seconds between two signs of life of a program that says nothing. */
const SIGN_OF_LIFE = 5;

/** Which of the processes that evaluate at a time this one is. */
export interface TrialSlot {
  /** What the program is told of it: `local-1`. */
  readonly worker: string;
  /** Counted from 0. */
  readonly index: number;
}

/** The slot of this process, as those that start workers name it in the environment. */
export function slotOf(environment: Readonly<Record<string, string | undefined>> = process.env): TrialSlot {
  const index = Number(environment.NOS_SLOT ?? 0);
  return { worker: environment.NOS_WORKER ?? 'local-1', index: Number.isSafeInteger(index) ? index : 0 };
}

/**
 * The trainer of a program of the user's own: a training is one run of its command, under a process that ends it if this one is gone.
 *
 * @throws NosError `worker` if this package is not built.
 */
export function openProgramTrainer(task: Task, program: ProgramTask, slot = slotOf()): Trainer {
  const { record, directory } = program;
  const metric = metricOf(task);
  const runner = openTrialRunner();
  /** Runs of the evaluation under way: a final training that is one of the sweep need not run again. */
  const known = new Map<string, TrialEnd>();
  const trial = async (training: Training, steps: number, watch: Watch): Promise<TrialEnd> => {
    const source = sourceOf(training.rule, record.framework, steps, training.learningRate);
    const { learningRate, seed } = training;
    const id = `${learningRate} ${steps}`;
    const before = known.get(id);
    if (before !== undefined) return before;
    let done = 0;
    const alive = setInterval(() => watch.onProgress(done), SIGN_OF_LIFE * 1_000);
    try {
      const end = await runner.run(
        {
          ...{ task: record, directory, source, learningRate, seed, steps },
          worker: slot.worker,
          gpu: record.gpus && String(record.gpus[slot.index % record.gpus.length]),
        },
        {
          signal: watch.signal,
          onPoint: ({ step, values }) => {
            done = Math.min(Math.max(step, done), steps);
            const score = values[metric.metric];
            watch.onProgress(done, Number.isFinite(score) ? score : undefined);
          },
        },
      );
      known.set(id, end);
      return end;
    } finally {
      clearInterval(alive);
    }
  };
  return {
    ...metric,
    batchSize: task.batchSize,
    trainExamples: record.steps,
    chance: task.chance,
    begin: () => known.clear(),
    fingerprint: async () => PROGRAM_FINGERPRINT,
    async train(training, watch) {
      const steps = trainingSteps(training.budget, { batchSize: 1, trainExamples: record.steps });
      return trainedBy(await trial(training, steps, watch), task, steps, training.detail === 'curves');
    },
    open: () => {
      throw new RangeError(`task '${task.name}' is a program: its trainings cannot be interrupted`);
    },
    close: () => runner.close(),
  };
}

/** Processes that evaluate a program at a time, unless somebody says how many. */
export const slotsOf = ({ record: { concurrency, gpus } }: ProgramTask): number =>
  concurrency ?? gpus?.length ?? availableParallelism();

/** The name that the optimizer has in its file. */
const CLASS = 'FoundOptimizer';

/** A rule as the source that a program imports; a decay over the training knows its steps. */
function sourceOf(rule: Expression, framework: string, steps: number, learningRate: number): RuleSource {
  const { extension } = targets.find(framework);
  const options = { className: CLASS, totalSteps: steps, learningRate };
  return {
    rule: printRule(canonicalize(rule)),
    // Node.js reads an ES module by this name wherever it lies.
    file: `optimizer.${extension === 'js' ? 'mjs' : extension}`,
    text: exportRule(rule, framework, options),
    name: framework === 'optax' ? CLASS.toLowerCase() : CLASS,
  };
}

/** What a run has come to, as a training. @throws NosError `task` for a command that cannot be run, or a result that the task contradicts. */
function trainedBy(end: TrialEnd, task: Task, steps: number, curves: boolean): Trained {
  const { metric } = metricOf(task);
  const onTheWay = end.curve.map(({ values }) => values[metric]).filter((value) => Number.isFinite(value));
  const common = {
    testCurve: [],
    lossCurve: [],
    measureCurve: curves ? end.curve.map(({ step, values }) => ({ step, ...values })) : [],
  };
  const curve = onTheWay as number[];
  if (end.type === 'diverged')
    return { ...common, status: 'diverged', curve, steps: end.curve.at(-1)?.step ?? 0 };
  if (end.type === 'failed') {
    if (end.missing) throw new NosError('task', `task '${task.name}': ${end.reason}`, 'correct its command');
    return { ...common, status: 'failed', error: end.reason, curve, steps: end.curve.at(-1)?.step ?? 0 };
  }
  const { value, measures } = end.result;
  if (!Number.isFinite(value)) return { ...common, status: 'diverged', curve, steps };
  if (isShare(metricOf(task)) && !(value >= 0 && value <= 1)) {
    throw new NosError(
      'task',
      `task '${task.name}' gave an accuracy of ${value}: expected a number from 0 to 1`,
      'name the metric otherwise, as in accuracy_percent, for other numbers',
    );
  }
  // The result is the last point where it was said on the way too.
  const whole = curve.at(-1) === value ? curve : [...curve, value];
  const finite = Object.fromEntries(Object.entries(measures).filter(([, one]) => Number.isFinite(one)));
  return {
    ...common,
    status: 'finished',
    curve: whole,
    ...(Object.keys(finite).length > 0 && { measures: finite }),
    steps,
  };
}
