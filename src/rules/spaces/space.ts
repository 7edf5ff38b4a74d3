/**
 * A restriction on token strings that the paper's authors tried (NOS §4.1), as masks over the next token:
 * `distinct`: the two operands of an iteration differ; `no-final-add`: the last binary function is not addition;
 * `reuse`: an iteration after the first takes at least one computed value.
 */
export type Constraint = 'distinct' | 'no-final-add' | 'reuse';

export const constraints: readonly Constraint[] = ['distinct', 'no-final-add', 'reuse'];

/** What an iteration chooses from. */
export interface Vocabularies {
  /** Rule texts. */
  readonly operands: readonly string[];
  /** Templates over `x`. */
  readonly unary: readonly string[];
  /** Templates over `x` and `y`. */
  readonly binary: readonly string[];
}

export type Vocabulary = keyof Vocabularies;

export const vocabularies: readonly Vocabulary[] = ['operands', 'unary', 'binary'];

/**
 * A space of update rules as plain data (NOS §3.1): b(u1(op1), u2(op2)) as often as there are iterations, where every
 * iteration's value joins the operands of the later ones, and the last value is the rule.
 */
export interface Space extends Vocabularies {
  /**
   * The definition's name and the iterations, for people: `icml2017/2`, and a star if a vocabulary is not the
   * definition's, `icml2017/2*`. It identifies nothing: spaces of one name may differ in constraints and chosen vocabularies.
   */
  readonly name: string;
  readonly iterations: number;
  readonly constraints: readonly Constraint[];
}

/** The vocabularies of a named space, before the number of iterations and the constraints are chosen. */
export interface SpaceDefinition extends Vocabularies {
  readonly name: string;
  /** One line for `nos space`. */
  readonly title: string;
  /** The number of iterations if none is asked for. */
  readonly iterations: number;
}

/** One place of a token string. */
export interface Position {
  readonly kind: 'operand' | 'unary' | 'binary';
  /** 1 at the first. */
  readonly iteration: number;
  /** Whether an operand or unary function is the left or the right one; absent on binary functions. */
  readonly side?: 'left' | 'right';
  /** The vocabulary: tokens are 0…size−1. Operand tokens beyond the space's operands are computed values. */
  readonly size: number;
}

/** The length of a space's token strings. */
export const stringLength = ({ iterations }: Space): number => 5 * iterations;

/** The size of the vocabulary at a place of a token string. */
export function sizeAt({ operands, unary, binary }: Space, place: number): number {
  const within = place % 5;
  if (within === 4) return binary.length;
  return within < 2 ? operands.length + Math.floor(place / 5) : unary.length;
}

/** The places of a space's token strings, in the paper's order: op1, op2, u1, u2, b for every iteration. */
export const positions = (space: Space): readonly Position[] =>
  Array.from({ length: stringLength(space) }, (_, place) => positionAt(space, place));

/** The place of that index in a token string. */
export function positionAt(space: Space, place: number): Position {
  const iteration = Math.floor(place / 5) + 1;
  const within = place % 5;
  const size = sizeAt(space, place);
  if (within === 4) return { kind: 'binary', iteration, size };
  const side = within % 2 === 0 ? 'left' : 'right';
  return { kind: within < 2 ? 'operand' : 'unary', iteration, side, size };
}

/** A token as text: the operand, the function's template, or `#k` for the value that iteration k computed. */
export function tokenText(space: Space, position: Position, token: number): string {
  const vocabulary = vocabularyOf(space, position);
  if (!Number.isInteger(token) || token < 0 || token >= position.size) {
    throw new RangeError(`token: expected an integer from 0 to ${position.size - 1}, got ${token}`);
  }
  return vocabulary[token] ?? `#${token - vocabulary.length + 1}`;
}

function vocabularyOf(space: Space, position: Position): readonly string[] {
  if (position.kind === 'operand') return space.operands;
  return position.kind === 'unary' ? space.unary : space.binary;
}
