import { KINDS } from '../../rules/index.ts';
import { explanation } from '../explanation.ts';
import { isOverNetwork, kindsParameters, prefixOf, seesRows } from '../kinds.ts';
import { operationsOf, type Plan } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { type LoopSyntax, mentions, networkLoads, passLines } from '../tensor-loops.ts';
import { COUNTS, scratchOf } from '../tensor-passes.ts';
import {
  type ArrayWriters,
  atom,
  indented,
  LEVEL,
  madeBy,
  namedMatrices,
  type Spelling,
  type Writer,
  within,
  wrapped,
  writeTerm,
} from '../text.ts';
import { ORTHOGONALIZE } from './orthogonal.ts';
import {
  braced,
  brokenLine,
  camelCase,
  checkLines,
  decayFunctions,
  defaults,
  NORMAL,
  number,
  optionsOf,
  parameterLines,
  scalarLines,
  WIDTH,
} from './shared.ts';

/** A module for rules that tell kinds, rows or columns of tensors apart, or read all tensors. */
export function writeTensors(source: KindsSource, arrays: ArrayWriters): string {
  const { parts, className } = source;
  const plans = parts.map(({ plan }) => plan);
  const totalSteps = plans.some(({ uses }) => uses.totalSteps);
  const options = optionsOf({
    ...source,
    plan: { parameters: kindsParameters(source), uses: { ...plans[0]!.uses, totalSteps } },
  });
  const draws = plans.flatMap((plan) => plan.draws);
  const layout: HeaderLayout = {
    ...{ source, arrays, atOnce: plans.some(isOverNetwork) },
    hasRows: plans.some(seesRows),
    hasKinds: parts.length > 1,
    isShaped: parts.length > 1 || plans.some(seesRows),
    names: [...options.map(({ name }) => name), ...(draws.length > 0 ? ['random'] : [])],
  };
  const { isShaped } = layout;
  const hasMatrices = plans.some((plan) => operationsOf(plan).has('orth'));
  const required = isShaped || (totalSteps && source.totalSteps === undefined);
  const networkStates = plans.flatMap(({ states, extents }) =>
    states.filter((name) => extents.get(name) === 'network'),
  );
  return [
    ...madeBy('//', source.command, WIDTH),
    '// SPDX-License-Identifier: MIT',
    '',
    ...decayFunctions(...plans),
    ...(draws.some(({ distribution }) => distribution === 'normal') ? [...NORMAL, ''] : []),
    ...(hasMatrices ? ORTHOGONALIZE : []),
    ...typeLines(layout),
    '/**',
    ...[
      source.title,
      '',
      ...explanation(source, WIDTH - 3),
      '',
      ...wrapped(tensorNote(layout), WIDTH - 3),
      '',
      '@example',
      ...exampleLines(layout, totalSteps && source.totalSteps === undefined),
    ].map((line) => (line === '' ? ' *' : ` * ${line}`)),
    ' */',
    `export class ${className} {`,
    ...(plans.some(({ uses }) => uses.step) ? ['  #step = 0;'] : []),
    ...networkStates.map((name) => `  #${camelCase(name)} = 0;`),
    '  /** @type {Record<string, Values>[]} */',
    '  #states = [];',
    '',
    '  /**',
    `   * @param {object} ${required ? 'options' : '[options]'}`,
    ...(isShaped
      ? ['   * @param {Described[]} options.tensors - what each array of `params` is, in their order']
      : []),
    ...indented(parameterLines(options), '   '),
    ...(draws.length > 0
      ? ['   * @param {() => number} [options.random] - uniform numbers in [0, 1); default Math.random']
      : []),
    '   */',
    ...braced(
      'constructor(',
      [
        ...(isShaped ? ['tensors'] : []),
        ...defaults(options),
        ...(draws.length > 0 ? ['random = Math.random'] : []),
      ],
      required ? ') {' : ' = {}) {',
      '  ',
    ),
    ...indented(checkLines(options), '    '),
    ...(isShaped ? ['    this.tensors = tensors;'] : []),
    ...layout.names.map((name) => `    this.${name} = ${name};`),
    '  }',
    '',
    '  /**',
    `   * Takes one step: changes every array of \`params\` in place.${layout.atOnce ? ' They are all of the network.' : ''}`,
    '   *',
    '   * @param {Values[]} params',
    '   * @param {Values[]} gradients',
    '   */',
    '  step(params, gradients) {',
    ...indented(layout.atOnce ? networkStepLines(layout) : stepLines(layout), '    '),
    '  }',
    ...(layout.atOnce ? [] : partMethods(layout)),
    '',
    ...indented(tensorsMethod(layout), '  '),
    ...readoutMethod(layout),
    '}',
    '',
  ]
    .flatMap(brokenLine)
    .join('\n');
}

