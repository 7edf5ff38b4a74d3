import type { Evaluation } from '../evaluation/index.ts';
import { catalogue } from '../rules/index.ts';

/** The text of a rule that may be a catalogue name. */
export const ruleText = (rule: string): string => catalogue.find(({ name }) => name === rule)?.text ?? rule;

/** The learning rate that a training's sweep chose. */
export const rateText = ({ learningRate, edgeOfGrid }: Evaluation): string =>
  Number.isNaN(learningRate) ? '—' : `${learningRate.toExponential()}${edgeOfGrid ? ' (edge)' : ''}`;

/** What stands in brackets behind means; empty where nothing does. */
export function intervalsText(seeds: number): string {
  if (seeds < 2) return '';
  if (seeds === 2) return 'In brackets, the values of the two seeds: two are too few for an interval.';
  return 'In brackets, 95 % intervals, each of one figure alone: they are not corrected as p is.';
}

/** `2 seeds`, `1 seed`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `1 diverged`; empty where all is well. */
export function statusText(evaluations: readonly Evaluation[]): string {
  const bad = (['diverged', 'failed'] as const).flatMap((wanted) => {
    const count = evaluations.filter(({ status }) => status === wanted).length;
    return count === 0 ? [] : [`${count} ${wanted}`];
  });
  return bad.join(', ');
}
