import {
  type IdentifiedRequest,
  lowestFinished,
  parseRegime,
  printRegime,
  weight,
} from '../../evaluation/index.ts';
import { mean } from '../../statistics/index.ts';
import { type KeptTraining, type KeyedRule, type RetestTable, trialOf } from './data.ts';
import type { Evaluate } from './evaluate.ts';
import type { DiscoveryPlan } from './plan.ts';

/** Rules by the means of their trials, best first; equals keep their order. Those that diverged count as the worst that did not. */
export function ranked(rules: readonly KeyedRule[], trials: readonly KeptTraining[]): readonly KeyedRule[] {
  const sound = trials.filter(({ status }) => status !== 'failed');
  const lowest = lowestFinished(sound);
  const meanOf = ({ key }: KeyedRule): number => {
    const own = sound.filter((trial) => trial.key === key).map((trial) => weight(trial, lowest));
    return own.length === 0 ? Number.NEGATIVE_INFINITY : mean(own);
  };
  const means = new Map(rules.map((rule) => [rule, meanOf(rule)]));
  const order = (a: KeyedRule, b: KeyedRule) =>
    means.get(a) === means.get(b) ? 0 : means.get(b)! - means.get(a)!;
  return [...rules].sort(order);
}

/**
 * Tests the candidates with fresh seeds, by successive halving in seeds. The known optimizers have the first seed too: it says around which
 * learning rate everybody is tuned.
 */
export async function runRetest(
  { task, retest: { protocol, rounds } }: Pick<DiscoveryPlan, 'task' | 'retest'>,
  candidates: readonly KeyedRule[],
  known: readonly KeyedRule[],
  evaluate: Evaluate,
): Promise<RetestTable> {
  const regime = printRegime(parseRegime({ protocol }));
  const request = ({ rule, key }: KeyedRule, seed: number): IdentifiedRequest => ({
    rule,
    key,
    task,
    seed,
    ...regime,
  });
  const trials: KeptTraining[] = [];
  const table: RetestTable['rounds'] = [];
  let [field, tested] = [candidates, 0];
  for (const { rules, seeds } of rounds) {
    field = ranked(field, trials).slice(0, rules);
    table.push({ seeds: [...seeds], rules: [...field] });
    const fresh = seeds.slice(tested);
    const requests = fresh.flatMap((seed, i) =>
      [...(tested === 0 && i === 0 ? known : []), ...field].map((one) => request(one, seed)),
    );
    trials.push(...(await evaluate(requests)).map(trialOf));
    tested = seeds.length;
  }
  return { protocol, rounds: table, trials };
}

/** The rules of the last round, best first: who is in the final comparison is decided here. */
export function finalistsOf({ rounds, trials }: RetestTable, count: number): readonly KeyedRule[] {
  return ranked(rounds.at(-1)?.rules ?? [], trials)
    .slice(0, count)
    .map((one, i) => ({ ...one, name: `found-${i + 1}` }));
}

/** The learning rate that a rule's first trial chose. */
export const centreOf = ({ trials }: RetestTable, { key }: KeyedRule): number =>
  trials.find((trial) => trial.key === key)?.rate ?? Number.NaN;
