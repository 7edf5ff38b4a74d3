import type { Expression } from './expression.ts';

/**
 * The kinds of tensors that a rule can tell apart. `matrices` have two or more axes, `vectors` one or none, and `embeddings` are tables
 * with a row per word.
 */
export const KINDS = ['matrices', 'vectors', 'embeddings'] as const;

export type TensorKind = (typeof KINDS)[number];

/** What an expression is for tensors of a kind: itself, or the rule of its own that it has for them. Embeddings are matrices unless they have one. */
export function ruleFor(e: Expression, kind: TensorKind): Expression {
  if (e.kind === 'call' && e.name === 'eval') return { ...e, args: [ruleFor(e.args[0]!, kind), e.args[1]!] };
  if (e.kind !== 'call' || e.name !== 'kinds') return e;
  return e.args[KINDS.indexOf(kind)] ?? e.args[0]!;
}
