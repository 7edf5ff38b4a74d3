import { type Metric, schedules } from '../evaluation/index.ts';
import { stream } from '../random/index.ts';
import type { CompiledRule, Stepper } from '../rules/index.ts';
import type { Child, ChildState } from '../tasks/index.ts';
import {
  checkLoss,
  checkMeasures,
  checkState,
  checkTensors,
  isScore,
  type Subject,
  wrongScore,
} from './checked.ts';
import { enterEnvironment } from './environment/index.ts';
import type { Measures, OpenTraining, Trained, Training, Watch } from './trainer.ts';

/** What is trained, and what trains it. */
export interface ChildAndRule {
  /** Name of the task, for messages. */
  readonly task: string;
  /** What its score is called, and which way it gets better. */
  readonly metric: Metric;
  readonly child: Child;
  /** The training's rule. */
  readonly rule: CompiledRule;
  /** What the first step waits for: the rule's compiled step, which gives no other bits. */
  readonly ready?: Promise<void>;
}

/**
 * Trains a child from its initial weights. What the seed decides (initial weights, order of the examples in each epoch, random
 * draws of the rule) is the same at every learning rate and length.
 *
 * @returns What it has come to, and the state of the child at the end.
 * @throws the signal's reason; NosError `task` if the child gives what it must not.
 */
export async function trainChild(
  trained: ChildAndRule,
  training: Training,
  watch: Watch,
): Promise<Trained & { readonly state: ChildState }> {
  const run = new ChildTraining(trained, training, watch);
  for (let epoch = 0; epoch < training.budget.epochs; epoch++) {
    if (!(await run.epoch(epoch))) return run.outcome('diverged');
  }
  return { ...run.outcome('finished'), ...(await run.finalMeasures()) };
}

/** The number of examples that stands for all of them. */
const ALL = Number.POSITIVE_INFINITY;

/** A child on its way from the initial weights. */
export class ChildTraining implements OpenTraining {
  readonly losses: number[] = [];
  /** Changed in place. */
  readonly #state: ChildState;
  /** Steps taken. */
  #steps = 0;
  readonly #curve: number[] = [];
  readonly #testCurve: number[] = [];
  readonly #lossCurve: number[] = [];
  readonly #measureCurve: Measures[] = [];
  readonly #child: Child;
  readonly #training: Training;
  readonly #watch: Watch;
  readonly #subject: Subject;
  /** Examples of an epoch. */
  readonly #examples: number;
  readonly #stepsPerEpoch: number;
  readonly #stepper: Stepper;
  readonly #ready: Promise<void> | undefined;
  readonly #gradient: Float32Array;
  /** The learning rate at a step. */
  readonly #rate: (step: number) => number;
  /** Examples of the current epoch in their order. */
  #order: Uint32Array = new Uint32Array(0);

