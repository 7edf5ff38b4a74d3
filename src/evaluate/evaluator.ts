import {
  type Conditions,
  checkSteps,
  type Evaluation,
  type EvaluationProgress,
  type EvaluationRequest,
  identityOf,
  type Protocol,
  parseConditions,
  printConditions,
  protocolSteps,
  type SweepPoint,
  sweeps,
  trainingSteps,
} from '../evaluation/index.ts';
import { type CompiledRule, compileRule, namesOf, resolveRule } from '../rules/index.ts';
import { type Child, resolveTask, type Task } from '../tasks/index.ts';
import { packageVersion } from '../version.ts';
import { checkChild, checkMeasures, type Subject } from './checked.ts';
import { fingerprint } from './fingerprint.ts';
import { type Measures, type Trained, train } from './train.ts';

export interface EvaluatorOptions {
  /** The name of a task, a path to a module that exports one, or the task itself. */
  readonly task: string | Task;
  /** The data directory. */
  readonly directory: string;
  /** Called now and then while the task takes long to open: a sign of life. */
  readonly onWork?: () => void;
  /** Seconds from any start; only `Evaluation.seconds` depends on it. */
  readonly clock?: () => number;
  /** Knows protocols by their names; tests hand in small ones. */
  readonly parseProtocol?: (name: string) => Protocol;
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
   * @throws NosError for a request that makes no sense, such as a batch larger than the protocol's examples; `task` for a score that is not a
   *   number from 0 to 1, and whatever else a task must not give; the signal's reason, between two steps.
   */
  evaluate(request: EvaluationRequest, options?: RunOptions): Promise<Evaluation>;
  close(): Promise<void>;
}

/** Loads the data and builds the network, once. @throws NosError `unknown-name`, `data-missing`, `data-corrupt`, `task`. */
export async function openEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const task = typeof options.task === 'string' ? await resolveTask(options.task) : options.task;
  const { directory, onWork } = options;
  const child = checkChild(task.name, await task.open({ directory, ...(onWork && { onWork }) }));
  const clock = options.clock ?? (() => performance.now() / 1_000);
  const evaluate = async (request: EvaluationRequest, running: RunOptions = {}): Promise<Evaluation> => {
    checkTask(request, options.task);
    const conditions = parseConditions(request, options.parseProtocol);
    const expression = resolveRule(request.rule);
    const { batchSize, trainExamples } = child;
    checkSteps(conditions.protocol, { name: task.name, batchSize, trainExamples });
    const start = clock();
    const { text, key } = identityOf(expression);
    const score = await scoreRule({
      child,
      subject: { task: task.name, rule: namesOf(key)[0] ?? request.rule },
      ...conditions,
      rule: compileRule(expression),
      signal: running.signal,
      clock,
      onProgress: running.onProgress ?? (() => {}),
    });
    return {
      rule: text,
      ...printConditions(conditions),
      key,
      ...score,
      seconds: clock() - start,
      fingerprint: await fingerprint(),
      version: packageVersion,
    };
  };
  return { evaluate, close: () => child.close() };
}

function checkTask({ task }: EvaluationRequest, opened: string | Task): void {
  if (typeof opened === 'string' && task !== opened)
    throw new RangeError(`this evaluator serves task '${opened}', not '${task}'`);
}

interface Scoring extends Conditions {
  readonly child: Child;
  readonly subject: Subject;
  readonly rule: CompiledRule;
  readonly signal: AbortSignal | undefined;
  /** In seconds. */
  readonly clock: () => number;
  readonly onProgress: (progress: EvaluationProgress) => void;
}

type Score = Pick<
  Extract<Evaluation, { status: 'ok' }>,
  | 'learningRate'
  | 'edgeOfGrid'
  | 'sweep'
  | 'reward'
  | 'curve'
  | 'testCurve'
  | 'lossCurve'
  | 'measures'
  | 'measureCurves'
  | 'testMeasures'
  | 'steps'
> & { readonly status: 'ok' | 'diverged' };

