import { operationsOf, type Plan } from '../plan.ts';
import type { Term } from '../term.ts';
import {
  type ArrayWriters,
  atom,
  called,
  comparison,
  LEVEL,
  namedMatrices,
  negated,
  reductionWriters,
  type ScalarWriters,
  type Spelling,
  type Text,
  truthOf,
  type Writer,
  within,
  writeTerm,
} from '../text.ts';
import { pythonArithmetic, pythonNumber } from './python.ts';

/**
 * What the frameworks share whose steps are traced or compiled: every operation, also of the step, is one of the framework, under NumPy's
 * name.
 */
export interface Traced {
  /** Operations on arrays. */
  readonly writers: ArrayWriters;
  text(term: Term): string;
  /** The text, in parentheses if a factor stands before it. */
  factor(term: Term): string;
  scalarLines(plan: Plan): readonly string[];
  decayFunctions(plan: Plan): readonly string[];
}

/** How a framework writes an operation that is not an operator, by NumPy's name for it. */
type Named = (name: string) => Writer;

/** `jnp.exp(x)`. */
export const functionsOf =
  (module: string): Named =>
  (name) =>
    called(`${module}.${name}`);

/** `x.exp()`; if a number comes first, the operation is one that is the same the other way round. */
export const methods: Named =
  (name) =>
  ([x, ...rest]) => {
    const [first, ...others] = x!.scalar && rest.length > 0 ? [...rest, x!] : [x!, ...rest];
    return atom(`${within(first!, LEVEL.atom)}.${name}(${others.map(({ text }) => text).join(', ')})`);
  };

/** @param own - how constants are read, and what the gradient, the weight and the learning rate are called. */
export function traced(
  named: Named,
  own: {
    readonly parameter: (name: string) => string;
    readonly gradient: string;
    readonly weight: string;
    readonly rate: string;
  },
): Traced {
  const oneOrZero = (condition: Text): Text => named('where')([condition, atom('1.0'), atom('0.0')], []);
  const writers: ArrayWriters = {
    ...pythonArithmetic,
    exp: named('exp'),
    log: named('log'),
    sqrt: named('sqrt'),
    tanh: named('tanh'),
    cos: named('cos'),
    abs: named('abs'),
    sign: named('sign'),
    clip: ([x], [l]) => named('clip')([x!, negated([l!], []), l!], []),
    min: named('minimum'),
    max: named('maximum'),
    lt: comparison('<', oneOrZero),
    le: comparison('<=', oneOrZero),
    where: ([c, x, y]) => named('where')([truthOf(c!, '!= 0.0'), x!, y!], []),
    ...reductionWriters(named, named('sum')([named('ones_like')([atom(own.gradient)], [])], []).text),
    drop: ([dropped, x]) => named('where')([dropped!, atom('0.0'), x!], []),
  };
  const total = own.parameter('total_steps');
  const scalars: ScalarWriters = {
    ...writers,
    ld: () => atom(`_linear_decay(step, ${total})`),
    cd: (_, [n]) => atom(`_cosine_decay(step, ${total}, ${n!.text})`),
    rd: (_, [n]) => atom(`_restart_decay(step, ${total}, ${n!.text})`),
  };
  const spelling: Spelling = {
    number: pythonNumber,
    leaf: (term) => {
      if (term.kind === 'gradient') return atom(own.gradient);
      if (term.kind === 'weight') return atom(own.weight);
      if (term.kind === 'parameter') return atom(own.parameter(term.name));
      if (term.kind === 'learningRate') return atom(own.rate);
      return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : total);
    },
  };
  const steps: Text = { text: 'step - 1.0', level: LEVEL.sum };
  const elapsed = named('minimum')([steps, atom('total_steps')], []).text;
  const cosine = (angle: string): string =>
    `0.5 * (1.0 + ${named('cos')([{ text: angle, level: LEVEL.product }], []).text})`;
  const decays: Readonly<Record<string, readonly string[]>> = {
    ld: ['def _linear_decay(step, total_steps):', `    return 1.0 - ${elapsed} / total_steps`],
    cd: [
      'def _cosine_decay(step, total_steps, cycles):',
      `    elapsed = ${elapsed}`,
      `    return ${cosine('2.0 * math.pi * cycles * elapsed / total_steps')}`,
    ],
    rd: [
      'def _restart_decay(step, total_steps, cycles):',
      `    elapsed = cycles * ${elapsed} % total_steps`,
      `    return ${cosine('math.pi * elapsed / total_steps')}`,
    ],
  };
  return {
    writers,
    text: (term) => writeTerm(term, { ...namedMatrices, ...writers }, spelling).text,
    factor: (term) => within(writeTerm(term, writers, spelling), LEVEL.product + 1),
    scalarLines: (plan) =>
      plan.scalars.map(
        ({ name: scalar, value }) => `${scalar} = ${writeTerm(value, scalars, spelling).text}`,
      ),
    decayFunctions(plan) {
      const used = operationsOf(plan);
      return Object.entries(decays).flatMap(([operation, lines]) =>
        used.has(operation) ? ['', '', ...lines] : [],
      );
    },
  };
}

/** `import math` if the decays of a plan need it, and a line below. */
export const mathImport = (functions: readonly string[]): readonly string[] =>
  functions.some((line) => line.includes('math.')) ? ['import math', ''] : [];
