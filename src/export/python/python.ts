import { explanation } from '../explanation.ts';
import { operationsIn, operationsOf, type Plan } from '../plan.ts';
import type { ExportSource } from '../target.ts';
import type { Term } from '../term.ts';
import {
  arithmetic,
  atom,
  called,
  comparison,
  indented,
  LEVEL,
  numberText,
  type ScalarWriters,
  type Spelling,
  type Text,
  truthOf,
  type Writer,
  within,
  wrapped,
  writeTerm,
} from '../text.ts';

/** What the Python targets share: numbers, operators, the docstring, the functions of the step. */
export const WIDTH = 88;

export const pythonNumber = (value: number): Text => numberText(value);

const SIMPLE = /^-?[\w.]+$/;

/** `a**b` if both are simple and `a ** (b + c)` otherwise, as Black writes it. */
export const power: (args: readonly Text[]) => Text = ([x, y]) => {
  const [base, exponent] = [within(x!, LEVEL.atom), within(y!, LEVEL.negation)];
  const gap = SIMPLE.test(base) && SIMPLE.test(exponent) ? '' : ' ';
  return { text: `${base}${gap}**${gap}${exponent}`, level: LEVEL.power };
};

/** A power behind a sign is in parentheses, as Black writes it. */
const negated: Writer = ([x]) => ({ text: `-${within(x!, LEVEL.atom)}`, level: LEVEL.negation });

export const pythonArithmetic = {
  ...arithmetic,
  neg: negated,
  pow: power,
};

const oneOrZero = ({ text }: Text): Text => ({ text: `1.0 * (${text})`, level: LEVEL.product });

/** Functions of the step in plain Python; `total` is how the number of steps is read. */
const pythonScalars = (total: string): ScalarWriters => ({
  ...pythonArithmetic,
  lt: comparison('<', oneOrZero),
  le: comparison('<=', oneOrZero),
  where: ([c, x, y]) => ({
    text: `${within(x!, LEVEL.comparison)} if ${truthOf(c!, '!= 0.0').text} else ${within(y!, LEVEL.comparison)}`,
    level: LEVEL.condition,
  }),
  exp: called('math.exp'),
  log: called('math.log'),
  sqrt: called('math.sqrt'),
  tanh: called('math.tanh'),
  cos: called('math.cos'),
  abs: called('abs'),
  sign: ([x]) => atom(`math.copysign(${x!.text} != 0, ${x!.text})`),
  clip: ([x], [l]) => atom(`max(-${within(l!, LEVEL.power)}, min(${l!.text}, ${x!.text}))`),
  min: called('min'),
  max: called('max'),
  ld: () => atom(`linear_decay(step, ${total})`),
  cd: (_, [n]) => atom(`cosine_decay(step, ${total}, ${n!.text})`),
  rd: (_, [n]) => atom(`restart_decay(step, ${total}, ${n!.text})`),
});

/** Where a rule chooses, what it does not take may have no value: these give NaN and infinity where Python raises an error. */
const safeScalars: Pick<ScalarWriters, 'div' | 'pow' | 'log' | 'sqrt'> = {
  div: ([x, y], parameters) =>
    NUMBER.test(y!.text) ? arithmetic.div([x!, y!], parameters) : called('safe_divide')([x!, y!], parameters),
  pow: ([x, y], parameters) =>
    NUMBER.test(x!.text) || x!.text === 'step' || x!.symbol === 'parameter'
      ? power([x!, y!])
      : called('safe_power')([x!, y!], parameters),
  log: called('safe_log'),
  sqrt: called('safe_sqrt'),
};

const NUMBER = /^-?[\d.]+(e-?\d+)?$/;

const SAFE: Readonly<Record<string, readonly string[]>> = {
  safe_divide: [
    'def safe_divide(x: float, y: float) -> float:',
    '    return x / y if y != 0.0 else x * math.copysign(math.inf, y)',
  ],
  safe_power: [
    'def safe_power(x: float, y: float) -> float:',
    '    if x < 0.0 and y != math.floor(y):',
    '        return math.nan',
    '    return x**y if x != 0.0 or y >= 0.0 else math.inf',
  ],
  safe_log: [
    'def safe_log(x: float) -> float:',
    '    if x > 0.0:',
    '        return math.log(x)',
    '    return -math.inf if x == 0.0 else math.nan',
  ],
  safe_sqrt: ['def safe_sqrt(x: float) -> float:', '    return math.sqrt(x) if x >= 0.0 else math.nan'],
};

const chooses = (plan: Plan): boolean => operationsOf(plan).has('where');

const DECAYS: Readonly<Record<string, readonly string[]>> = {
  ld: [
    'def linear_decay(step: int, total_steps: int) -> float:',
    '    """Goes from 1 at the first step to 0 at the end, and stays there."""',
    '    return 1.0 - min(step - 1, total_steps) / total_steps',
  ],
  cd: [
    'def cosine_decay(step: int, total_steps: int, cycles: float) -> float:',
    '    """Follows `cycles` periods of a cosine between 1 and 0."""',
    '    elapsed = min(step - 1, total_steps)',
    '    angle = 2.0 * math.pi * cycles * elapsed / total_steps',
    '    return 0.5 * (1.0 + math.cos(angle))',
  ],
  rd: [
    'def restart_decay(step: int, total_steps: int, cycles: float) -> float:',
    '    """Falls from 1 to 0 along half a cosine, `cycles` times."""',
    '    elapsed = cycles * min(step - 1, total_steps) % total_steps',
    '    return 0.5 * (1.0 + math.cos(math.pi * elapsed / total_steps))',
  ],
};

