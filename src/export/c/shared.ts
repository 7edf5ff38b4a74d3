import type { RuleParameter } from '../parameters.ts';
import type { Plan, RandomDraw } from '../plan.ts';
import { type Apply, reductionOf, type Term } from '../term.ts';
import {
  type ArrayWriters,
  arithmetic,
  atom,
  called,
  comparison,
  conditional,
  LEVEL,
  numberText,
  reductionWriters,
  type ScalarWriters,
  type Spelling,
  type Text,
  within,
} from '../text.ts';

const oneOrZero = ({ text }: Text): Text => ({ text: `${text} ? 1.0 : 0.0`, level: LEVEL.condition });

const elementary = {
  ...arithmetic,
  pow: called('pow'),
  exp: called('exp'),
  log: called('log'),
  sqrt: called('sqrt'),
  tanh: called('tanh'),
  cos: called('cos'),
  abs: called('fabs'),
  lt: comparison('<', oneOrZero),
  le: comparison('<=', oneOrZero),
  where: conditional('!= 0'),
};

/** Helpers that let NaN through, as fmin and fmax do not. */
const HELPERS: Readonly<Record<string, readonly string[]>> = {
  sign: [
    'static inline double PREFIX_sign(double x)',
    '{',
    '    return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x;',
    '}',
  ],
  clip: [
    'static inline double PREFIX_clip(double x, double l)',
    '{',
    '    return x > l ? l : x < -l ? -l : x;',
    '}',
  ],
  min: [
    'static inline double PREFIX_min(double x, double y)',
    '{',
    '    return x != x || x < y ? x : y;',
    '}',
  ],
  max: [
    'static inline double PREFIX_max(double x, double y)',
    '{',
    '    return x != x || x > y ? x : y;',
    '}',
  ],
  ld: [
    '/* Goes from 1 at the first step to 0 at the end, and stays there. */',
    'static inline double PREFIX_linear_decay(double step, double total)',
    '{',
    '    return 1 - fmin(step - 1, total) / total;',
    '}',
  ],
  cd: [
    '/* Follows `cycles` periods of a cosine between 1 and 0. */',
    'static inline double PREFIX_cosine_decay(double step, double total, double cycles)',
    '{',
    '    return 0.5 * (1 + cos(2 * PREFIX_PI * cycles * fmin(step - 1, total) / total));',
    '}',
  ],
  rd: [
    '/* Falls from 1 to 0 along half a cosine, `cycles` times. */',
    'static inline double PREFIX_restart_decay(double step, double total, double cycles)',
    '{',
    '    return 0.5 * (1 + cos(PREFIX_PI * fmod(cycles * fmin(step - 1, total), total) / total));',
    '}',
  ],
};

const helper = (prefix: string, name: string) => called(`${prefix}_${name}`);

export const arrayWriters = (prefix: string): ArrayWriters => ({
  ...elementary,
  sign: helper(prefix, 'sign'),
  clip: helper(prefix, 'clip'),
  min: helper(prefix, 'min'),
  max: helper(prefix, 'max'),
  ...reductionWriters(() => called(''), '(double)state->size'),
  drop: ([dropped, x]) => ({
    text: `${dropped!.text} ? 0 : ${within(x!, LEVEL.sum)}`,
    level: LEVEL.condition,
  }),
});

export const scalarWriters = (prefix: string): ScalarWriters => ({
  ...arrayWriters(prefix),
  ld: () => atom(`${prefix}_linear_decay(step, config->total_steps)`),
  cd: (_, [n]) => atom(`${prefix}_cosine_decay(step, config->total_steps, ${n!.text})`),
  rd: (_, [n]) => atom(`${prefix}_restart_decay(step, config->total_steps, ${n!.text})`),
});

export const number = (value: number): Text => numberText(value);

/** `prefix` stands before the names of the rule's constants. */
export const spellingOf = (prefix = ''): Spelling => ({
  number,
  leaf: (term) => {
    if (term.kind === 'gradient') return atom('g');
    if (term.kind === 'weight') return atom('w');
    if (term.kind === 'parameter') return atom(`config->${prefix}${term.name}`);
    if (term.kind === 'learningRate') return atom('config->lr');
    return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : 'config->total_steps');
  },
});

/** A line of a comment, which must not end there. */
export const commented = (line: string): string =>
  line === '' ? ' *' : ` * ${line.replaceAll('*/', '* /')}`;

/** What a header says that all rules have: its fields, their defaults, and functions of numbers. */
export interface HeaderParts {
  readonly prefix: string;
  readonly learningRate: number;
  readonly totalSteps: boolean;
  readonly parameters: readonly Pick<RuleParameter, 'name' | 'value' | 'description'>[];
  readonly draws: Plan['draws'];
}

