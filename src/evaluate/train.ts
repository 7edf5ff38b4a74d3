import { type Budget, type Environment, schedules } from '../evaluation/index.ts';
import { stream } from '../random/index.ts';
import type { CompiledRule } from '../rules/index.ts';
import type { Child, ChildState } from '../tasks/index.ts';
import { checkLoss, checkMeasures, checkState, isScore, type Subject, wrongScore } from './checked.ts';
import { enterEnvironment } from './environment/index.ts';

/** What a task measures besides its score, by name. */
export type Measures = Readonly<Record<string, number>>;

export interface TrainOptions {
  readonly child: Child;
  /** What messages name. */
  readonly subject: Subject;
  readonly rule: CompiledRule;
  readonly environment: Environment;
  readonly learningRate: number;
  /** Of the learning rate; `constant` unless given. */
  readonly schedule?: string | undefined;
  readonly budget: Budget;
  /** The first so many validation examples are scored after every epoch. */
  readonly validationExamples: number;
  /** Whether the test split is scored after every epoch too, and what else the task measures is measured. */
  readonly curves?: boolean;
  /** Of the initial weights, the order of the examples, and the random draws of the rule and of the environment. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after every step. */
  readonly onStep: () => void;
  /** Called now and then while a score takes long. */
  readonly onScoring?: () => void;
  /** Called after every epoch with its validation accuracy. */
  readonly onAccuracy: (accuracy: number) => void;
}

export interface Trained extends ChildState {
  /** Validation accuracy after each epoch that ended. */
  readonly curve: readonly number[];
  /** Test accuracy likewise, where it was asked for. */
  readonly testCurve: readonly number[];
  /** The mean loss of each epoch's batches. */
  readonly lossCurve: readonly number[];
  /** What the task measures on the validation examples, after each epoch, where curves were asked for. */
  readonly measured: readonly Measures[];
  /** Steps taken, the one that diverged included. */
  readonly steps: number;
  /** Whether a loss or a weight was not finite, or a score and the loss with it; the training stopped there. */
  readonly diverged: boolean;
}

/**
 * Trains the child from its initial weights with one rule at one learning rate. What the seed decides (initial weights,
 * order of examples in each epoch, the rule's random draws) is the same at every learning rate, in the sweep and in the
 * final training: trainings differ by the learning rate and the length alone.
 *
 * @throws the signal's reason; NosError `task` where the child gives what it must not.
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { child, budget, seed, signal, subject, onStep } = options;
  const { batchSize } = child;
  const examples = Math.min(budget.examples, child.trainExamples);
  const stepsPerEpoch = Math.floor(examples / batchSize);
  const step = startSteps(options, budget.epochs * stepsPerEpoch);
  const [curve, testCurve, lossCurve]: [number[], number[], number[]] = [[], [], []];
  const measured: Measures[] = [];
  const curves = { curve, testCurve, lossCurve, measured };
  let steps = 0;
  for (let epoch = 0; epoch < budget.epochs; epoch++) {
    const order = stream(seed, 'order', epoch).permutation(examples);
    let losses = 0;
    for (let i = 0; i < stepsPerEpoch; i++) {
      signal?.throwIfAborted();
      const { loss, fine } = await step.take(order.subarray(i * batchSize, (i + 1) * batchSize));
      steps++;
      losses += loss;
      onStep();
      if (!fine) return { ...curves, steps, diverged: true, ...step.state };
    }
    lossCurve.push(losses / stepsPerEpoch);
    const { curves: keep, validationExamples, onScoring } = options;
    const scoreOn = async (split: 'validation' | 'test', count: number): Promise<number | 'diverged'> => {
      const score = await child.score(split, count, step.state, onScoring);
      if (isScore(score)) return score + 0; // never -0, which a store would give back as 0
      if (isNonFinite(score) && !(await step.isAlive(order.subarray(0, batchSize)))) return 'diverged';
      throw wrongScore(score, subject);
    };
    const tested = keep ? await scoreOn('test', Number.POSITIVE_INFINITY) : undefined;
    const scored = tested === 'diverged' ? tested : await scoreOn('validation', validationExamples);
    if (tested === 'diverged' || scored === 'diverged') {
      return { ...curves, steps, diverged: true, ...step.state };
    }
    if (tested !== undefined) testCurve.push(tested);
    curve.push(scored);
    if (keep) {
      const measures = await child.measures?.('validation', validationExamples, step.state, onScoring);
      const checked = checkMeasures(measures, subject);
      if (checked) measured.push(checked);
    }
    options.onAccuracy(scored);
  }
  return { ...curves, steps, diverged: false, ...step.state };
}

const isNonFinite = (value: unknown): boolean => typeof value === 'number' && !Number.isFinite(value);

interface Steps {
  /** Changed in place. */
  readonly state: ChildState;
  /** One training step on these examples: its loss, and whether that and all new weights are finite. */
  take(indices: Uint32Array): Promise<{ readonly loss: number; readonly fine: boolean }>;
  /** Whether the loss of these examples is finite; nothing changes. */
  isAlive(indices: Uint32Array): Promise<boolean>;
}

function startSteps(options: TrainOptions, steps: number): Steps {
  const { child, rule, environment, learningRate, seed, subject } = options;
  const state = checkState(child.initialState(seed), subject);
  const { weights } = state;
  const gradient = new Float32Array(weights.length);
  const stepper = enterEnvironment(environment, {
    stepper: rule.start({ size: weights.length, steps, seed }),
    weights,
    tensors: child.tensors ?? [{ offset: 0, size: weights.length }],
    seed,
  });
  const schedule = schedules.find(options.schedule ?? 'constant');
  let taken = 0;

  const take: Steps['take'] = async (indices) => {
    const rate = learningRate * schedule.factor(taken, steps);
    const loss = checkLoss(await child.step(indices, state, gradient, { seed, step: taken++ }), subject);
    return { loss, fine: Number.isFinite(loss) && stepper.step(weights, gradient, rate) };
  };
  const isAlive: Steps['isAlive'] = async (indices) => {
    const copy = { weights: state.weights.slice(), buffers: state.buffers.slice() };
    const moment = { seed, step: taken };
    return Number.isFinite(checkLoss(await child.step(indices, copy, gradient.slice(), moment), subject));
  };
  return { state, take, isAlive };
}
