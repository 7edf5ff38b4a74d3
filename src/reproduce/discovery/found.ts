import type { DiscoveryData } from './data.ts';
import type { ContestSummary } from './statistics.ts';

/** A found rule as an entry of the catalogue, and where it comes from. */
export interface FoundRule {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly source: string;
  /** Known optimizers that it is better than on the task of the search. */
  readonly better: readonly string[];
}

/** The finalists as entries of the catalogue, best first by the retest. */
export function foundRules(
  data: DiscoveryData,
  { standings, rows, seeds, task }: ContestSummary,
): readonly FoundRule[] {
  return standings
    .filter(({ found }) => found)
    .map(({ name, rule, rate }) => {
      const { run, proposal } = placeOf(data, rule);
      return {
        name,
        title: `Found rule ${name.replace('found-', '')} of nos reproduce discovery`,
        text: rule,
        source: `nos reproduce discovery: run ${run}, proposal ${proposal}; ${seeds} seeds on ${task} at ${rate.toExponential()}`,
        better: rows.filter((row) => row.name === name && row.verdict === 'better').map(({ other }) => other),
      };
    });
}

/** The first proposal of a rule, and its run. */
export function placeOf(
  { searches, rules }: Pick<DiscoveryData, 'searches' | 'rules'>,
  rule: string,
): { readonly run: string; readonly label: string; readonly proposal: number } {
  const place = rules.indexOf(rule);
  const places = searches.map(({ run, label, rules: own }) => ({
    run,
    label,
    proposal: own.indexOf(place) + 1,
  }));
  return places.find(({ proposal }) => proposal > 0) ?? { run: '', label: '', proposal: 0 };
}
