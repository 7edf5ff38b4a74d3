import {
  type Conditions,
  type Evaluation,
  type EvaluationProgress,
  type EvaluationRequest,
  identityOf,
  lostReward,
  type Protocol,
  parseConditions,
  printConditions,
  protocolSteps,
  trainingSteps,
  tryingSteps,
} from '../evaluation/index.ts';
import type { EngineName } from '../graph/index.ts';
import { namesOf, resolveRule } from '../rules/index.ts';
import { resolveTask, type Task } from '../tasks/index.ts';
import { packageVersion } from '../version.ts';
import { type Calibration, calibrationFor } from './calibration.ts';
import { openChildTrainer } from './child-trainer.ts';
import { Levels } from './levels.ts';
import { inUnits, rising, risingTraining } from './own-units.ts';
import { openProgramTrainer } from './program-trainer.ts';
import { Progress } from './progress.ts';
import { runStages, stagesOf } from './stages.ts';
import { protocolFor } from './task-protocol.ts';

export interface EvaluatorOptions {
  /** The name of a task, a path to a module that exports one, or the task itself. */
  readonly task: string | Task;
  /** The data directory. */
  readonly directory: string;
  /** What computes the child's steps. The chosen one unless given. */
  readonly engine?: EngineName | undefined;
  /** Called now and then while the task takes long to open: a sign of life. */
  readonly onWork?: () => void;
  /** Seconds from any start; only `Evaluation.seconds` depends on it. */
  readonly clock?: () => number;
  /** Knows protocols by their names; tests hand in small ones. */
  readonly parseProtocol?: (name: string) => Protocol;
  /** Knows what was found out about tasks; the measure of early stops uses its own. */
  readonly calibrationOf?: (conditions: Conditions) => Calibration | undefined;
}

export interface RunOptions {
  readonly onProgress?: (progress: EvaluationProgress) => void;
  readonly signal?: AbortSignal;
}

/** Scores rules on one task. One evaluation at a time. */
export interface Evaluator {
  /**
   * A pure function of the request on machines of one fingerprint, `seconds` aside: what was evaluated before, here or
   * elsewhere, does not matter.
   *
   * @throws NosError for a request that makes no sense, such as a batch larger than the protocol's examples; `task` for a score that is not what
   *   the task declares, and whatever else a task must not give; the signal's reason, between two steps.
   */
  evaluate(request: EvaluationRequest, options?: RunOptions): Promise<Evaluation>;
  close(): Promise<void>;
}

/** Loads the data and builds the network, once. @throws NosError `unknown-name`, `data-missing`, `data-corrupt`, `task`, `engine`. */
export async function openEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const task = typeof options.task === 'string' ? await resolveTask(options.task) : options.task;
  const { directory, engine, onWork, calibrationOf = calibrationFor } = options;
  const trainer = task.program
    ? openProgramTrainer(task, task.program)
    : await openChildTrainer(task, { directory, ...(engine && { engine }), ...(onWork && { onWork }) });
  const levels = new Levels(trainer);
  const clock = options.clock ?? (() => performance.now() / 1_000);
  const evaluate = async (request: EvaluationRequest, running: RunOptions = {}): Promise<Evaluation> => {
    checkTask(request, options.task);
    const conditions = parseConditions(request, options.parseProtocol);
    const { environment, seed } = conditions;
    const protocol = protocolFor(
      { ...task, batchSize: trainer.batchSize, trainExamples: trainer.trainExamples },
      conditions,
    );
    const rule = resolveRule(request.rule);
    const { batchSize, trainExamples } = trainer;
    const start = clock();
    trainer.begin?.();
    const { text, key } = identityOf(rule);
    const shared = {
      ...{ rule, ruleName: namesOf(key)[0] ?? request.rule, environment, seed },
      ...{ schedule: protocol.schedule, validationExamples: protocol.validationExamples },
    };
    const progress = new Progress(protocolSteps(protocol, trainer), clock, running.onProgress);
    const calibration = calibrationOf(conditions);
    const sizes = { batchSize, trainExamples, chance: lostReward(trainer) };
    const verdict = await runStages(stagesOf(protocol, rule, sizes, calibration), {
      train: async ({ phase, ...trial }) => {
        const planned = trainingSteps(trial.budget, trainer);
        const onProgress = progress.begin(phase, trial.learningRate, planned);
        const trained = await trainer.train({ ...shared, ...trial }, { signal: running.signal, onProgress });
        return rising(trained, trainer);
      },
      open: (learningRate) => {
        const onProgress = progress.open(learningRate, tryingSteps(protocol));
        const trial = { learningRate, budget: protocol.final, detail: 'accuracy' } as const;
        return risingTraining(
          trainer.open({ ...shared, ...trial }, { signal: running.signal, onProgress }),
          trainer,
        );
      },
      level: (place) => {
        const { rule: _, ruleName: __, ...all } = shared;
        const { references } = calibration!;
        const onProgress = progress.open(references[0]!.learningRate, Number.POSITIVE_INFINITY);
        const trainings = { ...all, budget: protocol.final, detail: 'accuracy' } as const;
        return levels.at(place, references, trainings, { signal: running.signal, onProgress });
      },
    });
    return {
      rule: text,
      ...printConditions(conditions),
      key,
      ...inUnits(verdict, trainer),
      seconds: clock() - start,
      fingerprint: await trainer.fingerprint(),
      version: packageVersion,
    };
  };
  return { evaluate, close: () => trainer.close() };
}

function checkTask({ task }: EvaluationRequest, opened: string | Task): void {
  if (typeof opened === 'string' && task !== opened)
    throw new RangeError(`this evaluator serves task '${opened}', not '${task}'`);
}
