import { isOverNetwork, prefixOf, seesRows } from '../kinds.ts';
import type { Plan } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { extentOfTerm, namesIn, ofNetwork, reads, type Term, wholeOf } from '../term.ts';
import { type ArrayWriters, atom, indented, type Spelling, type Writer, writeTerm } from '../text.ts';
import { type Argument, ruleArguments, stepsArgument } from './arguments.ts';
import { pythonNumber, scalarFunctions, scalarLines } from './python.ts';
import { isGlobal, type TogetherWriters, togetherFunctions, yielded } from './together.ts';

/**
 * What the Python targets share whose rules have a plan per kind of tensors, see rows and columns or reduce over all tensors: each plan is a
 * function of one tensor. Where shapes make a difference, that is a matrix, a value per row has the shape [rows, 1], and one per column
 * [1, columns].
 */
export interface KindsWriters extends TogetherWriters {
  /** Operations on arrays, of which those of rows, of columns, of matrices and of all tensors are not known here. */
  readonly writers: ArrayWriters;
  /** `np.sum(x, axis=1, keepdims=True)`, and of all for no axis. */
  readonly reduce: (name: 'sum' | 'mean' | 'max', x: string, axis: 0 | 1 | undefined) => string;
  /** A value for every weight. */
  readonly full: Writer;
  /** Zeros of the shape of an array, and one number. */
  readonly zeros: (of: string) => string;
  readonly zero: string;
  readonly draw: (draw: Plan['draws'][number], rate: string, index: number) => string;
  readonly copied: (x: string) => string;
  /** `x.T` unless given. */
  readonly transposed?: (x: string) => string;
  /** How the numbers of the step are written, unless in plain Python. */
  readonly scalars?: {
    readonly lines: (plan: Plan) => readonly string[];
    readonly functions: (plan: Plan) => readonly string[];
  };
  /** Whether states have their shapes before the first step; a state is 0 where it is first read unless they have. */
  readonly initialized?: boolean;
}

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

/** Whether tensors are seen as matrices, as a rule of rows, columns or kinds has them. */
export const seesMatrices = ({ parts }: KindsSource): boolean =>
  parts.length > 1 || parts.some(({ plan }) => seesRows(plan));

/** Whether a rule reduces over all tensors, so that the function of its one plan is a generator. */
export const isTogether = ({ parts }: KindsSource): boolean => parts.some(({ plan }) => isOverNetwork(plan));

/** Under what name the state of a tensor has the weights to read out, if the rule says which. */
export function readoutOf({ parts }: KindsSource): string | undefined {
  const names = [...new Set(parts.map(({ plan }) => plan.readout))];
  return names.length === 1 ? names[0] : 'readout';
}

/** The name under which a plan keeps what it reads out, if the state needs another. */
function renamedReadout(source: KindsSource, part: number): string | undefined {
  const { readout } = source.parts[part]!.plan;
  return readout === readoutOf(source) ? undefined : readout;
}

