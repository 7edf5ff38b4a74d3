import { type IdentifiedRequest, parseRegime, printRegime, taskTitle } from '../../evaluation/index.ts';
import { mean } from '../../statistics/index.ts';
import { type ContestTable, type KeptTraining, type KeyedRule, trialOf } from './data.ts';
import type { Evaluate } from './evaluate.ts';
import type { Contest } from './plan.ts';

/** An optimizer before its learning rate is tuned. */
export interface TunedRule extends KeyedRule {
  readonly found: boolean;
  /** Learning rate around which it is tuned; NaN if nothing is known. */
  readonly centre: number;
}

/** Half decades by which a grid may grow beyond those that all optimizers begin with. */
const MOST_EXTRA = 8;
/** Where the grid lies if nothing is known of an optimizer: around 10⁻². */
const UNKNOWN = -4;
/** Half decades that a protocol takes at most: from 10⁻¹⁰ to 10¹⁰. */
const OUTERMOST = 20;

/** The learning rate of a half decade: 10^(i/2) to three digits. */
export const rateAt = (i: number): number => Number((10 ** (i / 2)).toPrecision(3));

/** Half decades, ascending and without gaps. */
export type HalfDecades = readonly number[];

/** The half decades around a learning rate. */
export function gridAround(centre: number, rates: number): HalfDecades {
  const middle = centre > 0 ? Math.round(2 * Math.log10(centre)) : UNKNOWN;
  const first = middle - Math.floor(rates / 2);
  return Array.from({ length: rates }, (_, i) => first + i);
}

/** Where the best of a grid lies: the smaller of equals; undefined if every training diverged. */
export function bestOf(grid: HalfDecades, scoreAt: (i: number) => number): number | undefined {
  const best = grid.reduce((so, i) => (scoreAt(i) > scoreAt(so) ? i : so), grid[0] as number);
  return scoreAt(best) === Number.NEGATIVE_INFINITY ? undefined : best;
}

/**
 * The grid with one more half decade where its best rate lies at an edge; the same grid where it does not, or has grown as far as it may.
 * If every training diverged, smaller rates are tried.
 *
 * @param scoreAt −Infinity for a rate at which a training diverged.
 */
export function extended(grid: HalfDecades, scoreAt: (i: number) => number, rates: number): HalfDecades {
  const [first, last] = [grid[0] as number, grid.at(-1) as number];
  const best = bestOf(grid, scoreAt);
  if (grid.length >= rates + MOST_EXTRA) return grid;
  if ((best === undefined || best === first) && first > -OUTERMOST) return [first - 1, ...grid];
  return best === last && last < OUTERMOST ? [...grid, last + 1] : grid;
}

/** What a learning rate is chosen by: the mean reward on the validation examples. */
function tuningScore(trials: readonly KeptTraining[]): number {
  if (trials.some(({ status }) => status === 'diverged')) return Number.NEGATIVE_INFINITY;
  const rewards = trials.filter(({ status }) => status !== 'failed').map(({ reward }) => reward);
  return rewards.length === 0 ? Number.NEGATIVE_INFINITY : mean(rewards);
}

/** Tunes the optimizers alike, each from as many learning rates, and trains them with fresh seeds at what was chosen. */
export async function runContest(
  contest: Contest,
  entrants: readonly TunedRule[],
  evaluate: Evaluate,
): Promise<ContestTable> {
  const { task, score, epochs, tuningEpochs, rates, tuningSeeds, seeds } = contest;
  const tuning = new Map<string, readonly KeptTraining[]>();
  const trialsAt = (key: string, i: number) => tuning.get(`${key} ${i}`);
  const scoreOf =
    ({ key }: KeyedRule) =>
    (i: number) =>
      tuningScore(trialsAt(key, i) ?? []);
  let grids = entrants.map(({ centre }) => gridAround(centre, rates));
  for (let grew = true; grew; ) {
    const wanted = entrants.flatMap((entrant, e) =>
      (grids[e] as HalfDecades).flatMap((i) =>
        trialsAt(entrant.key, i) === undefined ? [{ entrant, i }] : [],
      ),
    );
    // Ordered by seed, so that what is done first says something of all.
    const requests = tuningSeeds.flatMap((seed) =>
      wanted.map(({ entrant, i }) => requestOf(entrant, task, `final@${tuningEpochs}=${rateAt(i)}`, seed)),
    );
    const made = await evaluate(requests);
    for (const [w, { entrant, i }] of wanted.entries()) {
      const own = tuningSeeds.map((_, s) => trialOf(made[s * wanted.length + w]!));
      tuning.set(`${entrant.key} ${i}`, own);
    }
    const next = entrants.map((entrant, e) => extended(grids[e] as HalfDecades, scoreOf(entrant), rates));
    grew = next.some((grid, e) => grid !== grids[e]);
    grids = next;
  }
  const optimizers = entrants.map((entrant, e): ContestTable['optimizers'][number] => {
    const { centre: _, ...optimizer } = entrant;
    const grid = grids[e] as HalfDecades;
    const best = bestOf(grid, scoreOf(entrant));
    return {
      ...optimizer,
      rate: best === undefined ? Number.NaN : rateAt(best),
      tried: grid.length,
      edge: best === undefined || best === grid[0] || best === grid.at(-1),
    };
  });
  // One that diverged at every rate is trained at the smallest, and loses.
  const rateOf = (e: number): number => {
    const { rate } = optimizers[e] as ContestTable['optimizers'][number];
    return Number.isNaN(rate) ? rateAt(grids[e]?.[0] as number) : rate;
  };
  const requests = seeds.flatMap((seed) =>
    entrants.map((entrant, e) => requestOf(entrant, task, `curves@${epochs}=${rateOf(e)}`, seed)),
  );
  return {
    ...{
      task: taskTitle(task),
      score,
      epochs,
      tuningEpochs,
      tuningSeeds: [...tuningSeeds],
      seeds: [...seeds],
      optimizers,
    },
    tuning: [...tuning.values()].flat(),
    trials: (await evaluate(requests)).map(trialOf),
  };
}

function requestOf(
  { rule, key }: KeyedRule,
  task: string,
  protocol: string,
  seed: number,
): IdentifiedRequest {
  return { rule, key, task, seed, ...printRegime(parseRegime({ protocol })) };
}
