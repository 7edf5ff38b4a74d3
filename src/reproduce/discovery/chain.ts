import type { Evaluation } from '../../evaluation/index.ts';
import { plural } from '../../report/index.ts';
import { candidatesOf, knownOptimizers } from './candidates.ts';
import { runContest, type TunedRule } from './contest.ts';
import type { ContestTable, DiscoveryData, RetestTable } from './data.ts';
import { type Evaluate, NotMade } from './evaluate.ts';
import type { ChainStage, Contest, DiscoveryPlan } from './plan.ts';
import { centreOf, finalistsOf, ranked, runRetest } from './retest.ts';
import { costOf, risesOf, type SearchedRun, searchTables } from './tables.ts';

/** Gives a stage of the chain what evaluates for it. */
export type Evaluators = (stage: ChainStage) => Evaluate;

/** What the stages after the search have come to. */
interface Chained {
  readonly retest?: RetestTable;
  readonly final?: ContestTable;
  readonly transfer: readonly ContestTable[];
  readonly missing: readonly string[];
}

/**
 * Goes through the stages after the search, up to the first whose evaluations are not there and are not made either. Who goes on is
 * decided by the stage before alone, so that the same evaluations lead the same way whenever they were made.
 */
export async function runChain(
  plan: DiscoveryPlan,
  searched: readonly SearchedRun[],
  evaluators: Evaluators,
): Promise<Chained> {
  const proposals = searched.flatMap((one) => one.proposals);
  const candidates = candidatesOf(proposals, plan.retest.rounds[0]?.rules ?? 0);
  const known = knownOptimizers();
  if (candidates.length === 0)
    return { transfer: [], missing: ['retest: no search has found a rule that learns'] };
  const retest = await whole('retest', () => runRetest(plan, candidates, known, evaluators('retest')));
  if (typeof retest === 'string') return { transfer: [], missing: [retest] };
  const finalists = finalistsOf(retest, plan.final.found);
  const entrants = [
    ...finalists.map((one): TunedRule => ({ ...one, found: true, centre: centreOf(retest, one) })),
    ...known.map((one): TunedRule => ({ ...one, found: false, centre: centreOf(retest, one) })),
  ];
  const final = await whole('final', () => runContest(plan.final, entrants, evaluators('final')));
  if (typeof final === 'string') return { retest, transfer: [], missing: [final] };
  const transfer: ContestTable[] = [];
  const missing: string[] = [];
  for (const contest of plan.transfer) {
    const field = transferred(final, contest);
    const made = await whole(`transfer to ${contest.task}`, () =>
      runContest(contest, field, evaluators('transfer')),
    );
    if (typeof made === 'string') missing.push(made);
    else transfer.push(made);
  }
  return { retest, final, transfer, missing };
}

/**
 * Who is tried on another task: the first of the found rules by the retest, and the known optimizers of the highest validation rewards in the
 * final comparison. Each is tuned around its rate there.
 */
function transferred({ optimizers, trials }: ContestTable, { found, known }: Contest): readonly TunedRule[] {
  const best = optimizers.filter((one) => one.found).slice(0, found);
  const strongest = ranked(
    optimizers.filter((one) => !one.found),
    trials,
  ).slice(0, known);
  return [...best, ...strongest].map(({ key }) => {
    const { name, rule, found: isFound, rate } = optimizers.find((one) => one.key === key)!;
    return { name, rule, key, found: isFound, centre: rate };
  });
}

async function whole<T>(stage: string, make: () => Promise<T>): Promise<T | string> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof NotMade)) throw error;
    return `${stage}: ${error.made} of the next ${plural(error.wanted, 'evaluation')} are there`;
  }
}

/** All data, from searches and from evaluations that are looked up. */
export async function gatherData(
  plan: DiscoveryPlan,
  searched: readonly SearchedRun[],
  find: Evaluate,
): Promise<DiscoveryData> {
  const evaluated = new Map<ChainStage, readonly Evaluation[]>();
  const remembering: Evaluators = (stage) => async (requests) => {
    const found = await find(requests);
    evaluated.set(stage, [...(evaluated.get(stage) ?? []), ...found]);
    return found;
  };
  const { retest, final, transfer, missing } = await runChain(plan, searched, remembering);
  const begun = searched.map(({ search, proposals }) => ({ ...search, told: proposals.length }));
  return {
    missing: [
      ...begun.flatMap(({ run, told, config: { samples } }) =>
        told < samples ? [`search ${run}: ${told} of ${samples} proposals are there`] : [],
      ),
      ...missing,
    ],
    ...searchTables(searched),
    ...(retest && { retest }),
    ...(final && { final }),
    transfer: [...transfer],
    costs: {
      stages: [
        ...searched.map(({ search: { run }, proposals }) => costOf(run, proposals)),
        ...[...evaluated].map(([stage, all]) => costOf(stage, all)),
      ],
      rises: searched.map(risesOf),
    },
  };
}