  constructor({ task, metric, child, rule, ready }: ChildAndRule, training: Training, watch: Watch) {
    const { budget, environment, learningRate, ruleName, seed } = training;
    this.#child = child;
    this.#ready = ready;
    this.#training = training;
    this.#watch = watch;
    this.#subject = { task, metric, rule: ruleName };
    this.#examples = Math.min(budget.examples, child.trainExamples);
    this.#stepsPerEpoch = Math.floor(this.#examples / child.batchSize);
    this.#state = checkState(child.initialState(seed), this.#subject);
    const { weights } = this.#state;
    const tensors = checkTensors(child.tensors, weights.length, this.#subject);
    this.#gradient = new Float32Array(weights.length);
    const steps = budget.epochs * this.#stepsPerEpoch;
    this.#stepper = enterEnvironment(environment, {
      stepper: rule.start({ size: weights.length, steps, seed, tensors }),
      weights,
      tensors,
      seed,
    });
    const schedule = schedules.find(training.schedule);
    this.#rate = (step) => learningRate * schedule.factor(step, steps);
  }

  async advance(steps: number): Promise<boolean> {
    await this.#ready;
    while (this.#steps < steps) {
      this.#watch.signal?.throwIfAborted();
      const index = this.#steps % this.#stepsPerEpoch;
      if (index === 0) this.#shuffle(this.#steps / this.#stepsPerEpoch);
      const loss = await this.#step(this.#batch(index), this.#state, this.#gradient);
      const rate = this.#rate(this.#steps++);
      const finite = Number.isFinite(loss) && this.#stepper.step(this.#state.weights, this.#gradient, rate);
      this.losses.push(loss);
      this.#watch.onProgress(this.#steps);
      if (!finite) return false;
    }
    return true;
  }

  async score(examples: number): Promise<number | undefined> {
    const score = await this.#score('validation', examples);
    return score === 'diverged' ? undefined : score;
  }

  measures(): Promise<Measures | undefined> {
    return this.#measure('validation', this.#training.validationExamples);
  }

  /** Trains for one epoch and scores what it has led to. Tells whether everything is still finite. */
  async epoch(index: number): Promise<boolean> {
    const { detail, validationExamples } = this.#training;
    if (!(await this.advance((index + 1) * this.#stepsPerEpoch))) return false;
    const losses = this.losses.slice(-this.#stepsPerEpoch);
    this.#lossCurve.push(losses.reduce((sum, loss) => sum + loss, 0) / this.#stepsPerEpoch);
    const scores = await this.#scoreEpoch();
    if (scores === 'diverged') return false;
    this.#curve.push(scores.accuracy);
    if (scores.tested !== undefined) this.#testCurve.push(scores.tested);
    const measures = detail === 'curves' && (await this.#measure('validation', validationExamples));
    if (measures) this.#measureCurve.push(measures);
    this.#watch.onProgress(this.#steps, scores.accuracy);
    return true;
  }

  /** What the task measures once the training is over. */
  async finalMeasures(): Promise<Pick<Trained, 'measures' | 'testMeasures'>> {
    const { detail } = this.#training;
    if (detail === 'accuracy') return {};
    const measures = this.#measureCurve.at(-1) ?? (await this.measures());
    const testMeasures = detail === 'curves' && (await this.#measure('test', ALL));
    return { ...(measures && { measures }), ...(testMeasures && { testMeasures }) };
  }

  outcome(status: Trained['status']): Trained & { readonly state: ChildState } {
    return {
      status,
      curve: this.#curve,
      testCurve: this.#testCurve,
      lossCurve: this.#lossCurve,
      measureCurve: this.#measureCurve,
      steps: this.#steps,
      state: this.#readout,
    };
  }

  #shuffle(epoch: number): void {
    this.#order = stream(this.#training.seed, 'order', epoch).permutation(this.#examples);
  }

  async #scoreEpoch(): Promise<{ readonly accuracy: number; readonly tested?: number } | 'diverged'> {
    const { detail, validationExamples } = this.#training;
    const tested = detail === 'curves' ? await this.#score('test', ALL) : undefined;
    if (tested === 'diverged') return tested;
    const accuracy = await this.#score('validation', validationExamples);
    if (accuracy === 'diverged') return accuracy;
    return { accuracy, ...(tested !== undefined && { tested }) };
  }

  /** The state to validate with: its weights are those that the rule reads out. */
  get #readout(): ChildState {
    const { weights, buffers } = this.#state;
    return { weights: this.#stepper.readout(weights), buffers };
  }

  /** The child's score. One that is not finite means that the training diverged, unless the loss is still finite. */
  async #score(split: 'validation' | 'test', examples: number): Promise<number | 'diverged'> {
    const score: unknown = await this.#child.score(split, examples, this.#readout, this.#alive);
    if (isScore(score, this.#subject.metric)) return score + 0; // never -0, which a store would give back as 0
    const lost = typeof score === 'number' && !Number.isFinite(score);
    if (lost && !(await this.#hasFiniteLoss())) return 'diverged';
    throw wrongScore(score, this.#subject);
  }

  /** What the task measures apart from its score, if it measures anything. */
  async #measure(split: 'validation' | 'test', examples: number): Promise<Measures | undefined> {
    return checkMeasures(
      await this.#child.measures?.(split, examples, this.#readout, this.#alive),
      this.#subject,
    );
  }

  readonly #alive = (): void => this.#watch.onProgress(this.#steps);

  #batch(index: number): Uint32Array {
    const { batchSize } = this.#child;
    return this.#order.subarray(index * batchSize, (index + 1) * batchSize);
  }

  async #step(batch: Uint32Array, state: ChildState, gradient: Float32Array): Promise<number> {
    const moment = { seed: this.#training.seed, step: this.#steps };
    return checkLoss(await this.#child.step(batch, state, gradient, moment), this.#subject);
  }

  /** Whether the loss of the epoch's first batch is finite now. Nothing changes. */
  async #hasFiniteLoss(): Promise<boolean> {
    const copy = { weights: this.#state.weights.slice(), buffers: this.#state.buffers.slice() };
    return Number.isFinite(await this.#step(this.#batch(0), copy, this.#gradient.slice()));
  }
}
