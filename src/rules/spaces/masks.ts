import { type Position, positionAt, positions, type Space, sizeAt, stringLength } from './space.ts';
import { addition } from './template.ts';

/**
 * Which tokens may follow a prefix: one boolean per token of the next position. A token is allowed only if the string
 * can be finished, so sampling by these masks never meets a dead end; all are false only in a space without any rule.
 *
 * @throws RangeError when the prefix is as long as a whole string or longer.
 */
export function allowedTokens(space: Space, prefix: readonly number[]): readonly boolean[] {
  if (prefix.length >= stringLength(space)) {
    throw new RangeError(`prefix: expected fewer than ${stringLength(space)} tokens`);
  }
  const position = positionAt(space, prefix.length);
  if (space.constraints.length === 0) return Array<boolean>(position.size).fill(true);
  return Array.from({ length: position.size }, (_, token) => mayFollow(space, position, prefix, token));
}

/** Whether the token at a place of a string may follow those before it. */
export function isAllowed(space: Space, tokens: readonly number[], place: number): boolean {
  const token = tokens[place]!;
  if (!Number.isInteger(token) || token < 0 || token >= sizeAt(space, place)) return false;
  return space.constraints.length === 0 || mayFollow(space, positionAt(space, place), tokens, token, place);
}

/** Whether a token may stand at a position; `before` has, at least, the tokens before that `place`. */
function mayFollow(
  space: Space,
  { kind, side, size, iteration }: Position,
  before: readonly number[],
  token: number,
  place = before.length,
): boolean {
  if (kind === 'unary' || space.constraints.length === 0) return true;
  if (kind === 'binary') return binaryAllowed(space, iteration, token);
  if (side === 'right') return pairAllowed(space, iteration, before[place - 1]!, token);
  for (let right = 0; right < size; right++) if (pairAllowed(space, iteration, token, right)) return true;
  return false;
}

/** The number of token strings that the constraints allow, exactly. NOS §4.1: icml2017 at one iteration has 154,880. */
export function spaceSize(space: Space): bigint {
  let size = 1n;
  for (const position of positions(space)) {
    if (position.kind === 'operand') {
      // Left and right operands are counted together, as pairs.
      if (position.side === 'left') size *= BigInt(countPairs(space, position));
    } else if (position.kind === 'unary') {
      size *= BigInt(position.size);
    } else {
      const allowed = space.binary.filter((_, token) => binaryAllowed(space, position.iteration, token));
      size *= BigInt(allowed.length);
    }
  }
  return size;
}

/** How many pairs of operands may stand in an iteration. */
function countPairs(space: Space, { iteration, size }: Position): number {
  let count = 0;
  for (let left = 0; left < size; left++) {
    for (let right = 0; right < size; right++) count += Number(pairAllowed(space, iteration, left, right));
  }
  return count;
}

/** Whether the two operand tokens may stand in an iteration together. */
export function pairAllowed(space: Space, iteration: number, left: number, right: number): boolean {
  const computed = (token: number): boolean => token >= space.operands.length;
  if (space.constraints.includes('distinct') && left === right) return false;
  const reuses = iteration === 1 || computed(left) || computed(right);
  return reuses || !space.constraints.includes('reuse');
}

/** Whether that binary function may stand in an iteration. */
export function binaryAllowed(space: Space, iteration: number, token: number): boolean {
  const final = iteration === space.iterations;
  return !(final && space.constraints.includes('no-final-add') && addition(space.binary[token] as string));
}
