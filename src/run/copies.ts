import {
  behaviourHash,
  distance,
  NEAR,
  type OrdinaryUpdates,
  ordinaryUpdates,
  parseRule,
} from '../rules/index.ts';
import type { LeaderboardRow } from './leaderboard.ts';

/** A row and what its rule does. */
interface Known {
  readonly row: LeaderboardRow;
  readonly updates: OrdinaryUpdates;
}

/** Rules that behave the same. */
interface Kind {
  readonly row: LeaderboardRow;
  /** None of a reference, which nothing is folded into. */
  readonly known: Known | undefined;
  readonly copies: LeaderboardRow[];
}

interface FoldOptions {
  readonly count?: number;
  readonly updatesOf?: (rule: string) => OrdinaryUpdates;
}

/**
 * The leaderboard without near copies: a found rule that behaves as one above it is folded into that row. The first `count` rows
 * then differ from each other; the rest stands below as it was, since its behaviour was not looked at. References are never folded
 * away, nor rules that were tested again; a found rule that behaves as a reference says so.
 *
 * @param rows As `leaderboard` gives them, best first.
 * @param updatesOf What a rule does, by its text, from whoever knows it already.
 */
export function foldCopies(
  rows: readonly LeaderboardRow[],
  { count = Number.POSITIVE_INFINITY, updatesOf = worked }: FoldOptions = {},
): readonly LeaderboardRow[] {
  const know = (row: LeaderboardRow): Known => ({ row, updates: updatesOf(row.rule) });
  const references = rows.filter(({ reference }) => reference).map(know);
  const kinds: Kind[] = [];
  let seen = 0;
  for (const row of rows) {
    const known = row.reference ? undefined : know(row);
    const foldable = known !== undefined && row.retest === undefined;
    const original = foldable ? kinds.find((kind) => kind.known && areNear(kind.known, known)) : undefined;
    if (original) original.copies.push(row);
    else if (kinds.length < count) kinds.push({ row, known, copies: [] });
    else break;
    seen++;
  }
  const folded = kinds.map(
    ({ row, known, copies }): LeaderboardRow => ({
      ...row,
      ...(known ? likeness(known, references) : {}),
      ...(copies.length > 0 ? { copies: copies.map(describe) } : {}),
    }),
  );
  return [...folded, ...rows.slice(seen)].map((row, i) => ({ ...row, rank: i + 1 }));
}

/**
 * The first of these rules that behave differently from each other and from all that are `known`: at most `count`.
 *
 * @param rules Best first; no more of them are looked at than it takes.
 */
export function distinctRules<T extends { readonly rule: string }>(
  rules: readonly T[],
  count: number,
  known: readonly OrdinaryUpdates[] = [],
): readonly T[] {
  const seen = [...known];
  const kept: T[] = [];
  for (const rule of rules) {
    if (kept.length >= count) break;
    const updates = ordinaryUpdates(parseRule(rule.rule));
    if (seen.some((other) => distance(other, updates) < NEAR)) continue;
    seen.push(updates);
    kept.push(rule);
  }
  return kept;
}

const worked = (rule: string): OrdinaryUpdates => ordinaryUpdates(parseRule(rule));

const areNear = (a: Known, b: Known): boolean => distance(a.updates, b.updates) < NEAR;

/** The nearest reference, if it is near. */
function likeness(found: Known, references: readonly Known[]): Pick<LeaderboardRow, 'like'> {
  const [nearest] = references
    .map(({ row, updates }) => ({ row, away: distance(found.updates, updates) }))
    .filter(({ away }) => away < NEAR)
    .sort((a, b) => a.away - b.away);
  if (nearest === undefined) return {};
  const { row, away } = nearest;
  const same = behaviourHash(parseRule(found.row.rule)) === behaviourHash(parseRule(row.rule));
  return { like: { name: row.names[0] ?? row.rule, distance: same ? 0 : away } };
}

const describe = ({ index, rule, key, reward }: LeaderboardRow) => ({ index, rule, key, reward });

/**
 * Whether the search has found that rule: it finished or was stopped early, and neither is nor behaves as a reference.
 *
 * @param row As {@link foldCopies} gives it.
 */
export function isFound({ reference, like, status }: LeaderboardRow): boolean {
  return !reference && like === undefined && (status === 'ok' || status === 'stopped');
}
