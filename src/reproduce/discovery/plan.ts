import { seedsFrom } from '../../compare/index.ts';
import { parseRunConfig, type RunConfig } from '../../run/index.ts';
import { taskReference, taskTitle } from '../../tasks/index.ts';
import type { PlannedSearch, Size } from '../experiment.ts';
import { epochsAt } from '../trainings.ts';
import { KNOWN } from './known.ts';

/** Steps of the chain, in order; each begins where those before it are complete. `report` makes nothing. */
export const STAGES = ['search', 'retest', 'final', 'transfer', 'report'] as const;
export type ChainStage = (typeof STAGES)[number];

/** The child that the paper searches on. */
const TASK = 'cifar10-convnet';

/** What all searches have in common: equal seeds make their rewards comparable. */
const SEARCH = { protocol: 'fast', batch: 5, pipeline: 2, seed: 1 } as const;

const TRPO = { name: 'rl', options: { algorithm: 'trpo' } };

/** A search of the chain at scale 1. */
interface SearchDefinition {
  /** Name in the legend; the run is `discovery-LABEL`. */
  readonly label: string;
  readonly space: string;
  readonly strategy: { readonly name: string; readonly options?: Readonly<Record<string, string>> };
  /** Proposals. */
  readonly samples: number;
}

/**
 * The searches: the paper's controller, the winner of `nos bench strategies` and random search in the paper's space, and the controller in the
 * space of the arXiv edition, which has decays. The budgets of the first three are alike in training: nine of ten proposals of a controller are
 * near copies of earlier ones, and take none.
 */
export const SEARCHES: readonly SearchDefinition[] = [
  { label: 'trpo-icml2017', space: 'icml2017', strategy: TRPO, samples: 12_000 },
  { label: 'evolution-icml2017', space: 'icml2017', strategy: { name: 'evolution' }, samples: 2_000 },
  { label: 'random-icml2017', space: 'icml2017', strategy: { name: 'random' }, samples: 2_000 },
  { label: 'trpo-arxiv2017', space: 'arxiv2017', strategy: TRPO, samples: 4_000 },
];

const ITERATIONS = 2;
/** Fewest rules of a search; a learning curve needs nine. */
const FEWEST = 12;

/** The first seeds of the stages after the search. No stage sees a seed of another one. */
const FIRST_SEED = { retest: 1_001, tuning: 2_001, final: 3_001, transferTuning: 4_001, transfer: 5_001 };

export interface DiscoverySearch extends PlannedSearch {
  readonly label: string;
}

/** A round of the tests with fresh seeds: its rules, and the seeds that each of them has had at its end. */
export interface Round {
  readonly rules: number;
  readonly seeds: readonly number[];
}

/** What the optimizers of a contest are compared by, on the test examples. */
export type ScoreName = 'accuracy' | 'perplexity' | 'bleu';

/** Optimizers tuned alike and trained with fresh seeds on one task. */
export interface Contest {
  readonly task: string;
  readonly score: ScoreName;
  readonly epochs: number;
  /** Epochs of the trainings that choose the learning rate. */
  readonly tuningEpochs: number;
  /** Learning rates that each optimizer begins with, half a decade apart. */
  readonly rates: number;
  readonly tuningSeeds: readonly number[];
  readonly seeds: readonly number[];
  /** Numbers of found and of known optimizers that take part. */
  readonly found: number;
  readonly known: number;
}

export interface DiscoveryPlan {
  readonly scale: number;
  readonly task: string;
  readonly searches: readonly DiscoverySearch[];
  readonly retest: { readonly protocol: string; readonly rounds: readonly Round[] };
  readonly final: Contest;
  readonly transfer: readonly Contest[];
}

/** A task of the transfer at scale 1. */
interface TransferDefinition {
  readonly task: string;
  /** `accuracy` unless given. */
  readonly score?: ScoreName;
  readonly epochs: number;
  readonly found: number;
  readonly known: number;
  readonly seeds: number;
}

const USUAL = { found: 3, known: 5, seeds: 5 };

const TRANSFER: readonly TransferDefinition[] = [
  { task: 'cifar10-wide-resnet(depth=10,widening=1)', epochs: 10, ...USUAL },
  { task: 'cifar10-convnet-nopool', epochs: 20, ...USUAL },
  { task: 'fashion-mlp', epochs: 20, ...USUAL },
  { task: 'shakespeare-lstm', score: 'perplexity', epochs: 5, ...USUAL },
  { task: 'multi30k-gnmt(batch=32,beam=4)', score: 'bleu', epochs: 10, found: 2, known: 2, seeds: 3 },
];

/** Size of the chain. */
export interface DiscoverySize extends Pick<Size, 'scale'> {
  /** Task that is trained instead of the paper's network. */
  readonly task?: string | undefined;
  /** Seeds of the final comparison, in the place of those of the scale. */
  readonly seeds?: number | undefined;
}

/** Sizes at scale 1. */
const RETESTED = 256;
const FINALISTS = 12;
const FINAL_EPOCHS = 5;
export const FINAL_SEEDS = 20;
const RATES = 7;
const TUNING_SEEDS = 2;
/** A transfer is tuned on trainings of a fifth of its epochs. */
const TUNING_SHARE = 0.2;

