import { type Evaluation, regimeText, taskTitle } from '../evaluation/index.ts';
import { learningRate, scoreText } from './format.ts';

const MOST = 5;

/**
 * Says which learning rates did best in evaluations of one rule: a sentence per task and regime, those that were trained with most seeds
 * first.
 */
export function learningRateTexts(evaluations: readonly Evaluation[]): readonly string[] {
  const sound = evaluations.filter(({ status }) => status === 'ok');
  const placeOf = (one: Evaluation): string => `${taskTitle(one.task)}, ${regimeText(one)}`;
  const groups = [...new Set(sound.map(placeOf))].map(
    (where) => [where, sound.filter((one) => placeOf(one) === where)] as const,
  );
  return groups
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, MOST)
    .map(([where, group]) => {
      const best = group.reduce((a, b) => (b.reward > a.reward ? b : a));
      const seeds = group.length === 1 ? 'one seed' : `${group.length} seeds`;
      return `A learning rate of ${learningRate(best.learningRate)} did best on ${where}: ${best.score?.metric ?? 'reward'} ${scoreText(best.reward, best.score)}, the best of ${seeds}.`;
    });
}