/** Functions of a module, two empty lines before each: of the step, of matrices, and one per plan, `_matrices(constants, param, grad, state, step)`. */
export function kindsFunctions(source: KindsSource, target: KindsWriters): readonly string[] {
  const plans = source.parts.map(({ plan }) => plan);
  const scalars = [
    ...new Set(plans.flatMap((plan) => chunks((target.scalars?.functions ?? scalarFunctions)(plan)))),
  ];
  const text = source.parts.flatMap((_, i) => [
    ...(target.initialized ? ['', '', ...startFunction(source, i, target)] : []),
    ...['', '', ...updateFunction(source, i, target)],
  ]);
  return [
    ...scalars.flatMap((lines) => ['', '', ...lines.split('\n')]),
    ...(text.some((line) => line.includes('_orth(')) ? ['', '', ...orthLines(target)] : []),
    ...togetherFunctions(plans, target),
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

const orthLines = ({
  root,
  square,
  reduce,
  transposed = (x) => `${x}.T`,
}: KindsWriters): readonly string[] => [
  'def _orth(x):',
  '    """Brings singular values near 1, by five steps of Newton and Schulz."""',
  '    is_high = x.shape[0] > x.shape[1]',
  '    if is_high:',
  `        x = ${transposed('x')}`,
  `    x = x / (${root(reduce('sum', square('x'), undefined))} + 1e-7)`,
  '    for _ in range(5):',
  `        a = x @ ${transposed('x')}`,
  '        x = 3.4445 * x + (-4.775 * a + 2.0315 * (a @ a)) @ x',
  `    return ${transposed('x')} if is_high else x`,
];

/** The function of a plan. */
export const functionOf = ({ parts }: KindsSource, part: number): string =>
  parts.length === 1 ? '_update' : `_${parts[part]!.kinds[0]}`;

/** The 0 that a state begins with. */
function zerosOf({ extents }: Plan, state: string, { zeros, zero }: KindsWriters): string {
  const extent = extents.get(state);
  if (extent === 'weight') return zeros('param');
  if (extent === 'row') return zeros('param[:, :1]');
  return extent === 'column' ? zeros('param[:1, :]') : zero;
}

/** The function that makes the states of a tensor: `_matrices_state(param)`. */
function startFunction(source: KindsSource, part: number, target: KindsWriters): readonly string[] {
  const { plan } = source.parts[part]!;
  const numbers = ofNetwork(plan.extents);
  const own = plan.states.filter((name) => !numbers.has(name));
  return [
    `def ${functionOf(source, part)}_state(param):`,
    ...(own.length === 0
      ? ['    return {}']
      : [
          '    return {',
          ...own.map((name) => `        "${name}": ${zerosOf(plan, name, target)},`),
          ...(renamedReadout(source, part) ? [`        "readout": ${target.zeros('param')},`] : []),
          '    }',
        ]),
  ];
}

function updateFunction(source: KindsSource, part: number, target: KindsWriters): readonly string[] {
  const { plan } = source.parts[part]!;
  const spelling: Spelling = {
    number: pythonNumber,
    leaf: (term) => {
      if (term.kind === 'gradient') return atom('grad');
      if (term.kind === 'weight') return atom('param');
      if (term.kind === 'learningRate') return atom('lr');
      return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : 'total_steps');
    },
  };
  const writers = { ...target.writers, ...matrixWriters(target) };
  const text = (term: Term): string => writeTerm(term, writers, spelling).text;
  const { states, draws, body, stores, update, uses, parameters, extents } = plan;
  const perNetwork = ofNetwork(extents);
  const numbers = states.filter((name) => perNetwork.has(name));
  const own = states.filter((name) => !perNetwork.has(name));
  const holder = (name: string): string => (perNetwork.has(name) ? 'network' : 'state');
  const begun = (holder: string, names: readonly string[]): readonly string[] =>
    names.length === 0
      ? []
      : [
          `if "${names[0]}" not in ${holder}:`,
          ...names.map((name) => `    ${holder}["${name}"] = ${zerosOf(plan, name, target)}`),
        ];
  const renamed = renamedReadout(source, part);
  const yields = (x: Term): string => {
    const whole = text(wholeOf(x, extents));
    return target.moved ? `[${whole}]` : whole;
  };
  const lines = [
    ...body.map(({ name, value }) =>
      isGlobal(value) ? `${name} = ${yielded(value, yields(value.args[0]!))}` : `${name} = ${text(value)}`,
    ),
    ...body.filter(({ kind }) => kind === 'state').map(({ name }) => `${holder(name)}["${name}"] = ${name}`),
    ...stores.map(({ state, value }) => {
      // What is the caller's own, or another state, changes in place.
      const isOwn = value.kind === 'gradient' || value.kind === 'weight' || value.kind === 'state';
      const kept = isOwn ? target.copied(text(value)) : text(value);
      const place = `${holder(state)}["${state}"]`;
      const isNarrow = target.initialized && extentOfTerm(value, extents) !== extents.get(state);
      return `${place} = ${isNarrow ? `${target.zeros(place)} + ${kept}` : kept}`;
    }),
    ...(renamed ? [`state["readout"] = state["${renamed}"]`] : []),
    `return ${text(update)}`,
  ];
  const read = new Set([...body, ...stores, { value: update }].flatMap(({ value }) => namesIn(value)));
  const isRead = (name: string): boolean => read.has(name);
  return [
    `def ${functionOf(source, part)}(${updateInputs(source).join(', ')}):`,
    `    """${documentation(source, part)}"""`,
    ...indented(
      [
        ...(planReadsRate(plan) ? ['lr = constants["lr"]'] : []),
        ...(uses.totalSteps ? ['total_steps = constants["total_steps"]'] : []),
        ...parameters.map(({ name }) => `${name} = constants["${prefixOf(source, part)}${name}"]`),
        ...(target.scalars?.lines(plan) ?? scalarLines(plan, (name) => name)),
        ...(target.initialized ? [] : [...begun('state', own), ...begun('network', numbers)]),
        ...own.filter(isRead).map((name) => `${name} = state["${name}"]`),
        ...numbers
          .filter(isRead)
          .map(
            (name) => `${name} = ${target.moved?.(`network["${name}"]`, 'param') ?? `network["${name}"]`}`,
          ),
        ...draws.map(
          (draw, i) =>
            `${draw.name} = ${target.draw(draw, draw.distribution === 'mask' ? text(draw.rate) : '', i)}`,
        ),
        ...lines,
      ],
      '    ',
    ),
  ];
}

const planReadsRate = ({ uses, body }: Plan): boolean =>
  uses.learningRate || body.some(({ value }) => reads(value, 'learningRate'));

/** Whether the functions of the plans need the learning rate. */
export const readsRate = ({ parts }: KindsSource): boolean => parts.some(({ plan }) => planReadsRate(plan));

/** The states of a rule that are numbers of the network. */
export const networkNumbers = ({ parts }: KindsSource): readonly string[] =>
  parts.flatMap(({ plan }) => plan.states.filter((name) => plan.extents.get(name) === 'network'));

/** Statements that make the dict of constants that functions of plans take; `read` says how a constant is read. */
export function constantLines(
  source: KindsSource,
  read: (name: string) => string,
  rate: string | undefined,
): readonly string[] {
  const names = kindsArguments(source).map(({ name }) => name);
  const entries = [
    ...(rate !== undefined && readsRate(source) ? [`    "lr": ${rate},`] : []),
    ...names.map((name) => `    "${name}": ${read(name)},`),
  ];
  return entries.length === 0 ? ['constants = {}'] : ['constants = {', ...entries, '}'];
}

/** The inputs of the function of a plan, which all of a module have in common. */
export const updateInputs = (source: KindsSource): readonly string[] => [
  ...['constants', 'param', 'grad', 'state'],
  ...(source.parts.some(({ plan }) => plan.states.some((name) => plan.extents.get(name) === 'network'))
    ? ['network']
    : []),
  'step',
];

function documentation(source: KindsSource, part: number): string {
  const { kinds } = source.parts[part]!;
  const of = source.parts.length === 1 ? 'a tensor' : `one of the ${kinds.join(' or ')}`;
  return `The update of ${of}${seesMatrices(source) ? ', as a matrix' : ''}.`;
}

/** The operations of rows, columns and matrices, and those of tensors. */
function matrixWriters(target: KindsWriters): Readonly<Record<string, Writer>> {
  const over = [
    ['', undefined],
    ['row', 1],
    ['col', 0],
  ] as const;
  const { reduce, root, square, absolute } = target;
  const one =
    (write: (x: string) => string): Writer =>
    ([x]) =>
      atom(write(x!.text));
  return {
    full: target.full,
    orth: one((x) => `_orth(${x})`),
    ...Object.fromEntries(
      over.flatMap(([name, axis]) => [
        [
          `${name}sum`,
          (args: Parameters<Writer>[0]) =>
            args[0]!.scalar ? target.writers.sum(args, []) : atom(reduce('sum', args[0]!.text, axis)),
        ],
        [`${name}mean`, one((x) => reduce('mean', x, axis))],
        [`${name}norm`, one((x) => root(reduce('sum', square(x), axis)))],
        [`${name}rms`, one((x) => root(reduce('mean', square(x), axis)))],
        [`${name}amax`, one((x) => reduce('max', absolute(x), axis))],
      ]),
    ),
  };
}

/** Statements that choose the function of a tensor by its kind: `update_of`, or the `state_of` that begins it. */
export const choiceLines = (
  source: KindsSource,
  kind: string,
  of: 'update' | 'state' = 'update',
): readonly string[] => [
  `${of}_of = {`,
  ...source.parts.flatMap(({ kinds }, i) =>
    kinds.map((one) => `    "${one}": ${functionOf(source, i)}${of === 'state' ? '_state' : ''},`),
  ),
  `}[${kind}]`,
];
