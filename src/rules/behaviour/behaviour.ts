import type { Key } from '../../random/index.ts';
import { canonicalize } from '../canonical/canonicalize.ts';
import type { Expression } from '../language/expression.ts';
import { KINDS } from '../language/kinds.ts';
import { readsRate } from '../language/parts.ts';
import { reducesNetwork, seesShape } from '../program/extents.ts';
import { type KindProgram, lowerKinds, type Program } from '../program/program.ts';
import { absorb } from './digest.ts';
import { networkProbe, ordinaryProbe, tellingProbes } from './probes.ts';
import { exactUpdates, largestOf, record, recorded, rescaled, type UpdateRecord, wordsOf } from './record.ts';

/** What a rule does, whatever its spelling. */
export interface Behaviour {
  /** A hash of the updates: rules that do the same have the same. */
  readonly hash: string;
  /** The same of its updates over {@link scale}: rules that differ by a power of ten alone have the same, unless they read the learning rate. */
  readonly shape: string;
  /** The power of ten that its updates are over. */
  readonly scale: number;
}

/**
 * Finds out what a rule does. Its hash is 16 hexadecimal digits of its updates on a few fixed trajectories of
 * gradients and weights, correlated ones, zeros, changes of sign, tiny and huge values among them. Rules that compute
 * the same updates, within rounding, have the same hash, but for the rare value that rounds apart; rules that step
 * differently have different ones, as far as the trajectories can tell. Random operations are compared by their
 * distribution: a draw is named by its rate, and by what it is for only in a rule that has several.
 *
 * @example behaviourOf(parseRule('10 * m')).shape === behaviourOf(parseRule('m')).shape // true
 */
export function behaviourOf(rule: Expression): Behaviour {
  const kinds = recordsOf(rule);
  const scale = isFixed(canonicalize(rule)) ? 1 : scaleOf(kinds.flat());
  return {
    hash: hashOf(kinds, recorded),
    shape: hashOf(kinds, (one) => rescaled(one, scale)),
    scale,
  };
}

/**
 * The hash of {@link behaviourOf} alone.
 *
 * @example behaviourHash(parseRule('sign(adam)')) === behaviourHash(parseRule('sign(ema(g, 0.9))')) // true
 */
export function behaviourHash(rule: Expression): string {
  return hashOf(recordsOf(rule), recorded);
}

/** The updates for each kind of tensors, or those for all of them. */
function recordsOf(rule: Expression): readonly (readonly UpdateRecord[])[] {
  const parts = lowerKinds(canonicalize(rule));
  const memory = Math.max(...parts.map(({ program }) => program.slots.length));
  // A slot delays a value by one step: two steps more than slots, and the longest delay shows.
  const probes = tellingProbes(memory + 2);
  return forKinds(parts, (program, as) =>
    [...probes, ...(reducesNetwork(program) ? [networkProbe()] : [])].map((probe) =>
      record(program, probe, as),
    ),
  );
}

/** What is found for each kind of tensors; once for all, if one program is for all and does not see their shapes. */
export function forKinds<T>(
  parts: readonly KindProgram[],
  find: (program: Program, as: 'matrices' | 'vectors') => T,
): readonly T[] {
  if (parts.length === 1 && !seesShape(parts[0]!.program)) return [find(parts[0]!.program, 'vectors')];
  const [matrices, vectors, embeddings] = KINDS.map(
    (kind) => parts.find(({ kinds }) => kinds.includes(kind))!.program,
  ) as [Program, Program, Program];
  const ofMatrices = find(matrices, 'matrices');
  return [
    ofMatrices,
    find(vectors, 'vectors'),
    embeddings === matrices ? ofMatrices : find(embeddings, 'matrices'),
  ];
}

/** What is done to all kinds of tensors alike counts once. */
function hashOf(
  kinds: readonly (readonly UpdateRecord[])[],
  seen: (updates: UpdateRecord) => Float32Array | Float64Array,
): string {
  const keys = kinds.map((records) =>
    records.reduce((so: Key, one) => absorb(so, wordsOf(seen(one))), { k0: 0, k1: 0 }),
  );
  const [first, ...others] = keys as [Key, ...Key[]];
  const alike = others.every(({ k0, k1 }) => k0 === first.k0 && k1 === first.k1);
  const { k0, k1 } = alike
    ? first
    : others.reduce((so, key) => absorb(so, Uint32Array.of(key.k0, key.k1)), first);
  return [k0, k1].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** Times it, numbers that are short in decimal, such as 0.001, do not lie on the border between two powers of ten. */
const OFF_BORDER = 1.618033988749895;

/** The power of ten below the largest of the updates that are finite; 1 if there is none but 0. */
function scaleOf(records: readonly UpdateRecord[]): number {
  const largest = Math.max(...records.map(largestOf));
  return largest === 0 ? 1 : 10 ** Math.floor(Math.log10(largest * OFF_BORDER));
}

/** The updates of a rule in a short training with ordinary magnitudes. */
export interface OrdinaryUpdates {
  /** One array per weight, in the order of the steps. If the rule has rules per kind of tensors, the weights of each kind. */
  readonly weights: readonly Float64Array[];
  /** Whether a rule of ten times the updates does something else than this one at ten times the learning rate. */
  readonly fixed: boolean;
  /** Whether the weights are followed by those to read out. */
  readonly readsOut: boolean;
}

const hasReadout = (canonical: Expression): boolean => canonical.kind === 'call' && canonical.name === 'eval';

/** What reads the learning rate, or out weights that have moved by it, does something else at ten times of it. */
const isFixed = (canonical: Expression): boolean => readsRate(canonical) || hasReadout(canonical);

/** What {@link distance} compares. Some 0.1 ms. */
export function ordinaryUpdates(rule: Expression): OrdinaryUpdates {
  const probe = ordinaryProbe();
  const { size, times } = probe;
  const canonical = canonicalize(rule);
  const kinds = forKinds(lowerKinds(canonical), (program, as) => exactUpdates(program, probe, as));
  const weights = kinds.flatMap((updates) =>
    Array.from({ length: updates.length / times.length }, (_, row) =>
      Float64Array.from(
        times,
        (_, step) => updates[(Math.floor(row / size) * times.length + step) * size + (row % size)] as number,
      ),
    ),
  );
  return { weights, fixed: isFixed(canonical), readsOut: hasReadout(canonical) };
}
