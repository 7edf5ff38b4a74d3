import { explanation } from '../explanation.ts';
import { type LoopPass, loopPasses } from '../passes.ts';
import { operationsOf, type Plan } from '../plan.ts';
import { TOLERANCE } from '../recorded.ts';
import type { ExportSource, Target, TestSource } from '../target.ts';
import { namesIn, reads, type Statement, type Term } from '../term.ts';
import { indented, LEVEL, namedMatrices, within, wrapped, writeTerm } from '../text.ts';
import {
  addText,
  arrayWriters,
  commented,
  configLines,
  defaultsLines,
  drawLine,
  drawnText,
  finishLines,
  type HeaderParts,
  helperLines,
  keptDrawLine,
  number,
  scalarWriters,
  spellingOf,
  typeLines,
} from './shared.ts';
import { writeTensors } from './tensors.ts';

const spelling = spellingOf();

export const c: Target = {
  name: 'c',
  title: 'C',
  description: 'one header for C99 and C++, of plain loops over float or double',
  extension: 'h',
  overNetwork: 'as kinds',
  readsOut: true,
  text: (term) => writeTerm(term, { ...arrayWriters('rule'), ...namedMatrices }, spelling).text,
  write: writeC,
  writeKinds: writeTensors,
  writeTest,
};

function writeC(source: ExportSource): string {
  const { plan } = source;
  const prefix = source.className.toLowerCase();
  const macro = prefix.toUpperCase();
  const real = `${prefix}_real`;
  const used = operationsOf(plan);
  const arrays = arraysOf(plan);
  const parts: HeaderParts = {
    ...{ prefix, learningRate: source.learningRate, totalSteps: plan.uses.totalSteps },
    ...{ parameters: plan.parameters, draws: plan.draws },
  };
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
    ...typeLines(parts, used),
    '',
    ...configLines(parts),
    '',
    `typedef struct ${prefix}_state {`,
    '    size_t size;',
    '    double step;',
    ...arrays.map((name) => `    ${real} *${name};`),
    `} ${prefix}_state;`,
    '',
    ...defaultsLines(parts),
    '',
    ...helperLines(parts, used),
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

function writeTest({ className, module, recorded, totalSteps, overNetwork, command }: TestSource): string {
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
    ...(overNetwork
      ? [
          `    ${prefix}_tensor tensor = {weights, NULL, ${size}};`,
          `    if (${prefix}_init(&state, &tensor, 1) != 0) return 1;`,
          `    for (i = 0; i < ${gradients.length}; i++) {`,
          '        tensor.gradient = gradients[i];',
          `        ${prefix}_step(&config, &state, &tensor);`,
          '    }',
        ]
      : [
          `    if (${prefix}_init(&state, ${size}) != 0) return 1;`,
          `    for (i = 0; i < ${gradients.length}; i++) ${prefix}_step(&config, &state, weights, gradients[i]);`,
        ]),
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
        .map((draw) =>
          kept ? keptDrawLine(draw, `state->${draw.name}[i]`) : drawLine(draw, drawnText(draw, prefix, text)),
        ),
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
