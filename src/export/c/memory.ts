import { indented } from '../text.ts';
import {
  allFields,
  branches,
  fieldsOf,
  type HeaderLayout,
  networkStates,
  sharedMatrices,
  tensorLocals,
  workOf,
} from './layout.ts';

/** The types of what is kept between steps. */
export function stateTypeLines(layout: HeaderLayout): readonly string[] {
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

export function freeLines(layout: HeaderLayout): readonly string[] {
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

export function initLines(layout: HeaderLayout): readonly string[] {
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
