import { type Protocol, trainingSteps } from '../evaluation/index.ts';
import { type Calibration, type LossPlace, type LossTable, valueAt } from './calibration.ts';
import { meanOfLast } from './halving.ts';
import {
  ended,
  type Findings,
  finished,
  type Stage,
  type TaskSizes,
  type Trials,
  type TriedRate,
} from './stage.ts';
import type { OpenTraining } from './trainer.ts';

/**
 * The final training in parts: the chosen training goes on from where it is. Where the task is known, there are hurdles on its way, and what
 * passes all of them ends before its time with an estimate, which tells the mean reward over seeds better than the reward of one seed
 * does. Elsewhere it is scored after each epoch, and goes on to the end.
 *
 * @param calibration What is known of the task.
 */
export function finalStages(
  protocol: Protocol,
  task: TaskSizes,
  calibration: Calibration | undefined,
): readonly Stage[] {
  const { final, validationExamples, shortcuts } = protocol;
  const { stops } = shortcuts;
  if (stops && calibration) {
    const { hurdles, end } = calibration;
    return [takeUp, ...hurdles.map((one) => hurdle(one, task.chance)), estimate(end, task.chance)];
  }
  const perEpoch = trainingSteps({ ...final, epochs: 1 }, task);
  const examples = stops?.validationExamples ?? validationExamples;
  return [
    takeUp,
    ...Array.from({ length: final.epochs - 1 }, (_, i) => epoch((i + 1) * perEpoch, examples, task.chance)),
    finish(final.epochs * perEpoch, validationExamples, task.chance),
  ];
}

/** Opens the training at the learning rate that was chosen, unless it is open. */
const takeUp: Stage = async (findings, trials) => {
  const { learningRate, tried } = findings;
  if (chosenOf(findings) !== undefined) return findings;
  const opened: TriedRate = { learningRate, training: trials.open(learningRate), alive: true };
  return { ...findings, tried: [...tried, opened] };
};

const chosenOf = ({ learningRate, tried }: Findings): OpenTraining | undefined =>
  tried.find((one) => one.learningRate === learningRate)?.training;

/** Stops a rule whose training loss after some steps is too large for the top. */
const hurdle =
  (table: Calibration['hurdles'][number], chance: number): Stage =>
  async (findings, trials) => {
    const losses = await lossesAt(table, findings, trials);
    if (losses === undefined) return { verdict: ended('diverged', findings, chance) };
    const { loss, level } = losses;
    if (loss - level <= table.largest) return findings;
    const bound = (level + table.largest).toFixed(3);
    const reason = `training loss ${loss.toFixed(3)} after ${table.steps} steps, above the hurdle of ${bound}`;
    return { verdict: ended('stopped', findings, valueAt(table.reward, loss - level), reason) };
  };

/** Trains on for a while, and ends with an estimate of the reward by the training loss. */
const estimate =
  (table: LossTable, chance: number): Stage =>
  async (findings, trials) => {
    const losses = await lossesAt(table, findings, trials);
    if (losses === undefined) return { verdict: ended('diverged', findings, chance) };
    const { loss, level } = losses;
    const reason = `training loss ${loss.toFixed(3)} over the last ${table.window} of ${table.steps} steps tells enough`;
    return { verdict: ended('stopped', findings, valueAt(table.reward, loss - level), reason) };
  };

/** The rule's mean training loss at a place, and the references'; undefined if the rule's training diverges. */
async function lossesAt(
  place: LossPlace,
  findings: Findings,
  trials: Trials,
): Promise<{ readonly loss: number; readonly level: number } | undefined> {
  const training = chosenOf(findings)!;
  if (!(await training.advance(place.steps))) return undefined;
  return { loss: meanOfLast(training.losses, place.window), level: await trials.level(place) };
}

/** Trains on to the end of an epoch, and scores it on a few examples. */
const epoch =
  (steps: number, examples: number, chance: number): Stage =>
  async (findings) => {
    const accuracy = await scoreAfter(steps, examples, chosenOf(findings)!);
    if (accuracy === undefined) return { verdict: ended('diverged', findings, chance) };
    return { ...findings, curve: [...findings.curve, accuracy] };
  };

/** Trains on to the end, and gives the verdict. */
const finish =
  (steps: number, examples: number, chance: number): Stage =>
  async (findings) => {
    const training = chosenOf(findings)!;
    const accuracy = await scoreAfter(steps, examples, training);
    if (accuracy === undefined) return { verdict: ended('diverged', findings, chance) };
    return { verdict: finished(findings, accuracy, await training.measures()) };
  };

/** The accuracy after so many steps; undefined if the training diverges. */
async function scoreAfter(
  steps: number,
  examples: number,
  training: OpenTraining,
): Promise<number | undefined> {
  return (await training.advance(steps)) ? training.score(examples) : undefined;
}
