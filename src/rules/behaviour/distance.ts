import type { OrdinaryUpdates } from './behaviour.ts';

/**
 * Rules that are nearer than this are near copies: a training can hardly tell them apart. It lies in a valley: of 500 random
 * rules of a space, many pairs are nearer than 0.01 and many farther than 0.02, few between (docs/language.md).
 */
export const NEAR = 0.02;

/**
 * How far apart two rules are in an ordinary training whose learning rate is swept in decades: 0 if they do the same, 1
 * if they have nothing in common. It is, for every weight, ‖a − c·b‖ over the larger of ‖a‖ and ‖c·b‖, and of these the
 * root of the mean square, so that weights with small gradients count as much as those with large ones. c is the power of
 * ten that is nearest to the ratio of the two rules' sizes, and 1 if either reads the learning rate. ∞ where updates are not finite, unless both have the same.
 */
export function distance(a: OrdinaryUpdates, b: OrdinaryUpdates): number {
  if (a.readsOut !== b.readsOut) return Infinity;
  // A rule for all kinds of tensors does the same to each.
  return distanceOf(kindsOf(a.weights, b.weights), kindsOf(b.weights, a.weights), a.fixed || b.fixed);
}

type Updates = OrdinaryUpdates['weights'];

const kindsOf = (one: Updates, other: Updates): Updates =>
  Array.from({ length: Math.max(one.length, other.length) }, (_, i) => one[i % one.length]!);

function distanceOf(a: Updates, b: Updates, fixed: boolean): number {
  const sizes = [sizeOf(a), sizeOf(b)] as const;
  if (sizes.some((size) => size === 0 || !Number.isFinite(size))) return identical(a, b) ? 0 : Infinity;
  const scale = fixed ? 1 : 10 ** Math.round(Math.log10(sizes[0] / sizes[1]));
  let sum = 0;
  a.forEach((x, i) => {
    sum += relative(x, b[i] as Float64Array, scale);
  });
  return Math.sqrt(sum / a.length);
}

/**
 * Whether two rules are nearer than `bound` as they are, at one learning rate; no rule is near one whose updates are not finite, or one
 * that reads the learning rate or says what to read out, as it may be far from it at another rate.
 */
export function isWithin(a: OrdinaryUpdates, b: OrdinaryUpdates, bound: number): boolean {
  if (a.fixed || b.fixed) return false;
  const [x, y] = [a.weights, b.weights];
  const count = Math.max(x.length, y.length);
  const most = bound ** 2 * count;
  let sum = 0;
  for (let i = 0; i < count && sum < most; i++) sum += relative(x[i % x.length]!, y[i % y.length]!, 1);
  return sum < most;
}

/** The geometric mean over the weights that move at all. */
function sizeOf(updates: Updates): number {
  const squares = updates.map((x) => squareOfDifference(x, x, 0)).filter((square) => square !== 0);
  if (squares.length === 0) return 0;
  return Math.exp(squares.reduce((sum, square) => sum + Math.log(square), 0) / squares.length / 2);
}

/** The square of ‖x − c·y‖ over the larger of ‖x‖ and ‖c·y‖. */
function relative(x: Float64Array, y: Float64Array, c: number): number {
  const largest = Math.max(squareOfDifference(x, x, 0), c * c * squareOfDifference(y, y, 0));
  return largest === 0 ? 0 : squareOfDifference(x, y, c) / largest;
}

/** ‖x − c·y‖². */
function squareOfDifference(x: Float64Array, y: Float64Array, c: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += ((x[i] as number) - c * (y[i] as number)) ** 2;
  return sum;
}

const identical = (a: Updates, b: Updates): boolean =>
  a.every((x, i) => x.every((value, k) => Object.is(value, b[i]?.[k])));
