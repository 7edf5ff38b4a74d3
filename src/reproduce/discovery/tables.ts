import { type Evaluation, learnt, taskTitle } from '../../evaluation/index.ts';
import { effortOf } from '../provenance.ts';
import { type Costs, placeOfEnding, type SearchTable } from './data.ts';
import type { DiscoverySearch } from './plan.ts';

/** A search with the evaluations of its proposals, in order. */
export interface SearchedRun {
  readonly search: DiscoverySearch;
  readonly proposals: readonly Evaluation[];
}

/** Writes searches column by column, and the rules that they proposed, each once. */
export function searchTables(all: readonly SearchedRun[]): {
  readonly rules: string[];
  readonly searches: SearchTable[];
} {
  const places = new Map<string, number>();
  const rules: string[] = [];
  const placeOf = ({ key, rule }: Evaluation): number => {
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, rules.length);
    return rules.push(rule) - 1;
  };
  const searches = all.map(({ search: { label, run, config }, proposals }): SearchTable => {
    const { task, protocol, space, strategy, seed, samples } = config;
    return {
      ...{ label, run, task: taskTitle(task), protocol, seed, samples },
      space: `${space.name}/${space.iterations}`,
      strategy: [strategy.name, ...Object.values(strategy.options)].join(' '),
      rules: proposals.map(placeOf),
      rewards: proposals.map(({ reward }) => reward),
      endings: proposals.map(({ status }) => placeOfEnding(status)),
      reused: proposals.flatMap(({ reuses }, i) => (reuses === undefined ? [] : [i])),
    };
  });
  return { rules, searches };
}

/** Sums of the seconds of different evaluations, and of each up to the best so far. */
export function risesOf({ proposals }: SearchedRun): Costs['rises'][number] {
  const rises: [number, number][] = [];
  const known = new Set<string>();
  let [seconds, best] = [0, Number.NEGATIVE_INFINITY];
  for (const evaluation of proposals) {
    if (!known.has(evaluation.key)) seconds += evaluation.seconds;
    known.add(evaluation.key);
    if (!learnt(evaluation) || evaluation.reward <= best) continue;
    best = evaluation.reward;
    rises.push([seconds, best]);
  }
  return rises;
}

/** What evaluations took, each once. */
export function costOf(stage: string, evaluations: readonly Evaluation[]): Costs['stages'][number] {
  const { count, seconds } = effortOf(evaluations);
  return { stage, evaluations: count, seconds };
}
