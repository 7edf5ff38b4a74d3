import { type Evaluation, parseProtocol, type RuleIdentity } from '../evaluation/index.ts';

/**
 * The evaluation of a rule that does what another does, or nearly so, which is not trained therefore: the other's, under its own name.
 *
 * @param evaluation The other's; what it reuses itself is what is named.
 */
export function reused(
  evaluation: Evaluation,
  { text: rule, key }: RuleIdentity,
  how: { readonly near?: true } = {},
): Evaluation {
  const { rule: other, key: otherKey, reuses = { rule: other, key: otherKey, factor: 1 } } = evaluation;
  return { ...evaluation, rule, key, steps: 0, seconds: 0, reuses: { ...reuses, ...how } };
}

/** Whether an evaluation may stand for that of a near copy: at the border to what does not train, small differences may decide. */
export const standsForCopies = ({ status }: Evaluation): boolean => status === 'ok' || status === 'stopped';

/**
 * The same of a rule whose updates are `factor` times those of the other: what the other came to at a learning rate, it comes to at one
 * that is so many times smaller, up to the rounding of float32. Nothing where the two sweeps might have chosen otherwise: where the other did not learn
 * as far as an epoch's end, or where its learning rate or that of the rule is the first or last of the protocol's grid, or lies outside it, since a
 * sweep goes on there, or has no better one to find.
 *
 * @param factor A power of ten.
 */
export function rescaled(
  evaluation: Evaluation,
  identity: RuleIdentity,
  factor: number,
): Evaluation | undefined {
  const { status, curve, learningRate, protocol, sweep, rule, key } = evaluation;
  const inside = parseProtocol(protocol).learningRates.slice(1, -1);
  const onGrid = (rate: number): number | undefined => inside.find((other) => isNear(other, rate));
  const own = onGrid(learningRate / factor);
  const learnt = (status === 'ok' || status === 'stopped') && curve.length > 0;
  if (!learnt || own === undefined || onGrid(learningRate) === undefined) return undefined;
  const shifted = sweep.map((point) => ({
    ...point,
    learningRate: Number((point.learningRate / factor).toPrecision(12)),
  }));
  const reuses = { rule, key, factor };
  return { ...reused({ ...evaluation, reuses }, identity), learningRate: own, sweep: shifted };
}

const isNear = (a: number, b: number): boolean => Math.abs(a / b - 1) < 1e-9;
