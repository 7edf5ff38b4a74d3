import { explanation } from '../explanation.ts';
import { operationsOf, type Plan, type RandomDraw } from '../plan.ts';
import { TOLERANCE } from '../recorded.ts';
import type { ExportSource, Target, TestSource } from '../target.ts';
import type { Term } from '../term.ts';
import {
  type ArrayWriters,
  arithmetic,
  atom,
  called,
  comparison,
  conditional,
  indented,
  LEVEL,
  numberText,
  type ScalarWriters,
  type Spelling,
  type Text,
  within,
  wrapped,
  writeTerm,
} from '../text.ts';

export const c: Target = {
  name: 'c',
  title: 'C',
  description: 'one header for C99 and C++, of plain loops over float or double',
  extension: 'h',
  text: (term) => writeTerm(term, arrayWriters('rule'), spelling).text,
  write: writeC,
  writeTest,
};

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

const arrayWriters = (prefix: string): ArrayWriters => ({
  ...elementary,
  sign: helper(prefix, 'sign'),
  clip: helper(prefix, 'clip'),
  min: helper(prefix, 'min'),
  max: helper(prefix, 'max'),
  drop: ([dropped, x]) => ({
    text: `${dropped!.text} ? 0 : ${within(x!, LEVEL.sum)}`,
    level: LEVEL.condition,
  }),
});

const scalarWriters = (prefix: string): ScalarWriters => ({
  ...arrayWriters(prefix),
  ld: () => atom(`${prefix}_linear_decay(step, config->total_steps)`),
  cd: (_, [n]) => atom(`${prefix}_cosine_decay(step, config->total_steps, ${n!.text})`),
  rd: (_, [n]) => atom(`${prefix}_restart_decay(step, config->total_steps, ${n!.text})`),
});

const number = (value: number): Text => numberText(value);

const spelling: Spelling = {
  number,
  leaf: (term) => {
    if (term.kind === 'gradient') return atom('g');
    if (term.kind === 'weight') return atom('w');
    if (term.kind === 'parameter') return atom(`config->${term.name}`);
    if (term.kind === 'state') return atom(`${term.name}`);
    return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : 'config->total_steps');
  },
};

/** A line of a comment, which must not end there. */
const commented = (line: string): string => (line === '' ? ' *' : ` * ${line.replaceAll('*/', '* /')}`);

