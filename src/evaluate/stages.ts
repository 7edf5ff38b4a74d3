import {
  type Evaluation,
  type EvaluationRequest,
  type Protocol,
  type SweepPoint,
  sweeps,
} from '../evaluation/index.ts';
import type { Measures, Trained, Training } from './trainer.ts';

/** What an evaluation finds out about a rule. */
export type ProtocolVerdict = Omit<
  Extract<Evaluation, { readonly status: 'ok' | 'diverged' }>,
  keyof EvaluationRequest | 'key' | 'seconds' | 'fingerprint' | 'version'
>;

/** A training that a stage asks for; rule, seed and the other conditions are those of the evaluation. */
export interface TrainingRequest extends Pick<Training, 'learningRate' | 'budget' | 'detail'> {
  readonly phase: 'sweep' | 'final';
}

/** What the stages before have found out. */
export interface Findings {
  readonly sweep: readonly SweepPoint[];
  /** The learning rate of the final training; NaN until it is chosen. */
  readonly learningRate: number;
  /** Training steps taken. */
  readonly steps: number;
}

/**
 * One stage of a protocol: from what is known of a rule it goes on to more, or to the verdict, which ends the evaluation. What it
 * gives is a function of what it is given and of what the trainings that it asks for come to.
 */
export type Stage = (
  findings: Findings,
  train: (request: TrainingRequest) => Promise<Trained>,
) => Promise<Findings | { readonly verdict: ProtocolVerdict }>;

/**
 * The stages of a protocol, as NOS §4.2 has them: sweep, choose, train again from the same initial weights, score.
 *
 * @param chance The reward of a rule that diverges.
 */
export function stagesOf(protocol: Protocol, chance: number): readonly Stage[] {
  const rate = sweeps(protocol)
    ? [sweep(protocol), choose(protocol, chance)]
    : [take(protocol.learningRates[0]!)];
  return [...rate, final(protocol, chance)];
}

/** Runs stages one after the other, as far as the verdict. */
export async function runStages(
  stages: readonly Stage[],
  train: (request: TrainingRequest) => Promise<Trained>,
): Promise<ProtocolVerdict> {
  let findings: Findings = { sweep: [], learningRate: Number.NaN, steps: 0 };
  for (const stage of stages) {
    const outcome = await stage(findings, train);
    if ('verdict' in outcome) return outcome.verdict;
    findings = outcome;
  }
  throw new Error('the last stage of a protocol gave no verdict');
}

/** Trains at every learning rate for a short while. */
const sweep =
  ({ learningRates, sweep: budget }: Protocol): Stage =>
  async (findings, train) => {
    let { steps } = findings;
    const points: SweepPoint[] = [];
    for (const learningRate of learningRates) {
      const trained = await train({ phase: 'sweep', learningRate, budget, detail: 'accuracy' });
      const accuracy = trained.status === 'finished' ? trained.curve.at(-1)! : Number.NaN;
      points.push({ learningRate, accuracy });
      steps += trained.steps;
    }
    return { ...findings, sweep: points, steps };
  };

/** Takes the best learning rate of the sweep. A rule that diverged at every one is not trained again. */
const choose =
  (protocol: Protocol, chance: number): Stage =>
  async (findings) => {
    const learningRate = bestLearningRate(findings.sweep);
    if (!Number.isNaN(learningRate)) return { ...findings, learningRate };
    return { verdict: verdictOf(protocol, chance, findings, NEVER_TRAINED) };
  };

const NEVER_TRAINED: Trained = {
  status: 'diverged',
  ...{ curve: [], testCurve: [], lossCurve: [], measureCurve: [] },
  steps: 0,
};

/** Takes the one learning rate that there is. */
const take =
  (learningRate: number): Stage =>
  async (findings) => ({ ...findings, learningRate });

/** Trains at the learning rate that was chosen, and gives the verdict. */
const final =
  (protocol: Protocol, chance: number): Stage =>
  async (findings, train) => {
    const { learningRate } = findings;
    const detail = protocol.curves ? 'curves' : 'measures';
    const trained = await train({ phase: 'final', learningRate, budget: protocol.final, detail });
    return { verdict: verdictOf(protocol, chance, findings, trained) };
  };

function verdictOf(
  { learningRates, curves }: Protocol,
  chance: number,
  { learningRate, sweep, steps }: Findings,
  trained: Trained,
): ProtocolVerdict {
  const finished = trained.status === 'finished';
  const ends = [learningRates[0], learningRates.at(-1)];
  return {
    learningRate,
    edgeOfGrid: sweep.length > 0 && ends.includes(learningRate),
    sweep,
    reward: finished ? trained.curve.at(-1)! : chance,
    curve: trained.curve,
    ...(curves && { testCurve: trained.testCurve, lossCurve: trained.lossCurve }),
    ...measuresOf(trained),
    status: finished ? 'ok' : 'diverged',
    steps: steps + trained.steps,
  };
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
