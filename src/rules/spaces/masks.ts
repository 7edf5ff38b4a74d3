import { type Position, positions, type Space } from './space.ts';
import { addition } from './template.ts';

/**
 * Which tokens may follow a prefix: one boolean per token of the next position. A token is allowed only where the string
 * can be finished, so sampling by these masks never meets a dead end; all are false only in a space without any rule.
 *
 * @throws RangeError when the prefix is as long as a whole string or longer.
 */
export function allowedTokens(space: Space, prefix: readonly number[]): readonly boolean[] {
  const position = positions(space)[prefix.length];
  if (!position) throw new RangeError(`prefix: expected fewer than ${5 * space.iterations} tokens`);
  const tokens = Array.from({ length: position.size }, (_, token) => token);
  if (position.kind === 'binary')
    return tokens.map((token) => binaryAllowed(space, position.iteration, token));
  if (position.kind === 'unary') return tokens.map(() => true);
  if (position.side === 'left') return leftCounts(space, position).map((count) => count > 0);
  const left = prefix.at(-1) as number;
  return tokens.map((right) => pairAllowed(space, position.iteration, left, right));
}

/** The number of token strings that the constraints allow, exactly. NOS §4.1: icml2017 at one iteration has 154,880. */
export function spaceSize(space: Space): bigint {
  let size = 1n;
  for (const position of positions(space)) {
    if (position.kind === 'operand') {
      // Left and right operands are counted together, as pairs.
      if (position.side === 'left')
        size *= BigInt(leftCounts(space, position).reduce((sum, n) => sum + n, 0));
    } else if (position.kind === 'unary') {
      size *= BigInt(position.size);
    } else {
      const allowed = space.binary.filter((_, token) => binaryAllowed(space, position.iteration, token));
      size *= BigInt(allowed.length);
    }
  }
  return size;
}

/** For every left operand, how many right operands may follow it. */
function leftCounts(space: Space, { iteration, size }: Position): readonly number[] {
  const tokens = Array.from({ length: size }, (_, token) => token);
  return tokens.map((left) => tokens.filter((right) => pairAllowed(space, iteration, left, right)).length);
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