function writeC(source: ExportSource): string {
  const { plan } = source;
  const prefix = source.className.toLowerCase();
  const macro = prefix.toUpperCase();
  const real = `${prefix}_real`;
  const used = operationsOf(plan);
  const random = plan.draws.length > 0;
  const helpers = Object.entries(HELPERS).flatMap(([name, lines]) =>
    used.has(name)
      ? [...lines.map((line) => line.replaceAll('PREFIX_PI', `${macro}_PI`).replaceAll('PREFIX', prefix)), '']
      : [],
  );
  const normal = plan.draws.some(({ distribution }) => distribution === 'normal');
  return [
    '/*',
    ...[
      ...wrapped(`Made by: ${source.command}`, 76, '    '),
      'SPDX-License-Identifier: MIT',
      '',
      source.title,
      '',
      ...explanation(source, 76),
      '',
      'Example:',
      '',
      `    ${prefix}_config config = ${prefix}_defaults(${plan.uses.totalSteps ? '1000' : ''});`,
      `    ${prefix}_state state;`,
      `    if (${prefix}_init(&state, size) != 0) return 1;`,
      `    ${prefix}_step(&config, &state, weights, gradient);`,
      '    config.lr *= 0.999; // a schedule of the learning rate',
      `    ${prefix}_free(&state);`,
      '',
      `Define ${macro}_REAL as double before the include for arrays of doubles.`,
    ].map(commented),
    ' */',
    `#ifndef ${macro}_H`,
    `#define ${macro}_H`,
    '',
    '#include <math.h>',
    '#include <stddef.h>',
    '#include <stdlib.h>',
    '',
    `#ifndef ${macro}_REAL`,
    `#define ${macro}_REAL float`,
    '#endif',
    ...(used.has('cd') || used.has('rd') || normal ? [`#define ${macro}_PI 3.14159265358979323846`] : []),
    `typedef ${macro}_REAL ${real};`,
    '',
    `typedef struct ${prefix}_config {`,
    '    double lr; /* learning rate */',
    ...(plan.uses.totalSteps ? ['    double total_steps; /* number of steps of the whole training */'] : []),
    ...plan.parameters.map(({ name, description }) => `    double ${name}; /* ${description} */`),
    ...(random ? ['    double (*uniform)(void *source); /* numbers in [0, 1) */', '    void *source;'] : []),
    `} ${prefix}_config;`,
    '',
    `typedef struct ${prefix}_state {`,
    '    size_t size;',
    '    double step;',
    ...plan.states.map((name) => `    ${real} *${name};`),
    `} ${prefix}_state;`,
    '',
    ...(random
      ? [
          `static double ${prefix}_rand(void *source)`,
          '{',
          '    (void)source;',
          '    return rand() / (RAND_MAX + 1.0);',
          '}',
          '',
        ]
      : []),
    `static inline ${prefix}_config ${prefix}_defaults(${plan.uses.totalSteps ? 'double total_steps' : 'void'})`,
    '{',
    `    ${prefix}_config config;`,
    `    config.lr = ${number(source.learningRate).text};`,
    ...(plan.uses.totalSteps ? ['    config.total_steps = total_steps;'] : []),
    ...plan.parameters.map(({ name, value }) => `    config.${name} = ${number(value).text};`),
    ...(random ? [`    config.uniform = ${prefix}_rand;`, '    config.source = NULL;'] : []),
    '    return config;',
    '}',
    '',
    ...helpers,
    ...(normal
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
    `static inline void ${prefix}_free(${prefix}_state *state)`,
    '{',
    ...plan.states.map((name) => `    free(state->${name});`),
    ...plan.states.map((name) => `    state->${name} = NULL;`),
    '    state->size = 0;',
    '}',
    '',
    '/* Returns 0, or 1 if there is no memory. */',
    `static inline int ${prefix}_init(${prefix}_state *state, size_t size)`,
    '{',
    '    state->size = size;',
    '    state->step = 0;',
    ...plan.states.map((name) => `    state->${name} = (${real} *)calloc(size, sizeof(${real}));`),
    ...(plan.states.length > 0
      ? [
          `    if (size > 0 && (${plan.states.map((name) => `!state->${name}`).join(' || ')})) {`,
          `        ${prefix}_free(state);`,
          '        return 1;',
          '    }',
        ]
      : []),
    '    return 0;',
    '}',
    '',
    ...stepLines(plan, prefix, real),
    '',
    '#endif',
    '',
  ].join('\n');
}

function writeTest({ className, module, recorded, totalSteps, command }: TestSource): string {
  const prefix = className.toLowerCase();
  const { learningRate, initial, gradients, expected } = recorded;
  const size = initial.length;
  return [
    '/*',
    ...[
      ...wrapped(`Made by: ${command}`, 76, '    '),
      'SPDX-License-Identifier: MIT',
      '',
      `Replays a recorded training on ${className}, and compares the weights.`,
    ].map(commented),
    ' */',
    `#define ${prefix.toUpperCase()}_REAL double`,
    `#include "${module}.h"`,
    '',
    '#include <stdio.h>',
    '',
    `static double weights[] = {${initial.join(', ')}};`,
    `static const double gradients[][${size}] = {`,
    ...gradients.map((gradient) => `    {${gradient.join(', ')}},`),
    '};',
    `static const double expected[] = {${expected.join(', ')}};`,
    '',
    'int main(void)',
    '{',
    `    ${prefix}_config config = ${prefix}_defaults(${totalSteps ? gradients.length : ''});`,
    `    ${prefix}_state state;`,
    '    int i, failures = 0;',
    `    config.lr = ${number(learningRate).text};`,
    `    if (${prefix}_init(&state, ${size}) != 0) return 1;`,
    `    for (i = 0; i < ${gradients.length}; i++) ${prefix}_step(&config, &state, weights, gradients[i]);`,
    `    for (i = 0; i < ${size}; i++) {`,
    '        double distance = fabs(weights[i] - expected[i]);',
    `        if (!(distance <= ${TOLERANCE.relative} * fabs(expected[i]) + ${TOLERANCE.absolute})) {`,
    '            printf("weight %d: %.9g\\n", i, weights[i]);',
    '            failures++;',
    '        }',
    '    }',
    `    ${prefix}_free(&state);`,
    '    if (failures == 0) printf("steps as recorded\\n");',
    '    return failures != 0;',
    '}',
    '',
  ].join('\n');
}

function stepLines(plan: Plan, prefix: string, real: string): readonly string[] {
  const writers = arrayWriters(prefix);
  const text = (term: Term): string => writeTerm(term, writers, spelling).text;
  const scalars = scalarWriters(prefix);
  const inPlace = plan.body.filter(({ kind }) => kind === 'state').map(({ name }) => name);
  const lines = [
    ...plan.draws.map((draw) => drawLine(draw, prefix, text)),
    ...(plan.uses.gradient ? ['const double g = gradient[i];'] : []),
    ...(plan.uses.weight ? ['const double w = weights[i];'] : []),
    ...plan.states.map(
      (name) => `${inPlace.includes(name) ? '' : 'const '}double ${name} = state->${name}[i];`,
    ),
    ...plan.body.map(({ kind, name, value }) =>
      kind === 'state' ? `${name} = ${text(value)};` : `const double ${name} = ${text(value)};`,
    ),
    `const double u = ${text(plan.update)};`,
    ...inPlace.map((name) => `state->${name}[i] = (${real})${name};`),
    ...plan.stores.map(
      ({ state, value }) =>
        `state->${state}[i] = (${real})${within(writeTerm(value, writers, spelling), LEVEL.atom)};`,
    ),
    `weights[i] = (${real})(weights[i] - config->lr * u);`,
  ];
  return [
    `static inline void ${prefix}_step(const ${prefix}_config *config, ${prefix}_state *state,`,
    `                                  ${real} *weights, const ${real} *gradient)`,
    '{',
    '    const double step = ++state->step;',
    ...plan.scalars.map(
      ({ name, value }) => `    const double ${name} = ${writeTerm(value, scalars, spelling).text};`,
    ),
    '    size_t i;',
    '    (void)step;',
    ...(plan.uses.gradient ? [] : ['    (void)gradient;']),
    '    for (i = 0; i < state->size; i++) {',
    ...indented(lines, '        '),
    '    }',
    '}',
  ];
}

const drawLine = (draw: RandomDraw, prefix: string, text: (term: Term) => string): string =>
  draw.distribution === 'normal'
    ? `const double ${draw.name} = ${prefix}_normal(config);`
    : `const int ${draw.name} = config->uniform(config->source) < ${text(draw.rate)};`;
