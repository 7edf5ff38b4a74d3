import type { Plan } from '../plan.ts';
import type { Term } from '../term.ts';
import {
  type ArrayWriters,
  atom,
  called,
  LEVEL,
  type ScalarWriters,
  type Spelling,
  within,
  writeTerm,
} from '../text.ts';
import { operationsOf, pythonArithmetic, pythonNumber } from './python.ts';

/**
 * What the frameworks share whose steps are traced or compiled: every operation, also of the step, is one of the module `np`, which has
 * NumPy's names.
 */
export interface Traced {
  text(term: Term): string;
  /** The text, in parentheses if a factor stands before it. */
  factor(term: Term): string;
  scalarLines(plan: Plan): readonly string[];
  decayFunctions(plan: Plan): readonly string[];
}

/**
 * @param np - the module's name: `jnp`.
 * @param own - how constants are read, and what the gradient and the weight are called.
 * @param renamed - operations that the module calls something else.
 */
export function traced(
  np: string,
  own: { readonly parameter: (name: string) => string; readonly gradient: string; readonly weight: string },
  renamed: Readonly<Record<string, string>> = {},
): Traced {
  const name = (usual: string): string => `${np}.${renamed[usual] ?? usual}`;
  const named = (usual: string) => called(name(usual));
  const writers: ArrayWriters = {
    ...pythonArithmetic,
    exp: named('exp'),
    log: named('log'),
    sqrt: named('sqrt'),
    tanh: named('tanh'),
    cos: named('cos'),
    abs: named('abs'),
    sign: named('sign'),
    clip: ([x], [l]) => atom(`${name('clip')}(${x!.text}, -${within(l!, LEVEL.power)}, ${l!.text})`),
    min: named('minimum'),
    max: named('maximum'),
    drop: ([dropped, x]) => atom(`${name('where')}(${dropped!.text}, 0.0, ${x!.text})`),
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
      return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : total);
    },
  };
  const decays: Readonly<Record<string, readonly string[]>> = {
    ld: [
      'def _linear_decay(step, total_steps):',
      `    return 1.0 - ${name('minimum')}(step - 1.0, total_steps) / total_steps`,
    ],
    cd: [
      'def _cosine_decay(step, total_steps, cycles):',
      `    elapsed = ${name('minimum')}(step - 1.0, total_steps)`,
      `    return 0.5 * (1.0 + ${name('cos')}(2.0 * math.pi * cycles * elapsed / total_steps))`,
    ],
    rd: [
      'def _restart_decay(step, total_steps, cycles):',
      `    elapsed = cycles * ${name('minimum')}(step - 1.0, total_steps) % total_steps`,
      `    return 0.5 * (1.0 + ${name('cos')}(math.pi * elapsed / total_steps))`,
    ],
  };
  return {
    text: (term) => writeTerm(term, writers, spelling).text,
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
