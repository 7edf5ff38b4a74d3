import { isScalar, type Statement, scalarsIn, type Term } from '../term.ts';

/** The parts of a state's update: the factor of its old value, the factor of what enters, and what enters, as one or two factors. */
export interface UpdateParts {
  readonly kept: Term | undefined;
  readonly coefficient: Term | undefined;
  readonly factors: readonly Term[];
}

/** The parts of an update `b * state + c * x`; undefined for any other. */
export function updateParts({ name, value }: Statement): UpdateParts | undefined {
  if (value.kind !== 'call' || value.operation !== 'add') return undefined;
  const [old, entering] = value.args as readonly [Term, Term];
  const isState = (term: Term | undefined): boolean => term?.kind === 'state' && term.name === name;
  const isScaled =
    old.kind === 'call' && old.operation === 'mul' && isScalar(old.args[0]!) && isState(old.args[1]);
  if (!isScaled && !isState(old)) return undefined;
  const kept = isScaled ? old.args[0] : undefined;
  const scaled =
    entering.kind === 'call' &&
    entering.operation === 'mul' &&
    isScalar(entering.args[0]!) &&
    scalarsIn(entering.args[0]!).length === 0;
  const [coefficient, x] = scaled ? (entering.args as readonly [Term, Term]) : [undefined, entering];
  const product = x.kind === 'call' && x.operation === 'mul' && !x.args.some(isScalar);
  return { kept, coefficient, factors: product ? x.args : [x] };
}