interface HeaderLayout {
  readonly source: KindsSource;
  readonly arrays: ArrayWriters;
  /** Whether all tensors take a pass before any takes the next. */
  readonly atOnce: boolean;
  readonly hasRows: boolean;
  readonly hasKinds: boolean;
  /** Whether the shapes of the tensors must be given. */
  readonly isShaped: boolean;
  /** The fields of an optimizer that a step reads. */
  readonly names: readonly string[];
}

function typeLines({ hasKinds, isShaped, hasRows }: HeaderLayout): readonly string[] {
  return [
    '/** @typedef {Float32Array | Float64Array} Values */',
    ...(isShaped
      ? [
          '/**',
          ' * What the user says of a tensor.',
          ' *',
          ' * @typedef {object} Described',
          ' * @property {number[]} shape',
          ...(hasKinds
            ? [
                ` * @property {${KINDS.map((kind) => `'${kind}'`).join(' | ')}} [kind] - matrices if it has two or more axes,`,
                ' *   else vectors, unless given',
              ]
            : []),
          ' */',
        ]
      : []),
    '/**',
    ` * A tensor at a step${hasRows ? ', as a matrix: its first axis, and all others' : ''}; \`state\` is what is kept of it.`,
    ' *',
    ' * @typedef {object} Tensor',
    ' * @property {Values} weights',
    ' * @property {Values} gradient',
    ' * @property {Record<string, Values>} state',
    ...(hasRows ? [' * @property {number} rows', ' * @property {number} columns'] : []),
    ...(hasKinds ? [' * @property {string} kind'] : []),
    ' */',
    '',
  ];
}

const tensorNote = ({ atOnce, hasRows, hasKinds }: HeaderLayout): string =>
  [
    ...(atOnce ? ['A step takes all tensors of the network, as the rule reads them all.'] : []),
    ...(hasRows
      ? ['The rows of a tensor are its first axis, its columns all others; a vector is one column.']
      : []),
    ...(hasKinds ? ['Each tensor has the rule of its kind.'] : []),
  ].join(' ');

function exampleLines(
  { source: { className }, isShaped, hasKinds }: HeaderLayout,
  asksTotal: boolean,
): readonly string[] {
  const total = asksTotal ? ['totalSteps: 1000'] : [];
  const embeddings = hasKinds ? [", { shape: [5000, 64], kind: 'embeddings' }"] : [];
  const arrays = hasKinds ? ['kernel', 'bias', 'table'] : ['kernel', 'bias'];
  return [
    ...(isShaped
      ? [
          `const tensors = [{ shape: [128, 784] }, { shape: [128] }${embeddings.join('')}];`,
          `const optimizer = new ${className}({ ${['tensors', ...total].join(', ')} });`,
        ]
      : [`const optimizer = new ${className}(${total.length > 0 ? `{ ${total.join(', ')} }` : ''});`]),
    `optimizer.step([${arrays.join(', ')}], [${arrays.map((name) => `${name}Gradient`).join(', ')}]);`,
    'optimizer.learningRate *= 0.999; // a schedule of the learning rate',
  ];
}

/** The names of `names` that lines mention, as a pattern that reads them from an object. */
function patternLine(names: readonly string[], from: string, lines: readonly string[]): readonly string[] {
  const used = names.filter((name) => mentions(lines, name));
  if (used.length === 0) return [];
  const line = `const { ${used.join(', ')} } = ${from};`;
  // Before what stands behind `=` there may be a break, and methods are indented by 4.
  return line.length + 4 - ` ${from};`.length <= WIDTH ? [line] : braced('const ', used, ` = ${from};`, '');
}

const TENSOR = ['weights', 'gradient', 'state', 'rows', 'columns'];

/** The fields of a tensor that lines read. */
const tensorPattern = (lines: readonly string[]): string =>
  `{ ${TENSOR.filter((name) => mentions(lines, name)).join(', ')} }`;

const methodOf = ({ source, hasKinds }: HeaderLayout, part: number): string => {
  const [kind] = source.parts[part]!.kinds as readonly [string, ...string[]];
  return hasKinds ? `#step${kind[0]!.toUpperCase()}${kind.slice(1)}` : '#stepTensor';
};

const usesStep = ({ source }: HeaderLayout): boolean => source.parts.some(({ plan }) => plan.uses.step);

