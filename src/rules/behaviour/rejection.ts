import { deriveKey, type Key } from '../../random/index.ts';
import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { type Draw, fillDraw, stepKey } from '../program/draws.ts';
import { seesShape } from '../program/extents.ts';
import { lowerKinds, type Program } from '../program/program.ts';
import type { Matrix } from '../program/reduce.ts';
import { RuleLanes } from './lanes.ts';
import { ordinaryProbe } from './probes.ts';
import { exactUpdates } from './record.ts';

/**
 * Says without any training why a rule cannot train a network, or nothing if it might. A rule is rejected if it does not depend
 * on the gradient, if ordinary gradients and weights give an update that is not finite, or if it never descends on average
 * on convex functions, whatever the learning rate. A rule that would learn passes, however slow or odd it is; many that would not
 * pass too. Either answer takes some 0.1 ms.
 *
 * @example rejection(parseRule('1e-3 * w')) // 'it does not depend on the gradient'
 */
export function rejection(rule: Expression): string | undefined {
  const programs = lowerKinds(canonicalize(rule)).map(({ program }) => program);
  if (!programs.some(readsGradient)) return 'it does not depend on the gradient';
  if (!programs.every(staysFinite)) return 'its updates are not finite for ordinary gradients and weights';
  if (!programs.some(descends)) return 'it descends on no convex function at any learning rate';
  return undefined;
}

const readsGradient = ({ nodes }: Program): boolean =>
  nodes.some((node) => node.kind === 'input' && node.name === 'g');

/** Whether the first updates are finite in an ordinary training, which has no gradient of 0 and no weight of 0. */
function staysFinite(program: Program): boolean {
  return exactUpdates(program, ordinaryProbe(FINITE_STEPS), 'matrices').every(Number.isFinite);
}
const FINITE_STEPS = 4;

/**
 * The functions to descend on are h/2 · (w − c)², in pairs: from one start w the minimum c of one function lies above, that of the other below.
 * A rule that does not look at the gradient's sign moves both weights alike, one of them away from its minimum as far as the other towards it, and
 * the mean of the two values only rises. Starts, steepness and learning rate are the pair's; so are random draws, of which every pair has its own: one that
 * is lucky is enough, as the many weights of a network make of a small advantage a sure one.
 */
const STARTS = [0.3, -0.3, 0] as const;
const STEEPNESS = [1e-2, 1] as const;
const LEARNING_RATES = Array.from({ length: 12 }, (_, i) => 10 ** (2 * i - 12)); // 1e-12 … 1e10
const DISTANCE = 0.1;

const pairs = LEARNING_RATES.flatMap((learningRate) =>
  STARTS.flatMap((start) => STEEPNESS.map((steepness) => ({ start, steepness, learningRate }))),
);
/** RuleLanes 2i and 2i + 1 are pair i; the minimum lies below the start at side 1, and above it at side −1. */
const lanes = pairs.flatMap((pair) => [1, -1].map((side) => ({ ...pair, side })));
const starts = Float64Array.from(lanes, ({ start }) => start);
const steepness = Float64Array.from(lanes, (lane) => lane.steepness);
const minima = Float64Array.from(lanes, ({ start, side }) => start - side * DISTANCE);
const learningRates = Float64Array.from(lanes, ({ learningRate }) => learningRate);
const sides = Float64Array.from(lanes, ({ side }) => side);

/**
 * The clock: from the first steps of a long training to its last ones, as decays may turn a rule round. In each of the three parts the weights begin
 * at their starts again.
 */
const TIMES = [1, 2, 3, 4, 8, 20, 60, 200, 600, 900, 1200, 1499] as const;
const TOTAL = 1500;
const PART = 4;
/**
 * The gradient's noise, in initial gradients: such that its sign turns now and then, as rules that differ from one another only then want it. The sums from
 * any part's begin are positive for the gradient and for its sign, so that a rule that ascends gains nothing from it.
 */
const NOISE = [0.9, 0.5, -1.6, 0.3] as const;
/** The least descent that counts, as a share of the value at the start. Rounding is 1e-12 of it. */
const LEAST = 1e-4;

/**
 * What are the tensors: the pairs; for a rule that reduces, which may see nothing in the opposite gradients of a pair, also the weights
 * alone; and for one that sees rows and columns, pairs of either shape.
 */
const COLUMNS: readonly Matrix[] = pairs.map((_, i) => ({
  begin: 2 * i,
  end: 2 * i + 2,
  rows: 2,
  columns: 1,
}));
const ROWS: readonly Matrix[] = pairs.map((_, i) => ({ begin: 2 * i, end: 2 * i + 2, rows: 1, columns: 2 }));
const ALONE: readonly Matrix[] = lanes.map((_, i) => ({ begin: i, end: i + 1, rows: 1, columns: 1 }));

function descends(program: Program): boolean {
  const separate = withoutNetwork(program);
  return (
    descendsOver(separate, COLUMNS) ||
    (program.stages.some((stage) => stage > 0) && descendsOver(separate, ALONE)) ||
    (seesShape(program) && descendsOver(separate, ROWS))
  );
}

/** The program for many networks of one tensor each: what is over all tensors is over the tensor. */
const withoutNetwork = (program: Program): Program => ({
  ...program,
  nodes: program.nodes.map((node) =>
    node.kind === 'reduction' && node.operation.over === 'network'
      ? { ...node, operation: { ...node.operation, over: 'tensor' } }
      : node,
  ),
});

/** Whether the mean value of any pair has fallen after any step. */
function descendsOver(program: Program, tensors: readonly Matrix[]): boolean {
  const run = new RuleLanes(program, lanes.length, (length) => new Float64Array(length), tensors);
  const keys = program.draws.map((_, i) => deriveKey(SEED, 'rejection', i));
  const w = new Float64Array(lanes.length);
  const g = new Float64Array(lanes.length);
  // Two steps more than slots, and the longest delay shows.
  const steps = Math.max(TIMES.length, program.slots.length + 2);
  for (let step = 0; step < steps; step++) {
    if (step % PART === 0) w.set(starts);
    const noise = NOISE[step % PART]! * DISTANCE;
    for (let i = 0; i < g.length; i++) g[i] = steepness[i]! * (w[i]! - minima[i]! + sides[i]! * noise);
    const time = TIMES[step] ?? TIMES.at(-1)!;
    program.nodes.forEach((node, i) => {
      const draw =
        node.kind === 'random'
          ? perPair(program.draws[node.draw]!, stepKey(keys[node.draw]!, step))
          : undefined;
      run.evaluate(i, { g, w, time, total: TOTAL, rate: learningRates }, draw);
    });
    run.endStep();
    const { result } = run;
    for (let i = 0; i < w.length; i++) w[i]! -= learningRates[i]! * result[i]!;
    if (someValueFell(w)) return true;
  }
  return false;
}

function someValueFell(w: Float64Array): boolean {
  for (let i = 0; i < w.length; i += 2) {
    const value = (w[i]! - minima[i]!) ** 2 + (w[i + 1]! - minima[i + 1]!) ** 2;
    if (value < (1 - LEAST) * 2 * DISTANCE ** 2) return true;
  }
  return false;
}

/** A draw for each pair, which both of its weights have. */
function perPair(draw: Draw, key: Key): Float32Array {
  const values = new Float32Array(pairs.length);
  fillDraw(draw, key, values);
  const both = new Float32Array(lanes.length);
  for (let i = 0; i < both.length; i++) both[i] = values[i >> 1]!;
  return both;
}
const SEED = 2017;
