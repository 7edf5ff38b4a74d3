import type { ParameterRange } from '../parameters.ts';
import { operationsOf, type Plan } from '../plan.ts';
import type { ExportSource } from '../target.ts';
import {
  arithmetic,
  atom,
  called,
  comparison,
  conditional,
  infix,
  LEVEL,
  numberText,
  type ScalarWriters,
  type Spelling,
  type Text,
  type Writer,
  within,
  writeTerm,
} from '../text.ts';

/** What the JavaScript targets share: numbers, names, options and the functions of the step. */
export const WIDTH = 100;

/** `(x / y) * z`: Biome and Prettier put what is of one level, but of another operator, in parentheses. */
const product = (symbol: string): Writer => {
  const write = infix(symbol, LEVEL.product);
  return ([x, y], parameters) => {
    const other = x!.level === LEVEL.product && x!.symbol !== symbol;
    return write([other ? { ...x!, level: LEVEL.sum } : x!, y!], parameters);
  };
};

/** `x ** y`, which a sign before x would make ambiguous. */
const power: Writer = ([x, y]) => ({
  text: `${within(x!, LEVEL.atom)} ** ${within(y!, LEVEL.negation)}`,
  level: LEVEL.power,
});

const oneOrZero = ({ text }: Text): Text => ({ text: `${text} ? 1 : 0`, level: LEVEL.condition });

/** A power behind a sign is in parentheses. */
const negated: Writer = ([x]) => ({ text: `-${within(x!, LEVEL.atom)}`, level: LEVEL.negation });

export const elementary = {
  ...arithmetic,
  neg: negated,
  mul: product('*'),
  div: product('/'),
  pow: power,
  exp: called('Math.exp'),
  log: called('Math.log'),
  sqrt: called('Math.sqrt'),
  tanh: called('Math.tanh'),
  cos: called('Math.cos'),
  abs: called('Math.abs'),
  sign: called('Math.sign'),
  clip: (
    [x]: readonly { readonly text: string }[],
    [l]: readonly { readonly text: string; readonly level: number }[],
  ) => atom(`Math.max(-${within(l!, LEVEL.power)}, Math.min(${l!.text}, ${x!.text}))`),
  min: called('Math.min'),
  max: called('Math.max'),
  lt: comparison('<', oneOrZero),
  le: comparison('<=', oneOrZero),
  where: conditional('!== 0'),
};

const scalars: ScalarWriters = {
  ...elementary,
  ld: () => atom('linearDecay(step, totalSteps)'),
  cd: (_, [n]) => atom(`cosineDecay(step, totalSteps, ${n!.text})`),
  rd: (_, [n]) => atom(`restartDecay(step, totalSteps, ${n!.text})`),
};

/** `exp_avg` is `expAvg` in JavaScript. */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

export const number = (value: number) => numberText(value, '');

/** Lines that compute the numbers of a step; `prefix` stands before the names of the rule's constants. */
export function scalarLines({ scalars: all }: Plan, prefix = ''): readonly string[] {
  const spelling: Spelling = {
    number,
    leaf: (term) => {
      if (term.kind === 'parameter') return atom(camelCase(`${prefix}${term.name}`));
      return atom('name' in term ? camelCase(term.name) : term.kind);
    },
  };
  return all.map(
    ({ name, value }) => `const ${camelCase(name)} = ${writeTerm(value, scalars, spelling).text};`,
  );
}

const DECAYS: Readonly<Record<string, readonly string[]>> = {
  ld: [
    '/**',
    ' * Goes from 1 at the first step to 0 at the end, and stays there.',
    ' *',
    ' * @param {number} step',
    ' * @param {number} totalSteps',
    ' */',
    'const linearDecay = (step, totalSteps) => 1 - Math.min(step - 1, totalSteps) / totalSteps;',
  ],
  cd: [
    '/**',
    ' * Follows `cycles` periods of a cosine between 1 and 0.',
    ' *',
    ' * @param {number} step',
    ' * @param {number} totalSteps',
    ' * @param {number} cycles',
    ' */',
    'const cosineDecay = (step, totalSteps, cycles) =>',
    '  0.5 * (1 + Math.cos((2 * Math.PI * cycles * Math.min(step - 1, totalSteps)) / totalSteps));',
  ],
  rd: [
    '/**',
    ' * Falls from 1 to 0 along half a cosine, `cycles` times.',
    ' *',
    ' * @param {number} step',
    ' * @param {number} totalSteps',
    ' * @param {number} cycles',
    ' */',
    'const restartDecay = (step, totalSteps, cycles) => {',
    '  const elapsed = (cycles * Math.min(step - 1, totalSteps)) % totalSteps;',
    '  return 0.5 * (1 + Math.cos((Math.PI * elapsed) / totalSteps));',
    '};',
  ],
};

