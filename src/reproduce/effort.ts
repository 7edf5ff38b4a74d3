import type { Evaluation } from '../evaluation/index.ts';

/**
 * What evaluations took: how many there are, and their seconds added up. One that several searches share, or that a search proposed
 * more than once, was made once.
 */
export function effortOf(evaluations: readonly Evaluation[]): {
  readonly count: number;
  readonly seconds: number;
} {
  const idOf = ({ key, seed, task, protocol, environment }: Evaluation) =>
    [key, seed, task, protocol, environment].join(' ');
  const made = [...new Map(evaluations.map((evaluation) => [idOf(evaluation), evaluation])).values()];
  return { count: made.length, seconds: made.reduce((sum, { seconds }) => sum + seconds, 0) };
}