/** The functions of a module that its scalars call, two empty lines before each. */
export function scalarFunctions(plan: Plan): readonly string[] {
  const names = new Set(plan.scalars.flatMap(({ value }) => operationsIn(value)));
  const decays = Object.entries(DECAYS).filter(([name]) => names.has(name));
  const texts = scalarLines(plan, (name) => name).join('\n');
  const safe = Object.entries(SAFE).filter(([name]) => texts.includes(`${name}(`));
  return [...decays, ...safe].flatMap(([, lines]) => ['', '', ...lines]);
}

/** A text of Python whose long assignments and loops are broken inside their last parentheses, as Black does it. */
export const folded = (text: string): string =>
  text
    .split('\n')
    .flatMap((line) =>
      lengthOf(line) > WIDTH && /^ *(\w+ = |for ).*\)$/.test(line) ? foldedLine(line) : [line],
    )
    .join('\n');

/** The length that Black takes a line for: it sets the spaces around powers before it removes them. */
const lengthOf = (line: string): number => line.replace(/(\S)\*\*(?=\S)/g, '$1 ** ').length;

/** Where an expression has operators of the loosest precedence outside of all parentheses: Black breaks before all of them, or none, if there are two. */
function loosestOperators(value: string): readonly number[] {
  const found: { readonly sum: number[]; readonly product: number[] } = { sum: [], product: [] };
  let depth = 0;
  for (const [i, c] of [...value].entries()) {
    if (c === '(' || c === '[') depth++;
    if (c === ')' || c === ']') depth--;
    if (depth > 0 || value[i - 1] !== ' ' || value[i + 1] !== ' ') continue;
    if (c === '+' || c === '-') found.sum.push(i);
    if (c === '*' || c === '/') found.product.push(i);
  }
  return found.sum.length > 0 ? found.sum : found.product;
}

function foldedLine(line: string): readonly string[] {
  const space = /^ */.exec(line)![0];
  const [, name, value] = /^ *(\w+) = (.*)$/.exec(line) ?? [];
  const operators = value === undefined ? [] : loosestOperators(value);
  if (value !== undefined && operators.length > 1) {
    const isOne = lengthOf(value) + space.length + 4 <= WIDTH;
    const parts = isOne ? [value] : [0, ...operators].map((at, i) => value.slice(at, operators[i]).trim());
    return [`${space}${name} = (`, ...parts.map((part) => `${space}    ${part}`), `${space})`];
  }
  let depth = 0;
  for (let i = line.length - 1; i >= 0; i--) {
    if (line[i] === ')') depth++;
    if (line[i] === '(' && --depth === 0)
      return [line.slice(0, i + 1), `${space}    ${line.slice(i + 1, -1)}`, `${space})`];
  }
  return [line];
}

/** Lines that compute the numbers of a step; `parameter` says how a constant is read, such as `self.beta`. */
export function scalarLines(plan: Plan, parameter: (name: string) => string): readonly string[] {
  return plan.scalars.map(({ name, value }) => `${name} = ${scalarText(plan, value, parameter)}`);
}

export function scalarText(plan: Plan, value: Term, parameter: (name: string) => string): string {
  const spelling: Spelling = {
    number: pythonNumber,
    leaf: (term) => {
      if (term.kind === 'parameter') return { ...atom(parameter(term.name)), symbol: 'parameter' };
      if (term.kind === 'totalSteps') return atom(parameter('total_steps'));
      if (term.kind === 'learningRate') return atom(parameter('lr'));
      return atom('name' in term ? term.name : 'step');
    },
  };
  const plain = pythonScalars(parameter('total_steps'));
  return writeTerm(value, chooses(plan) ? { ...plain, ...safeScalars } : plain, spelling).text;
}

/** Black's lines of a `raise` that stands behind so many spaces. */
export function raised(error: string, message: string, indent: number): readonly string[] {
  const line = `raise ${error}(${message})`;
  return indent + line.length <= WIDTH ? [line] : [`raise ${error}(`, `    ${message}`, ')'];
}

/** A docstring's lines: title, formula, source, arguments, an example. */
export function docstring(
  source: ExportSource,
  parts: {
    readonly args: readonly (readonly [string, string])[];
    readonly notes?: readonly string[];
    readonly example: readonly string[];
  },
): readonly string[] {
  const paragraph = (text: string): readonly string[] => ['', ...wrapped(text, WIDTH - 8)];
  return [
    `"""${source.title}`,
    '',
    ...explanation(source, WIDTH - 8),
    ...(parts.notes ?? []).flatMap(paragraph),
    '',
    'Args:',
    ...parts.args.flatMap(([name, text]) =>
      indented(wrapped(`${name}: ${text}.`, WIDTH - 12, '    '), '    '),
    ),
    '',
    'Example:',
    ...indented(parts.example, '    '),
    '"""',
  ];
}