/** The functions of a module that its scalars call, an empty line behind each. */
export function decayFunctions(...plans: readonly Plan[]): readonly string[] {
  const used = new Set(plans.flatMap((plan) => [...operationsOf(plan)]));
  return Object.entries(DECAYS).flatMap(([name, lines]) => (used.has(name) ? [...lines, ''] : []));
}

/** The function of a normal number, which a module with one has. */
export const NORMAL = [
  '/**',
  ' * A standard normal number, by Box and Muller.',
  ' *',
  ' * @param {() => number} random',
  ' */',
  'const normal = (random) =>',
  '  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());',
];

const INVALID: Readonly<Record<ParameterRange, ((name: string) => string) | undefined>> = {
  unit: (name) => `!(${name} >= 0 && ${name} < 1)`,
  positive: (name) => `!(${name} > 0)`,
  nonnegative: (name) => `!(${name} >= 0)`,
  any: undefined,
};

/** One option of a constructor; without a value, the user must give it. */
export interface NumberOption {
  readonly name: string;
  readonly value: string | undefined;
  readonly description: string;
  readonly range: ParameterRange;
}

export function optionsOf({
  plan: { parameters, uses },
  learningRate,
  totalSteps,
}: Pick<ExportSource, 'learningRate' | 'totalSteps'> & {
  readonly plan: Pick<Plan, 'parameters' | 'uses'>;
}): readonly NumberOption[] {
  const total = {
    value: totalSteps === undefined ? undefined : String(totalSteps),
    description: 'number of steps of the whole training',
    range: 'positive',
  } as const;
  return [
    {
      name: 'learningRate',
      value: number(learningRate).text,
      description: 'learning rate',
      range: 'nonnegative',
    },
    ...(uses.totalSteps ? [{ name: 'totalSteps', ...total }] : []),
    ...parameters.map(({ name, value, ...rest }) => ({
      ...rest,
      name: camelCase(name),
      value: number(value).text,
    })),
  ];
}

/** JSDoc of the options. */
export const parameterLines = (options: readonly NumberOption[]): readonly string[] =>
  options.map(({ name, value, description }) =>
    value === undefined
      ? `* @param {number} options.${name} - ${description}`
      : `* @param {number} [options.${name}] - ${description}; default ${value}`,
  );

/** Checks of the options, in a constructor. */
export function checkLines(options: readonly NumberOption[]): readonly string[] {
  return options.flatMap(({ name, range }) => {
    const invalid = INVALID[range]?.(name);
    if (invalid === undefined) return [];
    const [condition, thrown] = [
      `if (${invalid})`,
      `throw new RangeError(\`invalid ${name}: \${${name}}\`);`,
    ];
    const line = `${condition} ${thrown}`;
    return line.length + 4 <= WIDTH ? [line] : [condition, `  ${thrown}`];
  });
}

/** The options of a pattern, with their default values. */
export const defaults = (options: readonly NumberOption[]): readonly string[] =>
  options.map(({ name, value }) => (value === undefined ? name : `${name} = ${value}`));

/** Biome's and Prettier's lines of a pattern or an object, indented: one if it fits. */
export function braced(
  before: string,
  parts: readonly string[],
  after: string,
  indent: string,
): readonly string[] {
  const line = `${indent}${before}{ ${parts.join(', ')} }${after}`;
  if (line.length <= WIDTH) return [line];
  return [`${indent}${before}{`, ...parts.map((part) => `${indent}  ${part},`), `${indent}}${after}`];
}

/** A declaration as Biome and Prettier break it if it is too long for a line: behind its `=`. */
export function brokenLine(line: string): readonly string[] {
  const [, space = '', head, value] = /^( *)(const (?:\w+|\{.*\}) =) (.*)$/.exec(line) ?? [];
  if (line.length <= WIDTH || head === undefined) return [line];
  return [`${space}${head}`, `${space}  ${value}`];
}
