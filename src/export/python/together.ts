import { operationsOf, type Plan } from '../plan.ts';
import type { Apply, Term } from '../term.ts';

/**
 * What the Python targets share whose rules reduce over all tensors: the step of a tensor is a generator, which yields what is reduced,
 * with the function that reduces it, and is sent the number. So none of them goes on before all have come to the reduction.
 */
export interface TogetherWriters {
  /** `np.square(x)`, and so the others, of a tensor or a number. */
  readonly square: (x: string) => string;
  readonly root: (x: string) => string;
  readonly absolute: (x: string) => string;
  /** The sum over a tensor, and the largest. */
  readonly sum: (x: string) => string;
  readonly largest: (x: string) => string;
  /** How many weights a tensor has. */
  readonly count: (x: string) => string;
  /** Numbers as one tensor. */
  readonly stacked: (numbers: string) => string;
  /** If a step yields a list of tensors, and any may be on a device of its own: a number, brought to where a tensor is. */
  readonly moved?: (number: string, to: string) => string;
}

/** `global norm`: the function of a module that computes it is `_global_norm`. */
const functionOf = (operation: string): string => `_${operation.replace(' ', '_')}`;

const DOCUMENTED: Readonly<Record<string, string>> = {
  'global sum': 'The sum over all tensors.',
  'global mean': 'The mean over all tensors.',
  'global norm': 'The norm of all tensors as one.',
  'global rms': 'The root of the mean square over all tensors.',
  'global amax': 'The largest absolute value in any tensor.',
};

/** The right side of a statement that reduces over all tensors. */
export const yielded = ({ operation }: Apply, x: string): string => `yield ${functionOf(operation)}, ${x}`;

/** Whether a term is a reduction over all tensors. */
export const isGlobal = (term: Term): term is Apply =>
  term.kind === 'call' && term.operation.startsWith('global ');

/** Functions of a module, two empty lines before each: the reductions of plans over all tensors, and what steps all tensors together. */
export function togetherFunctions(plans: readonly Plan[], writers: TogetherWriters): readonly string[] {
  const used = new Set(plans.flatMap((plan) => [...operationsOf(plan)]));
  const reductions = Object.keys(DOCUMENTED).filter((operation) => used.has(operation));
  if (reductions.length === 0) return [];
  return [
    ...reductions.flatMap((operation) => [
      '',
      '',
      `def ${functionOf(operation)}(tensors):`,
      `    """${DOCUMENTED[operation]}"""`,
      ...reductionLines(operation, writers).map((line) => `    ${line}`),
    ]),
    ...['', ''],
    ...driverLines(writers),
  ];
}

function reductionLines(operation: string, writers: TogetherWriters): readonly string[] {
  const { square, root, absolute, sum, count, largest, stacked, moved = (number) => number } = writers;
  const over = (x: string): string => `sum(${moved(sum(x), 'tensors[0]')} for x in tensors)`;
  const weights = `sum(${count('x')} for x in tensors)`;
  switch (operation) {
    case 'global sum':
      return [`return ${over('x')}`];
    case 'global mean':
      return [`total = ${over('x')}`, `return total / ${weights}`];
    case 'global norm':
      return [`return ${root(over(square('x')))}`];
    case 'global rms':
      return [`total = ${over(square('x'))}`, `return ${root(`total / ${weights}`)}`];
    default:
      return [
        `values = [${moved(largest(absolute('x')), 'tensors[0]')} for x in tensors]`,
        `return ${largest(stacked('values'))}`,
      ];
  }
}

const driverLines = ({ moved }: TogetherWriters): readonly string[] => [
  'def _together(steps):',
  '    """Takes the steps of all tensors from one reduction over them to the next."""',
  '    values, results = [None] * len(steps), []',
  '    while steps and not results:',
  '        requests = []',
  '        for step, value in zip(steps, values):',
  '            try:',
  '                requests.append(step.send(value))',
  '            except StopIteration as end:',
  '                results.append(end.value)',
  '        if requests:',
  '            reduce = requests[0][0]',
  ...(moved
    ? [
        '            total = reduce([x for _, tensors in requests for x in tensors])',
        `            values = [${moved('total', 'tensors[0]')} for _, tensors in requests]`,
      ]
    : [
        '            total = reduce([x for _, x in requests])',
        '            values = [total] * len(requests)',
      ]),
  '    return results',
];
