import { targets } from '../../src/export/index.ts';
import { canonicalize, catalogue, type Expression, lowerKinds, resolveRule } from '../../src/rules/index.ts';
import { plainRules } from '../plain-rules.ts';

/**
 * Rules that tell kinds, rows or columns of tensors apart, reduce over all tensors or say what to read out: those of the catalogue, and some
 * that combine these.
 */
export const wideRules: readonly string[] = [
  ...catalogue.filter((entry) => !plainRules.includes(entry)).map(({ name }) => name),
  'matrices: orth(m) * rows / columns; vectors: where(g > 0, m, g); embeddings: g / rowamax(g)',
  'matrices: rec(0, orth(self + g)); vectors: g',
  'matrices: orth(m); vectors: adam; eval: ema(w, 0.9) / (1 - 0.9^t)',
  'matrices: ema(w, 0.9); vectors: ema(w, 0.8); eval: ema(w, 0.9)',
  'matrices: lr * g + w - w0; embeddings: drop(g, 0); vectors: m * lr^0.5',
  'colnorm(g) * rowrms(w) + rowsum(colmean(g)) + prev(rowsum(g)) * ld',
  'rec(0, max(self, colamax(g))) * sign(g) + sum(rowmean(g)) + norm(colsum(g)) / columns',
  'where(rowmean(g) > 0, g, 0) + mean(g) * max(rowmean(g), 0.1)',
  'min(1, 1 / global(norm(rowmean(g)))) * g + rec(0, 0.9 * self + global(mean(rownorm(w)))) * w',
  'global(sum(norm(g))) / global(sum(1)) * sign(m) + ema(global(rms(w)), 0.9) * g',
  'global(amax(g)) * tanh(g / global(mean(abs(g)))) + prev(global(sum(g * w))) * 1e-3',
  'rec(1, 0.5 * global(norm(self * g))) * m + where(global(mean(g)) > 0, 1, 2) * w / 50',
  'global(norm(g / global(norm(g)) - prev(g))) * g + global(norm(w)) / 50',
  'g / global(norm(g)); eval: w - mean(w) + global(norm(w - w0))',
  'adam / (global(rms(adam)) + lr); eval: ema(w, 0.9) / (1 - 0.9^t)',
];

/** What a rule needs of a target beside the steps of single tensors. */
export type Ability = 'kinds' | 'network' | 'readout';

export function needsOf(rule: Expression): readonly Ability[] {
  const parts = lowerKinds(canonicalize(rule));
  const nodes = parts.flatMap(({ program }) => program.nodes);
  const over = (...names: readonly string[]): boolean =>
    nodes.some((node) => node.kind === 'reduction' && names.includes(node.operation.over));
  const needs: readonly (readonly [Ability, boolean])[] = [
    ['kinds', parts.length > 1 || over('row', 'column') || nodes.some(({ kind }) => kind === 'matrix')],
    ['network', over('network')],
    ['readout', parts[0]!.program.readout !== undefined],
  ];
  return needs.flatMap(([name, isNeeded]) => (isNeeded ? [name] : []));
}

/** Whether a target says that it can write a rule. */
export function canWrite(name: string, rule: Expression): boolean {
  const { writeKinds, overNetwork, readsOut } = targets.find(name);
  const can = { kinds: writeKinds, network: overNetwork, readout: readsOut };
  return needsOf(rule).every((one) => can[one]);
}

/** The rules that a target says it can write. */
export const wideRulesOf = (name: string): readonly string[] =>
  wideRules.filter((rule) => canWrite(name, resolveRule(rule)));
