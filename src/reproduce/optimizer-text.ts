import type { Evaluation } from '../evaluate/index.ts';
import { catalogue } from '../rules/index.ts';

/** The text of a rule that may be a catalogue name. */
export const ruleText = (rule: string): string => catalogue.find(({ name }) => name === rule)?.text ?? rule;

/** The learning rate that a training's sweep chose. */
export const rateText = ({ learningRate, edgeOfGrid }: Evaluation): string =>
  Number.isNaN(learningRate) ? '—' : `${learningRate.toExponential()}${edgeOfGrid ? ' (edge)' : ''}`;

/** What intervals of few seeds are worth; empty where there are no intervals. */
export function intervalsText(seeds: number): string {
  if (seeds < 2) return '';
  const narrow =
    seeds === 2 ? 'those of two seeds are just their two values' : 'those of so few seeds are too narrow';
  return `In brackets, 95 % bootstrap intervals${seeds < 10 ? `; ${narrow}` : ''}.`;
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
