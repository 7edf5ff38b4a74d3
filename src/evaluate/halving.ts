import {
  type Halving,
  type Protocol,
  type Stops,
  type SweepPoint,
  trainingSteps,
} from '../evaluation/index.ts';
import { ended, type Stage, type TaskSizes, type Trials, type TriedRate } from './stage.ts';

/** The factor between neighbours of the grid. */
const DECADE = 10;

/**
 * Successive halving over the learning rates: the middle of the grid trains for a few steps, further rates join as long as the best lies on
 * the edge, and rung by rung the rates of the lowest training losses go on from where they were. The last one left is chosen.
 */
export function halvingStages(protocol: Protocol, halving: Halving, task: TaskSizes): readonly Stage[] {
  const { learningRates, final, shortcuts } = protocol;
  const last = trainingSteps(final, task);
  const rungs = halving.rungs.map(({ rates, steps }) => ({ rates, steps: Math.min(steps, last) }));
  const [first, ...others] = rungs as [(typeof rungs)[0], ...typeof rungs];
  return [
    openGrid(middle(learningRates, first.rates)),
    rung(first.rates, first.steps, halving),
    ...(learningRates.length > 1 ? [grow(learningRates, first.steps, halving)] : []),
    ...(shortcuts.stops ? [plateau(shortcuts.stops, halving, task.chance)] : []),
    ...others.map(({ rates, steps }) => rung(rates, steps, halving)),
    pick(halving, task.chance),
  ];
}

/** So many from the middle of a grid; the lower ones where there are two middles. */
function middle(rates: readonly number[], count: number): readonly number[] {
  const from = Math.max(Math.floor((rates.length - count) / 2), 0);
  return rates.slice(from, from + count);
}

const openGrid =
  (learningRates: readonly number[]): Stage =>
  async (findings, trials) => ({ ...findings, tried: learningRates.map((rate) => candidate(rate, trials)) });

/** Trains the best of those that are in up to the end of a rung; the others are out. */
const rung =
  (rates: number, steps: number, halving: Halving): Stage =>
  async (findings) => {
    const chosen = new Set(best(findings.tried, halving).slice(0, rates));
    const tried: TriedRate[] = [];
    for (const one of findings.tried) {
      tried.push(chosen.has(one) ? await advance(one, steps, halving) : { ...one, alive: false });
    }
    return { ...findings, tried, sweep: tried.map((one) => pointOf(one, halving)) };
  };

/** Tries further learning rates, one by one, as long as the best one lies at an edge of those that were tried. */
const grow =
  (grid: readonly number[], steps: number, halving: Halving): Stage =>
  async (findings, trials) => {
    let { tried } = findings;
    for (;;) {
      const further = furtherRate(tried, grid, halving);
      if (further === undefined) break;
      const one = await advance(candidate(further, trials), steps, halving);
      tried = [...tried, one].sort((a, b) => a.learningRate - b.learningRate);
    }
    return { ...findings, tried, sweep: tried.map((one) => pointOf(one, halving)) };
  };

/**
 * The learning rate to try next: beyond the edge where the lowest loss lies, below if every rate diverged. First the rates of the grid
 * have their turn, then whole decades outside it, if something learns. Undefined if the lowest loss lies elsewhere, or its lower neighbour is as good.
 */
function furtherRate(
  tried: readonly TriedRate[],
  grid: readonly number[],
  halving: Halving,
): number | undefined {
  const losses = tried.map((one) => lossIn(one, halving));
  const least = Math.min(...losses);
  const [lowest, highest] = [tried[0]!.learningRate, tried.at(-1)!.learningRate];
  const outside = tried.length - tried.filter(({ learningRate }) => grid.includes(learningRate)).length;
  const mayLeave = outside < halving.beyond && least < Number.POSITIVE_INFINITY;
  if (least === Number.POSITIVE_INFINITY || (losses[0] === least && losses[1]! > least)) {
    return grid.findLast((rate) => rate < lowest) ?? (mayLeave ? nextRate(lowest, 1 / DECADE) : undefined);
  }
  if (losses.indexOf(least) !== losses.length - 1) return undefined;
  return grid.find((rate) => rate > highest) ?? (mayLeave ? nextRate(highest, DECADE) : undefined);
}

/** A decade further, rounded to the digits that people write. */
const nextRate = (rate: number, factor: number): number => Number((rate * factor).toPrecision(12));

/**
 * Stops a rule that no learning rate has learn anything, if there is one that did not diverge. It has come to chance; where that is not
 * known, to what its least loss scores now.
 */
const plateau =
  ({ plateau: share, validationExamples }: Stops, halving: Halving, chance: number): Stage =>
  async (findings) => {
    const [first] = best(findings.tried, halving);
    if (first === undefined) return findings;
    const { losses } = first.training;
    if (lossIn(first, halving) < share * losses[0]!) return findings;
    const reason = `no learning rate lowers the training loss within ${losses.length} steps`;
    const score = Number.isFinite(chance) ? chance : await first.training.score(validationExamples);
    if (score === undefined) return { verdict: ended('diverged', findings, chance) };
    return { verdict: ended('stopped', findings, score, reason) };
  };

/** Takes the learning rate of the lowest loss; the smallest of equals. A rule that diverged at every one has none. */
const pick =
  (halving: Halving, chance: number): Stage =>
  async (findings) => {
    const [chosen] = best(findings.tried, halving);
    if (chosen === undefined) return { verdict: ended('diverged', findings, chance) };
    return { ...findings, learningRate: chosen.learningRate };
  };

const candidate = (learningRate: number, trials: Trials): TriedRate => {
  return { learningRate, training: trials.open(learningRate), alive: true };
};

/** Trains on, step by step, until the end of a rung; what diverges or exceeds the bound on the way is out. */
async function advance(one: TriedRate, to: number, { bound }: Halving): Promise<TriedRate> {
  const { training } = one;
  while (training.losses.length < to) {
    const finite = await training.advance(training.losses.length + 1);
    const { losses } = training;
    if (!finite || losses.at(-1)! > bound * losses[0]!) return { ...one, alive: false };
  }
  return one;
}

/** Those that are in, by their losses; of equals the smaller rate first. */
const best = (tried: readonly TriedRate[], halving: Halving): readonly TriedRate[] =>
  tried
    .filter(({ alive }) => alive)
    .map((one) => ({ one, loss: lossIn(one, halving) }))
    .sort((a, b) => (a.loss === b.loss ? 0 : a.loss - b.loss))
    .map(({ one }) => one);

/** The loss of a training that is in; infinite if it is out. */
const lossIn = ({ training, alive }: TriedRate, { window }: Halving): number =>
  alive ? meanOfLast(training.losses, window) : Number.POSITIVE_INFINITY;

function pointOf({ training, learningRate, alive }: TriedRate, halving: Halving): SweepPoint {
  const { losses } = training;
  const finite = alive || losses.every(Number.isFinite);
  const loss = finite ? meanOfLast(losses, halving.window) : Number.POSITIVE_INFINITY;
  return { learningRate, accuracy: Number.NaN, loss, steps: losses.length };
}

/** The mean of the last `window` losses, or of all if there are fewer; infinite if there are none. */
export function meanOfLast(losses: readonly number[], window: number): number {
  const last = losses.slice(-window);
  return last.length === 0
    ? Number.POSITIVE_INFINITY
    : last.reduce((sum, loss) => sum + loss, 0) / last.length;
}