function stepLines(layout: HeaderLayout): readonly string[] {
  const { source, hasKinds } = layout;
  const count = usesStep(layout) ? ['this.#step++;'] : [];
  const all = 'this.#tensorsOf(params, gradients)';
  if (!hasKinds) return [...count, `for (const tensor of ${all}) this.#stepTensor(tensor);`];
  const others = source.parts.slice(1);
  return [
    ...count,
    `for (const tensor of ${all}) {`,
    ...indented(
      [
        ...others.map(({ kinds }, i) => {
          const condition = kinds.map((kind) => `tensor.kind === '${kind}'`).join(' || ');
          return `${i > 0 ? 'else ' : ''}if (${condition}) this.${methodOf(layout, i + 1)}(tensor);`;
        }),
        `else this.${methodOf(layout, 0)}(tensor);`,
      ],
      '  ',
    ),
    '}',
  ];
}

const partMethods = (layout: HeaderLayout): readonly string[] =>
  layout.source.parts.flatMap(({ plan, kinds }, part) => {
    const syntax = syntaxOf(layout, part);
    const passes = passLines(plan, syntax, false).flatMap(({ tensor }) => tensor);
    const scalars = scalarLines(plan, prefixOf(layout.source, part));
    const inner = [
      ...(mentions(scalars, 'step') ? ['const step = this.#step;'] : []),
      ...scalars,
      ...storageLines(layout, plan),
      ...passes,
    ];
    return [
      '',
      ...indented(
        [
          '/**',
          ...(layout.hasKinds ? [` * The step of one of the ${kinds.join(' or ')}.`, ' *'] : []),
          ' * @param {Tensor} tensor',
          ' */',
          `${methodOf(layout, part)}(${tensorPattern(inner)}) {`,
          ...indented([...patternLine(layout.names, 'this', inner), ...inner], '  '),
          '}',
        ],
        '  ',
      ),
    ];
  });

/** Every pass goes over all tensors before the next. */
function networkStepLines(layout: HeaderLayout): readonly string[] {
  const { plan } = layout.source.parts[0]!;
  const syntax = syntaxOf(layout, 0);
  const inner = passLines(plan, syntax, true).flatMap(({ start, tensor, end }, p) => {
    const lines = [...(p === 0 ? storageLines(layout, plan) : []), ...tensor];
    return [
      ...start,
      ...(lines.length > 0
        ? [`for (const ${tensorPattern(lines)} of tensors) {`, ...indented(lines, '  '), '}']
        : []),
      ...end,
    ];
  });
  const scalars = scalarLines(plan);
  const lines = [...scalars, ...networkLoads(plan, syntax, inner), ...inner];
  return [
    ...patternLine(layout.names, 'this', lines),
    ...(plan.uses.step ? [mentions(scalars, 'step') ? 'const step = ++this.#step;' : 'this.#step++;'] : []),
    'const tensors = this.#tensorsOf(params, gradients);',
    ...(mentions(lines, 'networkSize')
      ? ['const networkSize = tensors.reduce((size, { weights }) => size + weights.length, 0);']
      : []),
    ...lines,
  ];
}

/** Makes the arrays of a tensor at its first step. */
function storageLines({ atOnce }: HeaderLayout, plan: Plan): readonly string[] {
  const { parts, draws, matrices } = scratchOf(plan, atOnce);
  const counts = { weight: '', row: '0, rows', column: '0, columns', tensor: '0, 1' };
  const lengths = { row: 'rows', column: 'columns', tensor: '1' };
  return [
    ...plan.states.flatMap((name) => {
      const extent = plan.extents.get(name)!;
      if (extent === 'network' || extent === 'step') return [];
      return [`state.${camelCase(name)} ??= weights.slice(${counts[extent]}).fill(0);`];
    }),
    ...parts.flatMap(({ name, extent }) =>
      extent === 'network' ? [] : [`state.${camelCase(name)} ??= new Float64Array(${lengths[extent]});`],
    ),
    ...draws.map((name) => `state.${camelCase(name)} ??= new Float64Array(weights.length);`),
    ...matrices.map((name) =>
      atOnce
        ? `state.${camelCase(name)} ??= weights.slice();`
        : `const ${camelCase(name)}Values = weights.slice();`,
    ),
  ];
}

const counts: Readonly<Record<string, string>> = {
  [COUNTS.network]: 'networkSize',
  [COUNTS.tensor]: 'weights.length',
  [COUNTS.row]: 'columns',
  [COUNTS.column]: 'rows',
};

