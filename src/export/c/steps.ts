import { prefixOf } from '../kinds.ts';
import { type LoopSyntax, mentions, networkLoads, passLines } from '../tensor-loops.ts';
import { COUNTS, scratchOf } from '../tensor-passes.ts';
import { atom, indented, LEVEL, namedMatrices, type Writer, within, writeTerm } from '../text.ts';
import { allFields, branches, fieldName, type HeaderLayout, tensorLocals } from './layout.ts';
import { arrayWriters, drawLine, drawnText, keptDrawLine, scalarWriters, spellingOf } from './shared.ts';

const counts: Readonly<Record<string, string>> = {
  [COUNTS.network]: 'state->size',
  [COUNTS.tensor]: '(double)size',
  [COUNTS.row]: '(double)columns',
  [COUNTS.column]: '(double)rows',
};

function syntaxOf(layout: HeaderLayout, part: number): LoopSyntax {
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

const scalarLines = ({ source, prefix }: HeaderLayout, part: number): readonly string[] =>
  source.parts[part]!.plan.scalars.map(
    ({ name, value }) =>
      `const double ${name} = ${writeTerm(value, scalarWriters(prefix), spellingOf(prefixOf(source, part))).text};`,
  );

const indexLine = (lines: readonly string[], names: readonly string[]): readonly string[] => {
  const used = names.filter((name) => lines.some((line) => line.includes(`for (${name} = 0`)));
  return used.length === 0 ? [] : [`size_t ${used.join(', ')};`];
};

const functionOf = ({ source, prefix, hasKinds }: HeaderLayout, part: number): string =>
  `${prefix}_step_${hasKinds ? source.parts[part]!.kinds[0] : 'tensor'}`;

/** A function per plan that steps one tensor, and the step. */
export function stepLines(layout: HeaderLayout): readonly string[] {
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
export function networkStepLines(layout: HeaderLayout): readonly string[] {
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

export function readoutLines(layout: HeaderLayout): readonly string[] {
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
