import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { lowerRule } from '../program/program.ts';
import { absorb } from './digest.ts';
import { ordinaryProbe, tellingProbes } from './probes.ts';
import { exactUpdates, record, wordsOf } from './record.ts';

/**
 * The hash of what a rule does, whatever its spelling: 16 hexadecimal digits of its updates on a few fixed trajectories of
 * gradients and weights, correlated ones, zeros, changes of sign, tiny and huge values among them. Rules that compute
 * the same updates, within rounding, have the same hash, but for the rare value that rounds apart; rules that step
 * differently have different ones, as far as the trajectories can tell. Random operations are compared by their
 * distribution: a draw is named by its rate, and by what it is for only in a rule that has several. Some 0.5 ms.
 *
 * @example behaviourHash(parseRule('sign(adam)')) === behaviourHash(parseRule('sign(ema(g, 0.9))')) // true
 */
export function behaviourHash(rule: Expression): string {
  const program = lowerRule(canonicalize(rule));
  // A slot delays a value by one step: two steps more than slots, and the longest delay shows.
  const records = tellingProbes(program.slots.length + 2).map((probe) => record(program, probe));
  const { k0, k1 } = records.reduce((key, updates) => absorb(key, wordsOf(updates)), { k0: 0, k1: 0 });
  return [k0, k1].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The updates of a rule in a short training with ordinary magnitudes: one array per weight, in the order of the steps. */
export type OrdinaryUpdates = readonly Float64Array[];

/** What {@link distance} compares. Some 0.5 ms. */
export function ordinaryUpdates(rule: Expression): OrdinaryUpdates {
  const probe = ordinaryProbe();
  const { size, times } = probe;
  const exact = exactUpdates(lowerRule(canonicalize(rule)), probe);
  return Array.from({ length: size }, (_, i) =>
    Float64Array.from(times, (_, step) => exact[step * size + i] as number),
  );
}