/** The protocol of NOS §4.2: sweep, choose, train again from the same initial weights, score. */
async function scoreRule(scoring: Scoring): Promise<Score> {
  const { child, protocol } = scoring;
  const { learningRates } = protocol;
  const chance = child.chance;
  const runOne = tracked(scoring);
  const sweep: SweepPoint[] = [];
  let steps = 0;
  for (const learningRate of sweeps(protocol) ? learningRates : []) {
    const trained = await runOne('sweep', learningRate);
    steps += trained.steps;
    sweep.push({ learningRate, accuracy: trained.diverged ? Number.NaN : (trained.curve.at(-1) as number) });
  }
  const learningRate = sweeps(protocol) ? bestLearningRate(sweep) : (learningRates[0] as number);
  if (Number.isNaN(learningRate)) {
    const none = protocol.curves ? { testCurve: [], lossCurve: [] } : {};
    return {
      learningRate,
      edgeOfGrid: false,
      sweep,
      reward: chance,
      curve: [],
      ...none,
      status: 'diverged',
      steps,
    };
  }
  const final = await runOne('final', learningRate);
  const alive = () => scoring.onProgress({ phase: 'final', learningRate, done: 1 });
  const measure = async (split: 'validation' | 'test', examples: number) =>
    final.diverged
      ? undefined
      : checkMeasures(await child.measures?.(split, examples, final, alive), scoring.subject);
  const measures = final.measured.at(-1) ?? (await measure('validation', protocol.validationExamples));
  const testMeasures = protocol.curves && (await measure('test', Number.POSITIVE_INFINITY));
  return {
    learningRate,
    edgeOfGrid:
      sweeps(protocol) && (learningRate === learningRates[0] || learningRate === learningRates.at(-1)),
    sweep,
    reward: final.diverged ? chance : (final.curve.at(-1) as number),
    curve: final.curve,
    ...(protocol.curves ? { testCurve: final.testCurve, lossCurve: final.lossCurve } : {}),
    ...(!final.diverged && measures && { measures }),
    ...(final.measured.length > 0 && { measureCurves: curvesOf(final.measured) }),
    ...(testMeasures && { testMeasures }),
    status: final.diverged ? 'diverged' : 'ok',
    steps: steps + final.steps,
  };
}

/** By name, a curve each. */
function curvesOf(measured: readonly Measures[]): Readonly<Record<string, readonly number[]>> {
  const names = Object.keys(measured[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, measured.map((measures) => measures[name] ?? Number.NaN)]),
  );
}

/** The learning rate of the highest accuracy, the smallest of equals; NaN where every training diverged. */
export function bestLearningRate(sweep: readonly SweepPoint[]): number {
  let best: SweepPoint = { learningRate: Number.NaN, accuracy: Number.NEGATIVE_INFINITY };
  for (const point of sweep) if (point.accuracy > best.accuracy) best = point;
  return best.learningRate;
}

/** Reports of one evaluation, besides those that bring an accuracy: enough for a bar, few enough for a pipe. */
const REPORTS = 200;
/** Seconds after which it reports even where little has changed: whoever waits must not take it to hang. */
const SIGN_OF_LIFE = 10;

/** Trains, and reports how far the whole evaluation is. */
function tracked(scoring: Scoring): (phase: 'sweep' | 'final', learningRate: number) => Promise<Trained> {
  const { child, protocol, clock, onProgress } = scoring;
  const sizes = { batchSize: child.batchSize, trainExamples: child.trainExamples };
  const planned = protocolSteps(protocol, sizes);
  /** Steps of the trainings that are over, those that a divergence saved included. */
  let before = 0;
  let [reported, reportedAt] = [0, clock()];
  return async (phase, learningRate) => {
    let taken = 0;
    const report = (accuracy?: number): void => {
      const done = (before + taken) / planned;
      const [share, now] = [Math.floor(done * REPORTS), clock()];
      if (accuracy === undefined && share === reported && now - reportedAt < SIGN_OF_LIFE) return;
      [reported, reportedAt] = [share, now];
      onProgress({ phase, learningRate, done, ...(accuracy === undefined ? {} : { accuracy }) });
    };
    const trained = await train({
      child,
      subject: scoring.subject,
      rule: scoring.rule,
      environment: scoring.environment,
      learningRate,
      schedule: protocol.schedule,
      budget: protocol[phase],
      validationExamples: protocol.validationExamples,
      curves: phase === 'final' && protocol.curves === true,
      seed: scoring.seed,
      signal: scoring.signal,
      onStep: () => {
        taken++;
        report();
      },
      onScoring: () => report(),
      onAccuracy: report,
    });
    before += trainingSteps(protocol[phase], sizes);
    return trained;
  };
}
