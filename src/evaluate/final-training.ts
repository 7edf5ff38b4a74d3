import { type Protocol, type Stops, trainingSteps } from '../evaluation/index.ts';
import { type Calibration, type Knots, valueAt } from './calibration.ts';
import { meanOfLast } from './halving.ts';
import { ended, type Findings, finished, type Stage, type TaskSizes, type TriedRate } from './stage.ts';
import type { OpenTraining } from './trainer.ts';

/**
 * The final training in parts: the chosen training goes on from where it is, and is scored after each epoch. Where the task is known, there
 * is a hurdle after each of the first epochs, and what passes all of them ends before its time with an estimate, which tells the mean
 * reward over seeds better than the reward of one seed does.
 *
 * @param calibration What is known of the task; without it every training goes on to the end.
 */
export function finalStages(
  protocol: Protocol,
  task: TaskSizes,
  calibration: Calibration | undefined,
): readonly Stage[] {
  const { final, validationExamples, shortcuts } = protocol;
  const { stops } = shortcuts;
  const perEpoch = trainingSteps({ ...final, epochs: 1 }, task);
  const examples = stops?.validationExamples ?? validationExamples;
  const epochs = (count: number): readonly Stage[] =>
    Array.from({ length: count }, (_, i) => epoch((i + 1) * perEpoch, examples, task.chance));
  if (!stops || !calibration) {
    return [
      takeUp,
      ...epochs(final.epochs - 1),
      finish(final.epochs * perEpoch, validationExamples, task.chance),
    ];
  }
  const { loss, epochs: hurdles, end } = calibration;
  const scored = epochs(hurdles.length);
  return [
    takeUp,
    lossHurdle(stops, loss, task.chance),
    ...hurdles.flatMap((hurdle, i) => [scored[i]!, accuracyHurdle(hurdle, i + 1)]),
    estimate(end.epochs * perEpoch, end, task.chance),
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

/** Stops a rule whose training loss after a few steps is too large for the top. */
const lossHurdle =
  ({ steps, window }: Stops, { largest, reward }: Calibration['loss'], chance: number): Stage =>
  async (findings) => {
    const training = chosenOf(findings)!;
    if (!(await training.advance(steps))) return { verdict: ended('diverged', findings, chance) };
    const loss = meanOfLast(training.losses, window);
    if (loss <= largest) return findings;
    const reason = `training loss ${loss.toFixed(3)} after ${steps} steps, above the hurdle of ${largest.toFixed(3)}`;
    return { verdict: ended('stopped', findings, valueAt(reward, loss), reason) };
  };

/** Trains on to the end of an epoch, and scores it on a few examples. */
const epoch =
  (steps: number, examples: number, chance: number): Stage =>
  async (findings) => {
    const accuracy = await scoreAfter(steps, examples, chosenOf(findings)!);
    if (accuracy === undefined) return { verdict: ended('diverged', findings, chance) };
    return { ...findings, curve: [...findings.curve, accuracy] };
  };

/** Stops a rule whose validation accuracy after an epoch is too low for the top. */
const accuracyHurdle =
  ({ smallest, reward }: { readonly smallest: number; readonly reward: Knots }, epochs: number): Stage =>
  async (findings) => {
    const accuracy = findings.curve.at(-1)!;
    if (accuracy >= smallest) return findings;
    const reason = `validation accuracy ${accuracy.toFixed(3)} after epoch ${epochs}, below the hurdle of ${smallest.toFixed(3)}`;
    return { verdict: ended('stopped', findings, valueAt(reward, accuracy), reason) };
  };

/** Trains on for a while, and ends with an estimate of the reward by the training loss. */
const estimate =
  (steps: number, { window, reward }: Calibration['end'], chance: number): Stage =>
  async (findings) => {
    const training = chosenOf(findings)!;
    if (!(await training.advance(steps))) return { verdict: ended('diverged', findings, chance) };
    const loss = meanOfLast(training.losses, window);
    const reason = `training loss ${loss.toFixed(3)} over the last ${window} of ${steps} steps tells enough`;
    return { verdict: ended('stopped', findings, valueAt(reward, loss), reason) };
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
