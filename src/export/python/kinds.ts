import type { Plan } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import type { Term } from '../term.ts';
import { type ArrayWriters, atom, indented, type Spelling, type Writer, writeTerm } from '../text.ts';
import { type Argument, ruleArguments, stepsArgument } from './arguments.ts';
import { pythonNumber, scalarFunctions, scalarLines } from './python.ts';

/**
 * What the Python targets share that write rules with plans per kind of tensors: every tensor is seen as a matrix, its first axis and all
 * others, and each plan is a function of it. Values per row have the shape [rows, 1], those per column [1, columns].
 */
export interface KindsWriters {
  /** Operations on arrays, of which those of rows, of columns and of matrices are not known here. */
  readonly writers: ArrayWriters;
  /** `np.sum(x, axis=1, keepdims=True)`, and of all for no axis. */
  readonly reduce: (name: 'sum' | 'mean' | 'max', x: string, axis: 0 | 1 | undefined) => string;
  /** The root, the square and the absolute value. */
  readonly root: (x: string) => string;
  readonly absolute: (x: string) => string;
  /** A value for every weight. */
  readonly full: Writer;
  readonly draw: (draw: Plan['draws'][number], rate: string) => string;
  readonly copied: (x: string) => string;
}

/** A plan's constants have the name of its kinds before theirs, if there are several plans. */
const prefixOf = ({ parts }: KindsSource, part: number): string =>
  parts.length === 1 ? '' : `${parts[part]!.kinds[0]}_`;

export function kindsArguments(source: KindsSource): readonly Argument[] {
  const total = source.parts.find(({ plan }) => plan.uses.totalSteps);
  return [
    ...(total ? stepsArgument({ ...source, plan: total.plan }) : []),
    ...source.parts.flatMap(({ kinds, plan }, i) =>
      ruleArguments(plan).map((one) => {
        const name = `${prefixOf(source, i)}${one.name}`;
        const of = source.parts.length === 1 ? '' : ` for ${kinds.join(' and ')}`;
        return {
          ...one,
          name,
          description: `${one.description}${of}`,
          ...(one.invalid !== undefined && { invalid: one.invalid.replace(one.name, name) }),
        };
      }),
    ),
  ];
}

/** Functions of a module, two empty lines before each: of the step, of matrices, and one per plan, `_matrices(constants, param, grad, state, step)`. */
export function kindsFunctions(source: KindsSource, target: KindsWriters): readonly string[] {
  const plans = source.parts.map(({ plan }) => plan);
  const scalars = [...new Set(plans.flatMap((plan) => chunks(scalarFunctions(plan))))];
  const text = source.parts.flatMap((_, i) => ['', '', ...updateFunction(source, i, target)]);
  return [
    ...scalars.flatMap((lines) => ['', '', ...lines.split('\n')]),
    ...(text.some((line) => line.includes('_orth(')) ? ['', '', ...orthLines(target)] : []),
    ...text,
  ];
}

/** The functions of a text, apart. */
const chunks = (lines: readonly string[]): readonly string[] =>
  lines
    .join('\n')
    .split('\n\n\n')
    .map((chunk) => chunk.trim())
    .filter((chunk) => chunk !== '');

const orthLines = ({ root, reduce }: KindsWriters): readonly string[] => [
  'def _orth(x):',
  '    """Brings singular values near 1, by five steps of Newton and Schulz."""',
  '    is_high = x.shape[0] > x.shape[1]',
  '    if is_high:',
  '        x = x.T',
  `    x = x / (${root(reduce('sum', 'x**2', undefined))} + 1e-7)`,
  '    for _ in range(5):',
  '        a = x @ x.T',
  '        x = 3.4445 * x + (-4.775 * a + 2.0315 * (a @ a)) @ x',
  '    return x.T if is_high else x',
];

export const functionOf = ({ parts }: KindsSource, part: number): string => `_${parts[part]!.kinds[0]}`;

function updateFunction(source: KindsSource, part: number, target: KindsWriters): readonly string[] {
  const { kinds, plan } = source.parts[part]!;
  const constant = (name: string): string =>
    `constants["${name === 'total_steps' ? name : `${prefixOf(source, part)}${name}`}"]`;
  const spelling: Spelling = {
    number: pythonNumber,
    leaf: (term) => {
      if (term.kind === 'gradient') return atom('grad');
      if (term.kind === 'weight') return atom('param');
      if (term.kind === 'parameter') return atom(constant(term.name));
      return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : constant('total_steps'));
    },
  };
  const writers = { ...target.writers, ...matrixWriters(target) };
  const text = (term: Term): string => writeTerm(term, writers, spelling).text;
  const { states, draws, body, stores, update } = plan;
  const isOwn = (term: Term): boolean => term.kind === 'gradient' || term.kind === 'weight';
  return [
    `def ${functionOf(source, part)}(constants, param, grad, state, step):`,
    `    """Gives the update of one of the ${kinds.join(' or ')}, as a matrix."""`,
    ...indented(
      [
        ...scalarLines(plan, constant),
        ...states.map(
          (name) =>
            `${name} = state.get("${name}", 0.0 * param${plan.perTensor.has(name) ? '[:1, :1]' : ''})`,
        ),
        ...draws.map(
          (draw) =>
            `${draw.name} = ${target.draw(draw, draw.distribution === 'mask' ? text(draw.rate) : '')}`,
        ),
        ...body.map(({ name, value }) => `${name} = ${text(value)}`),
        `update = ${text(update)}`,
        ...stores.map(
          ({ state, value }) =>
            `stored_${state} = ${isOwn(value) ? target.copied(text(value)) : text(value)}`,
        ),
        ...body.filter(({ kind }) => kind === 'state').map(({ name }) => `state["${name}"] = ${name}`),
        ...stores.map(({ state }) => `state["${state}"] = stored_${state}`),
        'return update',
      ],
      '    ',
    ),
  ];
}

/** The operations of rows, columns and matrices, and those of tensors. */
function matrixWriters(target: KindsWriters): Readonly<Record<string, Writer>> {
  const over = [
    ['', undefined],
    ['row', 1],
    ['col', 0],
  ] as const;
  const { reduce, root, absolute } = target;
  const one =
    (write: (x: string) => string): Writer =>
    ([x]) =>
      atom(write(x!.text));
  return {
    full: target.full,
    orth: one((x) => `_orth(${x})`),
    ...Object.fromEntries(
      over.flatMap(([name, axis]) => [
        [`${name}sum`, one((x) => reduce('sum', x, axis))],
        [`${name}mean`, one((x) => reduce('mean', x, axis))],
        [`${name}norm`, one((x) => root(reduce('sum', `(${x}) ** 2`, axis)))],
        [`${name}rms`, one((x) => root(reduce('mean', `(${x}) ** 2`, axis)))],
        [`${name}amax`, one((x) => reduce('max', absolute(x), axis))],
      ]),
    ),
  };
}

/** Statements that choose the function of a tensor by its kind. */
export const choiceLines = (source: KindsSource, kind: string): readonly string[] =>
  source.parts.length === 1
    ? [`update_of = ${functionOf(source, 0)}`]
    : [
        'update_of = {',
        ...source.parts.flatMap(({ kinds }, i) =>
          kinds.map((one) => `    "${one}": ${functionOf(source, i)},`),
        ),
        `}[${kind}]`,
      ];
