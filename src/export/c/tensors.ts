import { explanation } from '../explanation.ts';
import { isOverNetwork, kindsParameters, seesRows } from '../kinds.ts';
import { operationsOf } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { indented, wrapped } from '../text.ts';
import type { HeaderLayout } from './layout.ts';
import { freeLines, initLines, stateTypeLines } from './memory.ts';
import { orthLines } from './orthogonal.ts';
import { commented, configLines, defaultsLines, type HeaderParts, helperLines, typeLines } from './shared.ts';
import { networkStepLines, readoutLines, stepLines } from './steps.ts';

/** A header for rules that tell kinds, rows or columns of tensors apart, or read all tensors: a step takes a list of them. */
export function writeTensors(source: KindsSource): string {
  const { parts } = source;
  const plans = parts.map(({ plan }) => plan);
  const prefix = source.className.toLowerCase();
  const macro = prefix.toUpperCase();
  const used = new Set(plans.flatMap((plan) => [...operationsOf(plan)]));
  const header: HeaderParts = {
    ...{ prefix, learningRate: source.learningRate },
    totalSteps: plans.some(({ uses }) => uses.totalSteps),
    parameters: kindsParameters(source),
    draws: plans.flatMap(({ draws }) => draws),
  };
  const layout: HeaderLayout = {
    ...{ source, prefix, macro, atOnce: plans.some(isOverNetwork) },
    hasRows: plans.some(seesRows),
    hasKinds: parts.length > 1,
    hasMatrices: used.has('orth'),
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
      ...wrapped(tensorNote(layout), 76).flatMap((line, i) => (i === 0 ? ['', line] : [line])),
      '',
      'Example:',
      '',
      ...indented(exampleLines(layout, header.totalSteps), '    '),
      '',
      `Define ${macro}_REAL as double before the include for arrays of doubles.`,
    ].map(commented),
    ' */',
    `#ifndef ${macro}_H`,
    `#define ${macro}_H`,
    '',
    ...typeLines(header, used),
    '',
    ...configLines(header),
    '',
    ...tensorTypeLines(layout),
    ...stateTypeLines(layout),
    ...defaultsLines(header),
    '',
    ...helperLines(header, used),
    ...(layout.hasMatrices ? orthLines(prefix) : []),
    ...freeLines(layout),
    ...initLines(layout),
    ...(layout.atOnce ? networkStepLines(layout) : stepLines(layout)),
    ...readoutLines(layout),
    '#endif',
    '',
  ].join('\n');
}

function tensorNote({ atOnce, hasRows, hasKinds }: HeaderLayout): string {
  return [
    atOnce
      ? 'A step takes all tensors of the network, as the rule reads them all.'
      : 'A step takes a list of tensors.',
    ...(hasRows
      ? ['The rows of a tensor are its first axis, its columns all others; a vector is one column.']
      : []),
    ...(hasKinds ? ['Each has the rule of its kind.'] : []),
  ].join(' ');
}

function exampleLines(layout: HeaderLayout, totalSteps: boolean): readonly string[] {
  const { prefix, macro, hasRows, hasKinds } = layout;
  const tensor = (name: string, rows: number, columns: number, kind: string): string =>
    `    {${[
      name,
      `${name}_gradient`,
      ...(hasRows ? [rows, columns] : [rows * columns]),
      ...(hasKinds ? [`${macro}_${kind}`] : []),
    ].join(', ')}},`;
  return [
    `${prefix}_tensor tensors[] = {`,
    tensor('kernel', 128, 784, 'MATRICES'),
    tensor('bias', 128, 1, 'VECTORS'),
    '};',
    `${prefix}_config config = ${prefix}_defaults(${totalSteps ? '1000' : ''});`,
    `${prefix}_state state;`,
    `if (${prefix}_init(&state, tensors, 2) != 0) return 1;`,
    `${prefix}_step(&config, &state, tensors);`,
    'config.lr *= 0.999; // a schedule of the learning rate',
    `${prefix}_free(&state);`,
  ];
}

const tensorTypeLines = ({ prefix, macro, hasRows, hasKinds }: HeaderLayout): readonly string[] => [
  ...(hasKinds
    ? [
        `typedef enum ${prefix}_kind {`,
        `    ${macro}_MATRICES, /* two or more axes */`,
        `    ${macro}_VECTORS, /* one axis, or none */`,
        `    ${macro}_EMBEDDINGS /* a row per word */`,
        `} ${prefix}_kind;`,
        '',
      ]
    : []),
  '/* Weights, row after row, which the caller keeps, and their gradient. */',
  `typedef struct ${prefix}_tensor {`,
  `    ${prefix}_real *weights;`,
  `    const ${prefix}_real *gradient;`,
  ...(hasRows
    ? ['    size_t rows; /* the first axis */', '    size_t columns; /* all other axes */']
    : ['    size_t size;']),
  ...(hasKinds ? [`    ${prefix}_kind kind;`] : []),
  `} ${prefix}_tensor;`,
  '',
];
