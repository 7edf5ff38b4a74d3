import { isScalar, type Term } from '../term.ts';

/** The parts of a state's update: the factor of its old value, the factor of what enters, and what enters, as one or two factors. */
export function updateParts(value: Term): {
  readonly kept: Term | undefined;
  readonly coefficient: Term | undefined;
  readonly factors: readonly Term[];
} {
  if (value.kind !== 'call' || value.operation !== 'add') throw new Error('not the update of a state');
  const [old, entering] = value.args as readonly [Term, Term];
  const kept = old.kind === 'call' ? old.args[0] : undefined;
  const scaled = entering.kind === 'call' && entering.operation === 'mul' && isScalar(entering.args[0]!);
  const [coefficient, x] = scaled ? (entering.args as readonly [Term, Term]) : [undefined, entering];
  const product = x.kind === 'call' && x.operation === 'mul' && !x.args.some(isScalar);
  return { kept, coefficient, factors: product ? x.args : [x] };
}