function syntaxOf({ source, arrays, atOnce }: HeaderLayout, part: number): LoopSyntax {
  const { plan } = source.parts[part]!;
  const prefix = prefixOf(source, part);
  const isKept = scratchOf(plan, atOnce).draws.length > 0;
  const writers: Readonly<Record<string, Writer>> = {
    ...namedMatrices,
    ...arrays,
    ...Object.fromEntries(Object.entries(counts).map(([name, text]) => [name, () => atom(text)])),
  };
  const spelling: Spelling = {
    number,
    leaf: (term) => {
      if (term.kind === 'gradient') return atom('gradient[i]');
      if (term.kind === 'weight') return atom('weights[i]');
      if (term.kind === 'parameter') return atom(camelCase(`${prefix}${term.name}`));
      return atom('name' in term ? camelCase(term.name) : term.kind);
    },
  };
  const write: LoopSyntax['write'] = (term) => writeTerm(term, writers, spelling);
  const constant = (name: string, value: string): string => `const ${name} = ${value};`;
  return {
    name: camelCase,
    write,
    constant,
    variable: (name, value) => `let ${name} = ${value};`,
    index: constant,
    loop: (index, count, lines) => [
      `for (let ${index} = 0; ${index} < ${counts[count] ?? count}; ${index}++) {`,
      ...indented(lines, '  '),
      '}',
    ],
    ofTensor: (name, extent) => `state.${camelCase(name)}${extent === 'tensor' ? '[0]' : ''}`,
    ofNetwork: (name) => `this.#${camelCase(name)}`,
    ofMatrix: (name) => (atOnce ? `state.${camelCase(name)}` : `${camelCase(name)}Values`),
    keep: (place, { text }) => `${place} = ${text};`,
    sqrt: (x) => `Math.sqrt(${x})`,
    abs: (x) => `Math.abs(${x})`,
    largest: (place, x) => `${place} = Math.max(${place}, ${x});`,
    count: (operation) => counts[operation]!,
    orthogonalize: (matrix) => `orthogonalize(${matrix}, rows, columns);`,
    draw: (draw) => {
      if (draw.distribution === 'normal') return atom('normal(random)');
      const text = `random() < ${write(draw.rate).text}`;
      return { text: isKept ? `${text} ? 1 : 0` : text, level: LEVEL.condition };
    },
    readDraw: (draw, place) => constant(camelCase(draw.name), place),
    inputs: [],
    descend: (update) => [
      constant('delta', `learningRate * ${within(update, LEVEL.product + 1)}`),
      'weights[i] -= delta;',
    ],
  };
}

function tensorsMethod({ hasRows, hasKinds, isShaped }: HeaderLayout): readonly string[] {
  const sizes = [
    'const rows = shape[0] ?? 1;',
    'const columns = shape.slice(1).reduce((size, n) => size * n, 1);',
    'if (weights.length !== rows * columns) {',
    '  throw new RangeError(`params[${p}] has ${weights.length} weights, not of shape [${shape}]`);',
    '}',
  ];
  const fields = [
    'weights',
    'gradient: gradients[p]',
    'state: this.#states[p]',
    ...(hasRows ? ['rows', 'columns'] : []),
    ...(hasKinds ? ['kind'] : []),
  ];
  return [
    '/**',
    ' * @param {Values[]} params',
    ' * @param {Values[]} gradients',
    ' * @returns {Tensor[]}',
    ' */',
    '#tensorsOf(params, gradients) {',
    ...(isShaped
      ? [
          '  if (params.length !== this.tensors.length) {',
          '    throw new RangeError(`${params.length} params, not ${this.tensors.length}`);',
          '  }',
        ]
      : []),
    '  return params.map((weights, p) => {',
    ...(isShaped
      ? [
          hasKinds
            ? "    const { shape, kind = shape.length > 1 ? 'matrices' : 'vectors' } = this.tensors[p];"
            : '    const { shape } = this.tensors[p];',
          ...indented(sizes, '    '),
        ]
      : []),
    '    this.#states[p] ??= {};',
    ...braced('return ', fields, ';', '    '),
    '  });',
    '}',
  ];
}

function readoutMethod({ source }: HeaderLayout): readonly string[] {
  const names = source.parts.map(({ plan }) => plan.readout).filter((name) => name !== undefined);
  if (names.length === 0) return [];
  const isOne = names.every((name) => name === names[0]);
  const ofKinds = source.parts.flatMap(({ kinds, plan }) =>
    kinds.map((kind) => `${kind}: '${camelCase(plan.readout!)}'`),
  );
  const lines = isOne
    ? [
        'if (this.#states.length === 0) return params;',
        `return this.#states.map((state) => state.${camelCase(names[0]!)});`,
      ]
    : [
        'if (this.#states.length === 0) return params;',
        ...braced('const names = ', ofKinds, ';', ''),
        'return this.#states.map((state, p) => {',
        "  const { shape, kind = shape.length > 1 ? 'matrices' : 'vectors' } = this.tensors[p];",
        '  return state[names[kind]];',
        '});',
      ];
  return [
    '',
    '  /**',
    '   * The weights to validate with, and to keep at the end.',
    '   *',
    '   * @param {Values[]} params',
    '   */',
    '  readout(params) {',
    ...indented(lines, '    '),
    '  }',
  ];
}
