import { explanation } from '../explanation.ts';
import { isOverNetwork, kindsParameters, prefixOf, seesRows } from '../kinds.ts';
import { operationsOf, type Plan } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { type LoopSyntax, mentions, networkLoads, passLines } from '../tensor-loops.ts';
import { COUNTS, scratchOf } from '../tensor-passes.ts';
import { atom, indented, LEVEL, namedMatrices, type Writer, within, wrapped, writeTerm } from '../text.ts';
import {
  arrayWriters,
  commented,
  configLines,
  defaultsLines,
  drawLine,
  drawnText,
  type HeaderParts,
  helperLines,
  keptDrawLine,
  scalarWriters,
  spellingOf,
  typeLines,
} from './shared.ts';

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
  const layout: Layout = {
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

interface Layout {
  readonly source: KindsSource;
  readonly prefix: string;
  readonly macro: string;
  /** Whether all tensors take a pass before any takes the next. */
  readonly atOnce: boolean;
  readonly hasRows: boolean;
  readonly hasKinds: boolean;
  readonly hasMatrices: boolean;
}

function tensorNote({ atOnce, hasRows, hasKinds }: Layout): string {
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

function exampleLines(layout: Layout, totalSteps: boolean): readonly string[] {
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

const tensorTypeLines = ({ prefix, macro, hasRows, hasKinds }: Layout): readonly string[] => [
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

/** What is kept of a tensor: numbers, and arrays of `real` or `double` with how many values they have. */
interface Field {
  readonly name: string;
  readonly type: string;
  /** None for a number. */
  readonly count: string | undefined;
}

function planFields({ prefix, atOnce, hasRows }: Layout, plan: Plan): readonly Field[] {
  const { parts, draws, matrices } = scratchOf(plan, atOnce);
  const real = `${prefix}_real`;
  const size = hasRows ? 'rows * columns' : 'size';
  const countOf = { row: 'rows', column: 'columns', weight: size, tensor: undefined };
  return [
    ...plan.states.flatMap((name) => {
      const extent = plan.extents.get(name)!;
      return extent === 'network' || extent === 'step' ? [] : [{ name, type: real, count: countOf[extent] }];
    }),
    ...parts.flatMap(({ name, extent }) =>
      extent === 'network' ? [] : [{ name, type: 'double', count: countOf[extent] }],
    ),
    ...draws.map((name) => ({ name, type: real, count: size })),
    ...(atOnce ? matrices.map((name) => ({ name, type: real, count: size })) : []),
  ];
}

/** The field of a plan's name: with its kind in front, if an earlier plan has another field of that name. */
function fieldName(layout: Layout, part: number, name: string): string {
  const { parts } = layout.source;
  const [first, own] = [parts.slice(0, part), [parts[part]!]].map((some) =>
    some.flatMap(({ plan }) => planFields(layout, plan)).find((field) => field.name === name),
  );
  const isOther =
    first && own && (first.type !== own.type || (first.count === undefined) !== (own.count === undefined));
  return isOther ? `${parts[part]!.kinds[0]}_${name}` : name;
}

const fieldsOf = (layout: Layout, part: number): readonly Field[] =>
  planFields(layout, layout.source.parts[part]!.plan).map((field) => ({
    ...field,
    name: fieldName(layout, part, field.name),
  }));

/** The fields of all plans, each name once. */
function allFields(layout: Layout): readonly Field[] {
  const fields = layout.source.parts.flatMap((_, part) => fieldsOf(layout, part));
  return fields.filter(({ name }, i) => fields.findIndex((other) => other.name === name) === i);
}

const networkStates = ({ source }: Layout): readonly string[] =>
  source.parts.flatMap(({ plan }) => plan.states.filter((name) => plan.extents.get(name) === 'network'));

/** Matrices that the tensors share, one after the other. */
const sharedMatrices = ({ source, atOnce }: Layout): readonly string[] =>
  atOnce ? [] : [...new Set(source.parts.flatMap(({ plan }) => scratchOf(plan, atOnce).matrices))];

const workOf = (layout: Layout): readonly string[] =>
  layout.hasMatrices ? [...sharedMatrices(layout), 'work'] : [];

function stateTypeLines(layout: Layout): readonly string[] {
  const { prefix, atOnce, hasMatrices } = layout;
  const fields = allFields(layout);
  return [
    ...(fields.length > 0
      ? [
          '/* What is kept of a tensor. */',
          `typedef struct ${prefix}_memory {`,
          ...fields.map(({ name, type, count }) => `    ${type} ${count === undefined ? '' : '*'}${name};`),
          `} ${prefix}_memory;`,
          '',
        ]
      : []),
    `typedef struct ${prefix}_state {`,
    '    size_t count; /* of tensors */',
    ...(atOnce ? ['    double size; /* number of all weights */'] : []),
    '    double step;',
    ...networkStates(layout).map((name) => `    ${prefix}_real ${name};`),
    ...(fields.length > 0 ? [`    ${prefix}_memory *memories;`] : []),
    ...workOf(layout).map((name) => `    ${prefix}_real *${name};`),
    ...(hasMatrices ? ['    double *sums;'] : []),
    `} ${prefix}_state;`,
    '',
  ];
}

function freeLines(layout: Layout): readonly string[] {
  const { prefix, hasMatrices } = layout;
  const fields = allFields(layout);
  const arrays = fields.filter(({ count }) => count !== undefined);
  const shared = [...workOf(layout), ...(hasMatrices ? ['sums'] : [])];
  return [
    `static inline void ${prefix}_free(${prefix}_state *state)`,
    '{',
    ...(arrays.length > 0
      ? [
          '    size_t k;',
          '    for (k = 0; k < state->count; k++) {',
          ...arrays.map(({ name }) => `        free(state->memories[k].${name});`),
          '    }',
        ]
      : []),
    ...(fields.length > 0 ? ['    free(state->memories);', '    state->memories = NULL;'] : []),
    ...shared.flatMap((name) => [`    free(state->${name});`, `    state->${name} = NULL;`]),
    '    state->count = 0;',
    '}',
    '',
  ];
}

function initLines(layout: Layout): readonly string[] {
  const { prefix, atOnce, hasRows, hasMatrices } = layout;
  const fields = allFields(layout);
  const array = (target: string, type: string, count: string): string =>
    `failed |= !(${target} = ${type === 'double' ? `${prefix}_doubles` : `${prefix}_reals`}(${count}));`;
  const allocations = branches(layout, 'tensors[k].kind', (part) =>
    fieldsOf(layout, part).flatMap(({ name, type, count }) =>
      count === undefined ? [] : [array(`memory->${name}`, type, count)],
    ),
  );
  const size = hasRows ? 'rows * columns' : 'size';
  const inner = [
    ...(fields.length > 0 ? [`${prefix}_memory *memory = &state->memories[k];`] : []),
    ...(atOnce ? [`state->size += (double)${hasRows ? '(rows * columns)' : 'size'};`] : []),
    ...fields.map(({ name, count }) => `memory->${name} = ${count === undefined ? '0' : 'NULL'};`),
    ...(fields.length > 0 ? ['state->count = k + 1;'] : []),
    ...allocations,
    ...(hasMatrices
      ? [
          `if (${size} > largest) largest = ${size};`,
          'if (rows > longest) longest = rows;',
          'if (columns > longest) longest = columns;',
        ]
      : []),
  ];
  const isLooped = fields.length > 0 || atOnce || hasMatrices;
  const body = [
    `state->count = ${fields.length > 0 ? '0' : 'count'};`,
    ...(atOnce ? ['state->size = 0;'] : []),
    'state->step = 0;',
    ...networkStates(layout).map((name) => `state->${name} = 0;`),
    ...workOf(layout).map((name) => `state->${name} = NULL;`),
    ...(hasMatrices ? ['state->sums = NULL;'] : []),
    ...(fields.length > 0
      ? [
          `state->memories = (${prefix}_memory *)calloc(count > 0 ? count : 1, sizeof(${prefix}_memory));`,
          'if (!state->memories) return 1;',
        ]
      : []),
    ...(isLooped
      ? [
          `for (k = 0; k < count${allocations.length > 0 ? ' && !failed' : ''}; k++) {`,
          ...indented([...tensorLocals(layout, inner, 'tensors[k].'), ...inner], '    '),
          '}',
        ]
      : []),
    ...sharedMatrices(layout).map((name) => array(`state->${name}`, 'real', 'largest')),
    ...(hasMatrices
      ? [array('state->work', 'real', '4 * largest'), array('state->sums', 'double', 'longest')]
      : []),
  ];
  const fails = allocations.length > 0 || hasMatrices;
  const zeros = (name: string, type: string): readonly string[] =>
    body.some((line) => line.includes(`${prefix}_${name}(`))
      ? [
          `static inline ${type} *${prefix}_${name}(size_t count)`,
          '{',
          `    return (${type} *)calloc(count > 0 ? count : 1, sizeof(${type}));`,
          '}',
          '',
        ]
      : [];
  return [
    ...zeros('reals', `${prefix}_real`),
    ...zeros('doubles', 'double'),
    '/* Returns 0, or 1 if there is no memory. Every step takes tensors of the same shapes, in the same order. */',
    `static inline int ${prefix}_init(${prefix}_state *state, const ${prefix}_tensor *tensors, size_t count)`,
    '{',
    ...(isLooped ? ['    size_t k;'] : []),
    ...(hasMatrices ? ['    size_t largest = 1, longest = 1;'] : []),
    ...(fails ? ['    int failed = 0;'] : []),
    ...indented(body, '    '),
    ...(isLooped ? [] : ['    (void)tensors;']),
    ...(fails ? [`    if (failed) ${prefix}_free(state);`, '    return failed;'] : ['    return 0;']),
    '}',
    '',
  ];
}

/** Statements of each plan, chosen by the kind of a tensor. */
function branches(
  { source, macro, hasKinds }: Layout,
  kind: string,
  lines: (part: number) => readonly string[],
): readonly string[] {
  if (!hasKinds) return lines(0);
  const cases = source.parts.flatMap(({ kinds }, part) => {
    const own = lines(part);
    const labels = kinds.map((one) => `case ${macro}_${one.toUpperCase()}:`);
    return own.length === 0 ? [] : [...labels, ...indented([...own, 'break;'], '    ')];
  });
  return cases.length === 0 ? [] : [`switch (${kind}) {`, ...cases, 'default:', '    break;', '}'];
}

const counts: Readonly<Record<string, string>> = {
  [COUNTS.network]: 'state->size',
  [COUNTS.tensor]: '(double)size',
  [COUNTS.row]: '(double)columns',
  [COUNTS.column]: '(double)rows',
};

function syntaxOf(layout: Layout, part: number): LoopSyntax {
  const { source, prefix, atOnce } = layout;
  const { plan } = source.parts[part]!;
  const real = `${prefix}_real`;
  const spelling = spellingOf(prefixOf(source, part));
  const isKept = scratchOf(plan, atOnce).draws.length > 0;
  const writers: Readonly<Record<string, Writer>> = {
    ...namedMatrices,
    ...arrayWriters(prefix),
    ...Object.fromEntries(Object.entries(counts).map(([name, text]) => [name, () => atom(text)])),
  };
  const write: LoopSyntax['write'] = (term) => writeTerm(term, writers, spelling);
  const constant = (name: string, value: string): string => `const double ${name} = ${value};`;
  return {
    name: (name) => name,
    write,
    constant,
    variable: (name, value) => `double ${name} = ${value};`,
    index: (name, value) => `const size_t ${name} = ${value};`,
    loop: (index, count, lines) => [
      `for (${index} = 0; ${index} < ${count}; ${index}++) {`,
      ...indented(lines, '    '),
      '}',
    ],
    ofTensor: (name) => `memory->${fieldName(layout, part, name)}`,
    ofNetwork: (name) => `state->${name}`,
    ofMatrix: (name) => `${atOnce ? 'memory' : 'state'}->${name}`,
    keep: (place, value) => `${place} = (${real})${within(value, LEVEL.atom)};`,
    sqrt: (x) => `sqrt(${x})`,
    abs: (x) => `fabs(${x})`,
    largest: (place, x) => `${place} = ${place} != ${place} || ${place} > ${x} ? ${place} : ${x};`,
    count: (operation) => counts[operation]!,
    orthogonalize: (matrix) => `${prefix}_orth(${matrix}, rows, columns, state->work, state->sums);`,
    draw: (draw) => ({
      text: drawnText(draw, prefix, (term) => write(term).text),
      level: LEVEL.comparison,
    }),
    readDraw: (draw, place) => (isKept ? keptDrawLine(draw, place) : drawLine(draw, place)),
    inputs: [
      ['g', 'gradient[i]'],
      ['w', 'weights[i]'],
    ],
    descend: (update) => [constant('u', update.text), `weights[i] = (${real})(weights[i] - config->lr * u);`],
  };
}

const scalarLines = ({ source, prefix }: Layout, part: number): readonly string[] =>
  source.parts[part]!.plan.scalars.map(
    ({ name, value }) =>
      `const double ${name} = ${writeTerm(value, scalarWriters(prefix), spellingOf(prefixOf(source, part))).text};`,
  );

/** Counts and arrays of a tensor that lines read, before them. */
const tensorLocals = (
  { prefix, hasRows }: Layout,
  lines: readonly string[],
  tensor: string,
): readonly string[] => {
  const size = hasRows ? `${tensor}rows * ${tensor}columns` : `${tensor}size`;
  return (
    [
      ['rows', 'const size_t', `${tensor}rows`],
      ['columns', 'const size_t', `${tensor}columns`],
      ['size', 'const size_t', size],
      ['weights', `${prefix}_real *const`, `${tensor}weights`],
      ['gradient', `const ${prefix}_real *const`, `${tensor}gradient`],
    ] as const
  ).flatMap(([name, type, value]) => (mentions(lines, name) ? [`${type} ${name} = ${value};`] : []));
};

const indexLine = (lines: readonly string[], names: readonly string[]): readonly string[] => {
  const used = names.filter((name) => lines.some((line) => line.includes(`for (${name} = 0`)));
  return used.length === 0 ? [] : [`size_t ${used.join(', ')};`];
};

const functionOf = ({ source, prefix, hasKinds }: Layout, part: number): string =>
  `${prefix}_step_${hasKinds ? source.parts[part]!.kinds[0] : 'tensor'}`;

/** A function per plan that steps one tensor, and the step. */
function stepLines(layout: Layout): readonly string[] {
  const { source, prefix, hasKinds } = layout;
  const hasMemory = allFields(layout).length > 0;
  const ofParts = source.parts.flatMap(({ kinds, plan }, part) => {
    const lines = passLines(plan, syntaxOf(layout, part), false).flatMap(({ tensor }) => tensor);
    const scalars = scalarLines(layout, part);
    return [
      ...(hasKinds ? [`/* The step of one of the ${kinds.join(' or ')}. */`] : []),
      `static inline void ${functionOf(layout, part)}(const ${prefix}_config *config, ${prefix}_state *state,`,
      `${' '.repeat(`static inline void ${functionOf(layout, part)}(`.length)}const ${prefix}_tensor *tensor${hasMemory ? `, ${prefix}_memory *memory` : ''})`,
      '{',
      ...indented(
        [
          ...(mentions(scalars, 'step') ? ['const double step = state->step;'] : []),
          ...scalars,
          ...tensorLocals(layout, lines, 'tensor->'),
          ...indexLine(lines, ['r', 'c', 'i']),
          ...unusedLines([...scalars, ...lines], hasMemory),
          ...lines,
        ],
        '    ',
      ),
      '}',
      '',
    ];
  });
  const call = (part: number): string =>
    `${functionOf(layout, part)}(config, state, &tensors[k]${hasMemory ? ', &state->memories[k]' : ''});`;
  return [
    ...ofParts,
    ...stepHead(prefix),
    '{',
    '    size_t k;',
    '    state->step++;',
    '    for (k = 0; k < state->count; k++) {',
    ...indented(
      branches(layout, 'tensors[k].kind', (part) => [call(part)]),
      '        ',
    ),
    '    }',
    '}',
    '',
  ];
}

/** What a function takes and a rule does not read. */
const unusedLines = (lines: readonly string[], hasMemory: boolean): readonly string[] =>
  ['state', ...(hasMemory ? ['memory'] : [])].flatMap((name) =>
    lines.some((line) => line.includes(`${name}->`)) ? [] : [`(void)${name};`],
  );

const stepHead = (prefix: string): readonly string[] => [
  '/* Takes one step: changes the weights of every tensor in place. */',
  `static inline void ${prefix}_step(const ${prefix}_config *config, ${prefix}_state *state,`,
  `                        ${' '.repeat(prefix.length + 2)}const ${prefix}_tensor *tensors)`,
];

/** Every pass goes over all tensors before the next. */
function networkStepLines(layout: Layout): readonly string[] {
  const { prefix, source } = layout;
  const hasMemory = allFields(layout).length > 0;
  const { plan } = source.parts[0]!;
  const syntax = syntaxOf(layout, 0);
  const passes = passLines(plan, syntax, true);
  const inner = passes.flatMap(({ start, tensor, end }) => [
    ...start,
    ...(tensor.length > 0
      ? [
          'for (k = 0; k < state->count; k++) {',
          ...indented(
            [
              ...tensorLocals(layout, tensor, 'tensors[k].'),
              ...(hasMemory && tensor.some((line) => line.includes('memory->'))
                ? [`${prefix}_memory *const memory = &state->memories[k];`]
                : []),
              ...indexLine(tensor, ['r', 'c', 'i']),
              ...tensor,
            ],
            '    ',
          ),
          '}',
        ]
      : []),
    ...end,
  ]);
  const scalars = scalarLines(layout, 0);
  return [
    ...stepHead(prefix),
    '{',
    ...indented(
      [
        'size_t k;',
        ...(mentions(scalars, 'step') ? ['const double step = ++state->step;'] : ['state->step++;']),
        ...scalars,
        ...networkLoads(plan, syntax, inner),
        ...inner,
      ],
      '    ',
    ),
    '}',
    '',
  ];
}

function readoutLines(layout: Layout): readonly string[] {
  const { prefix, source } = layout;
  if (source.parts[0]!.plan.readout === undefined) return [];
  const names = source.parts.map(({ plan }, part) => fieldName(layout, part, plan.readout!));
  const chosen = (name: string): string =>
    `return state->step > 0 ? state->memories[k].${name} : tensors[k].weights;`;
  return [
    '/* The weights of tensor k to validate with, and to keep at the end. */',
    `static inline const ${prefix}_real *${prefix}_readout(const ${prefix}_state *state,`,
    `                                   ${' '.repeat(2 * prefix.length)}const ${prefix}_tensor *tensors, size_t k)`,
    '{',
    ...indented(
      names.every((name) => name === names[0])
        ? [chosen(names[0]!)]
        : [
            ...branches(layout, 'tensors[k].kind', (part) => [chosen(names[part]!)]),
            'return tensors[k].weights;',
          ],
      '    ',
    ),
    '}',
    '',
  ];
}

/** Newton and Schulz's steps. */
const orthLines = (prefix: string): readonly string[] =>
  [
    '/* sums = a * b, where a has `inner` entries and b is [inner, columns]. */',
    'static inline void PREFIX_row(double *sums, const PREFIX_real *a, const PREFIX_real *b,',
    '        size_t inner, size_t columns)',
    '{',
    '    size_t k, c;',
    '    for (c = 0; c < columns; c++) sums[c] = 0;',
    '    for (k = 0; k < inner; k++) {',
    '        const double x = a[k];',
    '        for (c = 0; c < columns; c++) sums[c] += x * b[k * columns + c];',
    '    }',
    '}',
    '',
    '/* Brings the singular values of x, [rows, columns], near 1, by five steps of Newton and Schulz.',
    ' * `work` has room for four times x, `sums` for its longer side. */',
    'static inline void PREFIX_orth(PREFIX_real *x, size_t rows, size_t columns, PREFIX_real *work, double *sums)',
    '{',
    '    const size_t size = rows * columns;',
    '    const size_t n = rows > columns ? columns : rows, m = rows > columns ? rows : columns;',
    '    PREFIX_real *wide = work, *other = work + size; /* [n, m], and its transpose or successor */',
    '    PREFIX_real *gram = other + size, *polynomial = gram + n * n;',
    '    size_t i, r, c;',
    '    int step;',
    '    double scale = 0;',
    '    for (i = 0; i < size; i++) scale += (double)x[i] * x[i];',
    '    scale = (PREFIX_real)((PREFIX_real)sqrt(scale) + (PREFIX_real)1e-7);',
    '    for (r = 0; r < rows; r++)',
    '        for (c = 0; c < columns; c++)',
    '            wide[rows > columns ? c * rows + r : r * columns + c] = (PREFIX_real)(x[r * columns + c] / scale);',
    '    for (step = 0; step < 5; step++) {',
    '        PREFIX_real *last = wide;',
    '        for (r = 0; r < n; r++)',
    '            for (c = 0; c < m; c++) other[c * n + r] = wide[r * m + c];',
    '        for (r = 0; r < n; r++) {',
    '            PREFIX_row(sums, wide + r * m, other, m, n);',
    '            for (c = 0; c < n; c++) gram[r * n + c] = (PREFIX_real)sums[c];',
    '        }',
    '        for (r = 0; r < n; r++) {',
    '            PREFIX_row(sums, gram + r * n, gram, n, n);',
    '            for (c = 0; c < n; c++)',
    '                polynomial[r * n + c] = (PREFIX_real)(-4.775 * gram[r * n + c] + 2.0315 * sums[c]);',
    '        }',
    '        for (r = 0; r < n; r++) {',
    '            PREFIX_row(sums, polynomial + r * n, wide, n, m);',
    '            for (c = 0; c < m; c++)',
    '                other[r * m + c] = (PREFIX_real)(3.4445 * wide[r * m + c] + sums[c]);',
    '        }',
    '        wide = other;',
    '        other = last;',
    '    }',
    '    for (r = 0; r < rows; r++)',
    '        for (c = 0; c < columns; c++)',
    '            x[r * columns + c] = wide[rows > columns ? c * rows + r : r * columns + c];',
    '}',
    '',
  ].map((line) => line.replaceAll('PREFIX', prefix));
