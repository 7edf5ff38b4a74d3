import { type Protocol, type SweepPoint, sweeps } from '../evaluation/index.ts';
import { type Expression, rejection } from '../rules/index.ts';
import type { Calibration } from './calibration.ts';
import { finalStages } from './final-training.ts';
import { halvingStages } from './halving.ts';
import {
  ended,
  type Findings,
  isEdge,
  type ProtocolVerdict,
  type Stage,
  type TaskSizes,
  type Trials,
} from './stage.ts';
import type { Measures, Trained } from './trainer.ts';

/** The stages of a protocol, as NOS §4.2 has them: sweep, choose, train again from the same initial weights, score. */
function stagesOfPaper(protocol: Protocol, chance: number): readonly Stage[] {
  return [...rateStages(protocol, chance), final(protocol, chance)];
}

function rateStages(protocol: Protocol, chance: number): readonly Stage[] {
  if (!sweeps(protocol)) return [take(protocol.learningRates[0]!)];
  return [sweep(protocol), choose(protocol, chance)];
}

/**
 * The stages of a protocol. Without shortcuts they are those of NOS §4.2; with some, the rule may be rejected without training, and the
 * training that was chosen goes on as the final one, and may be stopped early.
 *
 * @param calibration What is known of the task; without it there are no hurdles.
 */
export function stagesOf(
  protocol: Protocol,
  rule: Expression,
  task: TaskSizes,
  calibration?: Calibration,
): readonly Stage[] {
  const { filters } = protocol.shortcuts;
  return [...(filters ? [reject(rule, task.chance)] : []), ...trainingStages(protocol, task, calibration)];
}

function trainingStages(protocol: Protocol, task: TaskSizes, calibration?: Calibration): readonly Stage[] {
  const { halving, stops } = protocol.shortcuts;
  if (!halving && !stops) return stagesOfPaper(protocol, task.chance);
  const choice = halving ? halvingStages(protocol, halving, task) : rateStages(protocol, task.chance);
  return [...choice, ...finalStages(protocol, task, calibration)];
}

/** Ends a rule that cannot learn before it is trained. */
const reject =
  (rule: Expression, chance: number): Stage =>
  async (findings) => {
    const reason = rejection(rule);
    return reason === undefined ? findings : { verdict: ended('rejected', findings, chance, reason) };
  };

/** Runs stages one after the other, as far as the verdict. */
export async function runStages(stages: readonly Stage[], trials: Trials): Promise<ProtocolVerdict> {
  let findings: Findings = { sweep: [], learningRate: Number.NaN, steps: 0, tried: [], curve: [] };
  for (const stage of stages) {
    const outcome = await stage(findings, trials);
    if ('verdict' in outcome) return outcome.verdict;
    findings = outcome;
  }
  throw new Error('the last stage of a protocol gave no verdict');
}

/** Trains at every learning rate for a short while. */
const sweep =
  ({ learningRates, sweep: budget }: Protocol): Stage =>
  async (findings, { train }) => {
    let { steps, failure } = findings;
    const points: SweepPoint[] = [];
    for (const learningRate of learningRates) {
      const trained = await train({ phase: 'sweep', learningRate, budget, detail: 'accuracy' });
      const accuracy = trained.status === 'finished' ? trained.curve.at(-1)! : Number.NaN;
      points.push({ learningRate, accuracy });
      steps += trained.steps;
      failure ??= trained.error;
    }
    return { ...findings, sweep: points, steps, ...(failure !== undefined && { failure }) };
  };

/** Takes the best learning rate of the sweep. A rule that diverged at every one is not trained again. */
const choose =
  (protocol: Protocol, chance: number): Stage =>
  async (findings) => {
    const learningRate = bestLearningRate(findings.sweep);
    if (!Number.isNaN(learningRate)) return { ...findings, learningRate };
    return { verdict: verdictOf(protocol, chance, findings, neverTrained(findings)) };
  };

/** A rule that came to nothing at every learning rate; a failure on the way says more than that others diverged. */
const neverTrained = ({ failure }: Findings): Trained => ({
  ...(failure === undefined ? { status: 'diverged' } : { status: 'failed', error: failure }),
  ...{ curve: [], testCurve: [], lossCurve: [], measureCurve: [] },
  steps: 0,
});

/** Takes the one learning rate that there is. */
const take =
  (learningRate: number): Stage =>
  async (findings) => ({ ...findings, learningRate });

/** Trains at the learning rate that was chosen, and gives the verdict. */
const final =
  (protocol: Protocol, chance: number): Stage =>
  async (findings, { train }) => {
    const { learningRate } = findings;
    const detail = protocol.curves ? 'curves' : 'measures';
    const trained = await train({ phase: 'final', learningRate, budget: protocol.final, detail });
    return { verdict: verdictOf(protocol, chance, findings, trained) };
  };

function verdictOf(
  { curves }: Protocol,
  chance: number,
  { learningRate, sweep, steps }: Findings,
  trained: Trained,
): ProtocolVerdict {
  const finished = trained.status === 'finished';
  return {
    learningRate,
    edgeOfGrid: isEdge(learningRate, sweep),
    sweep,
    reward: finished ? trained.curve.at(-1)! : chance,
    curve: trained.curve,
    ...(curves && { testCurve: trained.testCurve, lossCurve: trained.lossCurve }),
    ...measuresOf(trained),
    ...endOf(trained),
    steps: steps + trained.steps,
  };
}

function endOf({ status, error }: Trained): Pick<ProtocolVerdict, 'status' | 'error'> {
  if (status === 'failed') return { status, ...(error !== undefined && { error }) };
  return { status: status === 'finished' ? 'ok' : 'diverged' };
}

function measuresOf({ measures, measureCurve, testMeasures }: Trained): Partial<ProtocolVerdict> {
  return {
    ...(measures && { measures }),
    ...(measureCurve.length > 0 && { measureCurves: byName(measureCurve) }),
    ...(testMeasures && { testMeasures }),
  };
}

/** A curve for each name. */
function byName(measured: readonly Measures[]): Readonly<Record<string, readonly number[]>> {
  const names = Object.keys(measured[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, measured.map((measures) => measures[name] ?? Number.NaN)]),
  );
}

/** The learning rate of the highest accuracy, the smallest of equals; NaN if every training diverged. */
export function bestLearningRate(sweep: readonly SweepPoint[]): number {
  let best: SweepPoint = { learningRate: Number.NaN, accuracy: Number.NEGATIVE_INFINITY };
  for (const point of sweep) if (point.accuracy > best.accuracy) best = point;
  return best.learningRate;
}
