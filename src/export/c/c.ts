import { explanation } from '../explanation.ts';
import { type LoopPass, loopPasses } from '../passes.ts';
import { operationsOf, type Plan, type RandomDraw } from '../plan.ts';
import { TOLERANCE } from '../recorded.ts';
import type { ExportSource, Target, TestSource } from '../target.ts';
import { type Apply, namesIn, reads, reductionOf, type Statement, type Term } from '../term.ts';
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
  reductionWriters,
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
  readsOut: true,
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
  ...reductionWriters(() => called(''), '(double)state->size'),
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
    if (term.kind === 'learningRate') return atom('config->lr');
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
  const arrays = arraysOf(plan);
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
    ...arrays.map((name) => `    ${real} *${name};`),
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
    ...arrays.map((name) => `    free(state->${name});`),
    ...arrays.map((name) => `    state->${name} = NULL;`),
    '    state->size = 0;',
    '}',
    '',
    '/* Returns 0, or 1 if there is no memory. */',
    `static inline int ${prefix}_init(${prefix}_state *state, size_t size)`,
    '{',
    '    state->size = size;',
    '    state->step = 0;',
    ...arrays.map(
      (name) =>
        `    state->${name} = (${real} *)calloc(${plan.perTensor.has(name) ? '1' : 'size'}, sizeof(${real}));`,
    ),
    ...(arrays.length > 0
      ? [
          `    if (size > 0 && (${arrays.map((name) => `!state->${name}`).join(' || ')})) {`,
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
    ...(plan.readout === undefined
      ? []
      : [
          '/* The weights to validate with, and to keep at the end. */',
          `static inline const ${real} *${prefix}_readout(const ${prefix}_state *state, const ${real} *weights)`,
          '{',
          `    return state->step > 0 ? state->${plan.readout} : weights;`,
          '}',
          '',
        ]),
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
  const cast = (term: Term): string => `(${real})${within(writeTerm(term, writers, spelling), LEVEL.atom)}`;
  const scalars = scalarWriters(prefix);
  const { perTensor, draws } = plan;
  const passes = loopPasses(plan);
  const kept = passes.length > 1;
  const isInPlace = (state: string): boolean =>
    plan.body.some(({ kind, name }) => kind === 'state' && name === state);
  const assigned = ({ kind, name, value }: Statement): string =>
    kind === 'state' ? `${name} = ${text(value)};` : `const double ${name} = ${text(value)};`;
  const loop = (lines: readonly string[]): readonly string[] => [
    'for (i = 0; i < state->size; i++) {',
    ...indented(lines, '    '),
    '}',
  ];
  const pass = ({ before, body, reductions }: LoopPass, p: number): readonly string[] => {
    const isLast = p === passes.length - 1;
    const stores = isLast ? plan.stores.filter(({ state }) => !perTensor.has(state)) : [];
    const terms = [
      ...[...body, ...reductions, ...stores].map(({ value }) => value),
      ...(isLast ? [plan.update] : []),
    ];
    const written = body.flatMap(({ kind, name }) => (kind === 'state' ? [name] : []));
    const isRead = (name: string): boolean =>
      (!kept && name !== plan.readout) ||
      written.includes(name) ||
      terms.some((term) => namesIn(term).includes(name));
    const locals = [
      ...draws
        .filter(({ name }) => isRead(name))
        .map((draw) => (kept ? keptDrawLine(draw) : drawLine(draw, prefix, text))),
      ...(plan.uses.gradient && (!kept || terms.some((term) => reads(term, 'gradient')))
        ? ['const double g = gradient[i];']
        : []),
      ...(plan.uses.weight && (!kept || terms.some((term) => reads(term, 'weight')))
        ? ['const double w = weights[i];']
        : []),
      ...plan.states
        .filter((name) => !perTensor.has(name) && isRead(name))
        .map((name) => `${written.includes(name) ? '' : 'const '}double ${name} = state->${name}[i];`),
    ];
    return [
      ...before.map(assigned),
      ...reductions.map(({ name }) => `double ${name} = 0;`),
      ...loop([
        ...locals,
        ...body.map(assigned),
        ...reductions.map(({ name, value }) => addText(name, value, text(value.args[0]!))),
        ...(isLast ? [`const double u = ${text(plan.update)};`] : []),
        ...written.map((name) => `state->${name}[i] = (${real})${name};`),
        ...stores.map(({ state, value }) => `state->${state}[i] = ${cast(value)};`),
        ...(isLast ? [`weights[i] = (${real})(weights[i] - config->lr * u);`] : []),
      ]),
      ...reductions.flatMap(({ name, value }) => finishLines(name, value)),
    ];
  };
  const ofTensor = plan.states.filter((name) => perTensor.has(name));
  return [
    `static inline void ${prefix}_step(const ${prefix}_config *config, ${prefix}_state *state,`,
    `                                  ${real} *weights, const ${real} *gradient)`,
    '{',
    '    const double step = ++state->step;',
    ...plan.scalars.map(
      ({ name, value }) => `    const double ${name} = ${writeTerm(value, scalars, spelling).text};`,
    ),
    ...ofTensor.map((name) => `    ${isInPlace(name) ? '' : 'const '}double ${name} = state->${name}[0];`),
    '    size_t i;',
    '    (void)step;',
    ...(plan.uses.gradient ? [] : ['    (void)gradient;']),
    ...indented(
      [
        ...(kept && draws.length > 0
          ? loop(draws.map((draw) => `state->${draw.name}[i] = (${real})(${drawnText(draw, prefix, text)});`))
          : []),
        ...passes.flatMap(pass),
        ...ofTensor.filter(isInPlace).map((name) => `state->${name}[0] = (${real})${name};`),
        ...plan.stores
          .filter(({ state }) => perTensor.has(state))
          .map(({ state, value }) => `state->${state}[0] = ${cast(value)};`),
      ],
      '    ',
    ),
    '}',
  ];
}

/** The arrays of a plan's state: of its states, and of the random numbers that several loops read. */
const arraysOf = (plan: Plan): readonly string[] => [
  ...plan.states,
  ...(loopPasses(plan).length > 1 ? plan.draws.map(({ name }) => name) : []),
];

/** Adds a value, which is a name, to what is reduced. */
function addText(name: string, { operation }: Apply, x: string): string {
  const { term, join } = reductionOf(operation);
  if (join === 'largest')
    return `${name} = ${name} != ${name} || ${name} > fabs(${x}) ? ${name} : fabs(${x});`;
  return `${name} += ${term === 'square' ? `${x} * ${x}` : x};`;
}

function finishLines(name: string, { operation }: Apply): readonly string[] {
  const { mean, root } = reductionOf(operation);
  const share = mean ? `${name} / (double)state->size` : name;
  if (root) return [`${name} = sqrt(${share});`];
  return mean ? [`${name} = ${share};`] : [];
}

const drawnText = (draw: RandomDraw, prefix: string, text: (term: Term) => string): string =>
  draw.distribution === 'normal'
    ? `${prefix}_normal(config)`
    : `config->uniform(config->source) < ${text(draw.rate)}`;

const keptDrawLine = ({ name, distribution }: RandomDraw): string =>
  distribution === 'normal'
    ? `const double ${name} = state->${name}[i];`
    : `const int ${name} = state->${name}[i] != 0;`;

const drawLine = (draw: RandomDraw, prefix: string, text: (term: Term) => string): string =>
  `const ${draw.distribution === 'normal' ? 'double' : 'int'} ${draw.name} = ${drawnText(draw, prefix, text)};`;