/** The type of the configuration. */
export const configLines = ({ prefix, totalSteps, parameters, draws }: HeaderParts): readonly string[] => [
  `typedef struct ${prefix}_config {`,
  '    double lr; /* learning rate */',
  ...(totalSteps ? ['    double total_steps; /* number of steps of the whole training */'] : []),
  ...parameters.map(({ name, description }) => `    double ${name}; /* ${description} */`),
  ...(draws.length > 0
    ? ['    double (*uniform)(void *source); /* numbers in [0, 1) */', '    void *source;']
    : []),
  `} ${prefix}_config;`,
];

/** The function of the default configuration, and one that draws. */
export const defaultsLines = ({
  prefix,
  learningRate,
  totalSteps,
  parameters,
  draws,
}: HeaderParts): readonly string[] => [
  ...(draws.length > 0
    ? [
        `static double ${prefix}_rand(void *source)`,
        '{',
        '    (void)source;',
        '    return rand() / (RAND_MAX + 1.0);',
        '}',
        '',
      ]
    : []),
  `static inline ${prefix}_config ${prefix}_defaults(${totalSteps ? 'double total_steps' : 'void'})`,
  '{',
  `    ${prefix}_config config;`,
  `    config.lr = ${number(learningRate).text};`,
  ...(totalSteps ? ['    config.total_steps = total_steps;'] : []),
  ...parameters.map(({ name, value }) => `    config.${name} = ${number(value).text};`),
  ...(draws.length > 0 ? [`    config.uniform = ${prefix}_rand;`, '    config.source = NULL;'] : []),
  '    return config;',
  '}',
];

const isNormal = (draws: Plan['draws']): boolean =>
  draws.some(({ distribution }) => distribution === 'normal');

/** The includes, the type of the weights, and π if something reads it. */
export const typeLines = ({ prefix, draws }: HeaderParts, used: ReadonlySet<string>): readonly string[] => {
  const macro = prefix.toUpperCase();
  return [
    '#include <math.h>',
    '#include <stddef.h>',
    '#include <stdlib.h>',
    '',
    `#ifndef ${macro}_REAL`,
    `#define ${macro}_REAL float`,
    '#endif',
    ...(used.has('cd') || used.has('rd') || isNormal(draws)
      ? [`#define ${macro}_PI 3.14159265358979323846`]
      : []),
    `typedef ${macro}_REAL ${prefix}_real;`,
  ];
};

/** The functions of numbers that the operations of a rule need, an empty line behind each. */
export function helperLines({ prefix, draws }: HeaderParts, used: ReadonlySet<string>): readonly string[] {
  const macro = prefix.toUpperCase();
  return [
    ...Object.entries(HELPERS).flatMap(([name, lines]) =>
      used.has(name)
        ? [
            ...lines.map((line) => line.replaceAll('PREFIX_PI', `${macro}_PI`).replaceAll('PREFIX', prefix)),
            '',
          ]
        : [],
    ),
    ...(isNormal(draws)
      ? [
          '/* A standard normal number, by Box and Muller. */',
          `static inline double ${prefix}_normal(const ${prefix}_config *config)`,
          '{',
          '    double radius = sqrt(-2 * log(1 - config->uniform(config->source)));',
          `    return radius * cos(2 * ${macro}_PI * config->uniform(config->source));`,
          '}',
          '',
        ]
      : []),
  ];
}

/** Adds a value, which is a name, to what is reduced. */
export function addText(name: string, { operation }: Apply, x: string): string {
  const { term, join } = reductionOf(operation);
  if (join === 'largest')
    return `${name} = ${name} != ${name} || ${name} > fabs(${x}) ? ${name} : fabs(${x});`;
  return `${name} += ${term === 'square' ? `${x} * ${x}` : x};`;
}

export function finishLines(name: string, { operation }: Apply): readonly string[] {
  const { mean, root } = reductionOf(operation);
  const share = mean ? `${name} / (double)state->size` : name;
  if (root) return [`${name} = sqrt(${share});`];
  return mean ? [`${name} = ${share};`] : [];
}

/** A random number, in a pass that draws it. */
export const drawnText = (draw: RandomDraw, prefix: string, text: (term: Term) => string): string =>
  draw.distribution === 'normal'
    ? `${prefix}_normal(config)`
    : `config->uniform(config->source) < ${text(draw.rate)}`;

/** Reads a random number that was kept at a place. */
export const keptDrawLine = ({ name, distribution }: RandomDraw, place: string): string =>
  distribution === 'normal' ? `const double ${name} = ${place};` : `const int ${name} = ${place} != 0;`;

export const drawLine = ({ name, distribution }: RandomDraw, drawn: string): string =>
  `const ${distribution === 'normal' ? 'double' : 'int'} ${name} = ${drawn};`;