/**
 * Plans the chain. The scale divides proposals, tested rules, finalists, learning rates, seeds and epochs, each down to a fewest number.
 *
 * @throws NosError `unknown-name`, `bad-option`.
 */
export async function planDiscovery({ scale, seeds, task: named }: DiscoverySize): Promise<DiscoveryPlan> {
  const task = await taskReference(named ?? TASK);
  const at = (full: number, fewest: number) => Math.max(fewest, Math.round(full * scale));
  const finalists = at(FINALISTS, 2);
  const rates = at(RATES, 3);
  const epochs = epochsAt(FINAL_EPOCHS, scale);
  const tuned = { rates, tuningSeeds: seedsFrom(FIRST_SEED.tuning, at(TUNING_SEEDS, 1)) };
  const definitions = named === undefined ? TRANSFER : [ownTransfer(named)];
  return {
    scale,
    task,
    searches: searchesAt(scale, task, named !== undefined),
    retest: { protocol: 'paper', rounds: roundsOf(at(RETESTED, 4), finalists) },
    final: {
      ...{
        task,
        score: 'accuracy',
        epochs,
        tuningEpochs: epochs,
        ...tuned,
        found: finalists,
        known: Number.POSITIVE_INFINITY,
      },
      seeds: seedsFrom(FIRST_SEED.final, seeds ?? at(FINAL_SEEDS, 3)),
    },
    transfer: await Promise.all(
      definitions.map(async (one): Promise<Contest> => {
        const length = epochsAt(one.epochs, scale);
        return {
          task: await taskReference(one.task),
          score: one.score ?? 'accuracy',
          epochs: length,
          tuningEpochs: epochsAt(length, TUNING_SHARE),
          rates,
          tuningSeeds: seedsFrom(FIRST_SEED.transferTuning, 1),
          seeds: seedsFrom(FIRST_SEED.transfer, at(one.seeds, 2)),
          found: at(one.found, 1),
          known: at(one.known, 2),
        };
      }),
    ),
  };
}

/** A task of the user's own is trained on longer, in the place of other tasks. */
const ownTransfer = (task: string): TransferDefinition => ({ task, epochs: 4 * FINAL_EPOCHS, ...USUAL });

/**
 * The runs are named by what they are, and not by their size: what a search proposes does not depend on how long it is, so that a larger scale
 * goes on where a smaller one ended, and a smaller one reads the beginning of a larger.
 */
function searchesAt(scale: number, task: string, own: boolean): readonly DiscoverySearch[] {
  return SEARCHES.map(({ label, space, strategy, samples: full }) => {
    const samples = Math.max(FEWEST, Math.round(full * scale));
    const config: RunConfig = parseRunConfig({
      ...{ ...SEARCH, task, samples, space: { name: space, iterations: ITERATIONS }, strategy },
      // The chain tests again by itself, over all searches.
      retest: { top: 0, seeds: 0 },
    });
    return { label, run: ['discovery', label, ...(own ? [taskTitle(task)] : [])].join('-'), config };
  });
}

/**
 * Successive halving in seeds: each round keeps the better half of its rules and doubles their seeds, while more than the finalists are left.
 *
 * @example roundsOf(8, 2).map(({ rules, seeds }) => [rules, seeds.length]) // [[8, 1], [4, 2], [2, 4]]
 */
export function roundsOf(rules: number, finalists: number): readonly Round[] {
  const rounds: Round[] = [];
  for (let left = rules, seeds = 1; ; left = Math.ceil(left / 2), seeds *= 2) {
    rounds.push({ rules: left, seeds: seedsFrom(FIRST_SEED.retest, seeds) });
    if (Math.ceil(left / 2) < finalists || left === 1) return rounds;
  }
}

/** Trainings of a stage, in groups of one task and protocol, if no grid grows. */
export interface PlannedTrainings {
  readonly stage: ChainStage;
  readonly task: string;
  readonly protocol: string;
  readonly count: number;
}

/** Counts the trainings of the stages after the search. */
export function plannedTrainings({
  task,
  retest,
  final,
  transfer,
}: DiscoveryPlan): readonly PlannedTrainings[] {
  const tests = retest.rounds.reduce(
    (sum, { rules, seeds }, i) => sum + rules * (seeds.length - (retest.rounds[i - 1]?.seeds.length ?? 0)),
    KNOWN.length,
  );
  const ofContest = (stage: ChainStage, contest: Contest): readonly PlannedTrainings[] => {
    const entrants = contest.found + Math.min(contest.known, KNOWN.length);
    const tuning = entrants * contest.rates * contest.tuningSeeds.length;
    return [
      { stage, task: contest.task, protocol: `final@${contest.tuningEpochs}=1`, count: tuning },
      {
        ...{ stage, task: contest.task, protocol: `curves@${contest.epochs}=1` },
        count: entrants * contest.seeds.length,
      },
    ];
  };
  return [
    { stage: 'retest', task, protocol: retest.protocol, count: tests },
    ...ofContest('final', final),
    ...transfer.flatMap((contest) => ofContest('transfer', contest)),
  ];
}
