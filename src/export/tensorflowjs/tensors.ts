import type { Extent } from '../../rules/index.ts';
import { explanation } from '../explanation.ts';
import {
  braced,
  brokenLine,
  camelCase,
  checkLines,
  decayFunctions,
  defaults,
  number,
  optionsOf,
  parameterLines,
  scalarLines,
  WIDTH,
} from '../javascript/shared.ts';
import { isOverNetwork, kindsParameters, prefixOf, seesRows } from '../kinds.ts';
import { operationsOf, type Plan, type RandomDraw } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { mentions } from '../tensor-loops.ts';
import { COUNTS, sharedReduction } from '../tensor-passes.ts';
import { extentOfTerm, isReduction, isScalar, reductionOf, type Statement, type Term } from '../term.ts';
import { atom, indented, madeBy, type Spelling, type Writer, wrapped, writeTerm } from '../text.ts';
import { NORMAL, serialisedLines, UNIFORM, writers } from './shared.ts';

/** A tf.Optimizer for rules that tell kinds, rows or columns of tensors apart, read all tensors, or say what to read out. */
export function writeTensors(source: KindsSource): string {
  const { parts, className } = source;
  const plans = parts.map(({ plan }) => plan);
  const totalSteps = plans.some(({ uses }) => uses.totalSteps);
  const options = optionsOf({
    ...source,
    plan: { parameters: kindsParameters(source), uses: { ...plans[0]!.uses, totalSteps } },
  });
  const draws = plans.flatMap((plan) => plan.draws);
  const random = draws.length > 0;
  const hasKinds = parts.length > 1;
  const layout: Layout = {
    ...{ source, hasKinds, atOnce: plans.some(isOverNetwork), hasRows: plans.some(seesRows) },
    options: options.map(({ name }) => name),
  };
  const asked = totalSteps && source.totalSteps === undefined;
  const required = asked ? 'totalSteps: 1000' : '';
  const names = [...layout.options, ...(hasKinds ? ['embeddings'] : []), ...(random ? ['seed'] : [])];
  const used = new Set(plans.flatMap((plan) => [...operationsOf(plan)]));
  const hasStates = plans.some(({ states }) => states.length > 0);
  const readout = plans.some((plan) => plan.readout !== undefined);
  return [
    ...madeBy('//', source.command, WIDTH),
    '// SPDX-License-Identifier: MIT',
    "import * as tf from '@tensorflow/tfjs';",
    '',
    ...decayFunctions(...plans),
    ...(layout.hasRows ? MATRIX_SHAPE : []),
    ...(used.has('orth') ? ORTHOGONALIZE : []),
    ...(hasStates ? KEEP : []),
    '/**',
    ...[
      source.title,
      '',
      ...explanation(source, WIDTH - 3),
      '',
      ...wrapped(noteOf(layout, used.has('sign')), WIDTH - 3),
      '',
      '@example',
      `const optimizer = new ${className}(${required === '' ? '' : `{ ${required} }`});`,
      'optimizer.minimize(() => lossOf(model, batch));',
      'optimizer.learningRate *= 0.999; // a schedule of the learning rate',
    ].map((line) => (line === '' ? ' *' : ` * ${line}`)),
    ' */',
    `export class ${className} extends tf.Optimizer {`,
    '  static get className() {',
    `    return '${className}';`,
    '  }',
    '',
    '  /**',
    `   * @param {object} ${asked ? 'options' : '[options]'}`,
    ...indented(parameterLines(options), '   '),
    ...(hasKinds
      ? ['   * @param {string[]} [options.embeddings] - names of the variables that are tables of embeddings']
      : []),
    ...(random
      ? [
          "   * @param {number | null} [options.seed] - seed of the random draws; tf's own generator without one",
        ]
      : []),
    '   */',
    ...braced(
      'constructor(',
      [
        ...defaults(options),
        ...(hasKinds ? ['embeddings = /** @type {string[]} */ ([])'] : []),
        ...(random ? ['seed = /** @type {number | null} */ (null)'] : []),
      ],
      asked ? ') {' : ' = {}) {',
      '  ',
    ),
    '    super();',
    ...indented(checkLines(options), '    '),
    ...names.map((name) => `    this.${name} = ${name};`),
    ...(random ? ['    this.draws = 0;'] : []),
    ...(hasStates ? ['    /** @type {Record<string, tf.Variable>} */', '    this.kept = {};'] : []),
    '  }',
    '',
    '  /** @param {tf.NamedTensorMap | { name: string, tensor: tf.Tensor }[]} variableGradients */',
    '  applyGradients(variableGradients) {',
    ...indented(layout.atOnce ? networkLines(layout) : tensorLines(layout), '    '),
    '  }',
    '',
    ...(layout.atOnce ? [] : parts.flatMap((_, part) => methodLines(layout, part))),
    ...(draws.some(({ distribution }) => distribution === 'mask') ? UNIFORM : []),
    ...(draws.some(({ distribution }) => distribution === 'normal') ? NORMAL : []),
    ...indented(stateLines(hasStates), '  '),
    ...(readout ? readoutLines(layout) : []),
    ...serialisedLines(className, names),
  ]
    .flatMap(brokenCall)
    .flatMap(brokenLine)
    .join('\n');
}

/** An assigned call that is too long for a line, with a line per argument, as Biome and Prettier have it. */
function brokenCall(line: string): readonly string[] {
  const parts = /^( *)((?:(?:const )?[\w.]+ = )?tf\.\w+)\((.*)\)([;,])$/.exec(line);
  if (line.length <= WIDTH || parts === null) return [line];
  const [, space = '', head, args = '', end] = parts;
  const inner = argumentsIn(args).flatMap((arg) => brokenCall(`${space}  ${arg},`));
  return [`${space}${head}(`, ...inner, `${space})${end}`];
}

/** The arguments of a call, apart. */
function argumentsIn(text: string): readonly string[] {
  const found = [''];
  let depth = 0;
  for (const letter of text) {
    if ('([{'.includes(letter)) depth++;
    if (')]}'.includes(letter)) depth--;
    if (letter === ',' && depth === 0) found.push('');
    else found[found.length - 1] += letter;
  }
  return found.map((one) => one.trim());
}

interface Layout {
  readonly source: KindsSource;
  readonly hasKinds: boolean;
  readonly hasRows: boolean;
  /** Whether all tensors are stepped at once. */
  readonly atOnce: boolean;
  readonly options: readonly string[];
}

const noteOf = ({ hasKinds, hasRows }: Layout, hasSign: boolean): string =>
  [
    ...(hasRows
      ? ['The rows of a variable are its first axis, its columns all others; a vector is one column.']
      : []),
    ...(hasKinds
      ? ['Variables of two or more axes are matrices unless they are embeddings, others vectors.']
      : []),
    'Every operation rounds to float32.',
    ...(hasSign ? ['The sign of NaN is 0 in TensorFlow.js, and NaN in the rule.'] : []),
  ].join(' ');

/** How the values of a plan are written, where those of a tensor have `before` in front. */
interface Written {
  readonly text: (term: Term) => string;
  readonly name: (name: string) => string;
}

function writtenOf({ source, atOnce }: Layout, part: number): Written {
  const { plan } = source.parts[part]!;
  const prefix = prefixOf(source, part);
  const before = atOnce ? 'x.' : '';
  const name = (one: string): string =>
    `${plan.extents.get(one) === 'network' ? '' : before}${camelCase(one)}`;
  const spelling: Spelling = {
    number,
    leaf: (term) => {
      if (term.kind === 'parameter') return atom(camelCase(`${prefix}${term.name}`));
      if (term.kind === 'gradient' || term.kind === 'weight') return atom(`${before}${term.kind}`);
      if (term.kind === 'state' || term.kind === 'variable') return atom(name(term.name));
      return atom('name' in term ? camelCase(term.name) : term.kind);
    },
  };
  const all = { ...writers, ...matrixWriters(before) };
  return { name, text: (term) => writeTerm(term, all, spelling).text };
}

function matrixWriters(before: string): Readonly<Record<string, Writer>> {
  const of = (name: string, axis: number) => {
    const sum = (x: string, by: string): string => `tf.${by}(${x}, ${axis}, true)`;
    const write =
      (text: (x: string) => string): Writer =>
      ([x]) =>
        atom(text(x!.text));
    return {
      [`${name}sum`]: write((x) => sum(x, 'sum')),
      [`${name}mean`]: write((x) => sum(x, 'mean')),
      [`${name}norm`]: write((x) => `tf.sqrt(${sum(`tf.square(${x})`, 'sum')})`),
      [`${name}rms`]: write((x) => `tf.sqrt(${sum(`tf.square(${x})`, 'mean')})`),
      [`${name}amax`]: write((x) => sum(`tf.abs(${x})`, 'max')),
    };
  };
  return {
    ...of('row', 1),
    ...of('col', 0),
    sum: ([x]) => atom(x!.scalar ? `tf.scalar(${before}weight.size)` : `tf.sum(${x!.text})`),
    full: ([x]) =>
      atom(
        x!.scalar
          ? `tf.fill(${before}weight.shape, ${x!.text})`
          : `tf.broadcastTo(${x!.text}, ${before}weight.shape)`,
      ),
    orth: ([x]) => atom(`orthogonalize(${x!.text})`),
    [COUNTS.network]: () => atom('networkSize'),
  };
}

const shapeOf = (extent: Extent, shape: string): string =>
  ({
    weight: shape,
    row: `[${shape}[0], 1]`,
    column: `[1, ${shape}[1]]`,
    tensor: '[]',
    network: '[]',
    step: '[]',
  })[extent];

const drawText = (draw: RandomDraw, before: string, { text }: Written): string =>
  draw.distribution === 'normal'
    ? `this.normal(${before}weight.shape)`
    : `tf.less(this.uniform(${before}weight.shape), ${text(draw.rate)})`;

/** Writes a state. */
const kept = (state: string, value: string): string => `keep(${state}, ${value});`;

const inPlaceOf = (plan: Plan): ReadonlySet<string> =>
  new Set(plan.body.flatMap(({ kind, name }) => (kind === 'state' ? [name] : [])));

const NAMED = [
  'const named = Array.isArray(variableGradients)',
  '  ? variableGradients',
  '  : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));',
];

const methodOf = ({ source, hasKinds }: Layout, part: number): string => {
  const kind: string = source.parts[part]!.kinds[0]!;
  return hasKinds ? `step${kind[0]!.toUpperCase()}${kind.slice(1)}` : 'stepTensor';
};

function tensorLines(layout: Layout): readonly string[] {
  const { source, hasKinds } = layout;
  const others = source.parts.slice(1);
  const call = (part: number): string => `this.${methodOf(layout, part)}({ i, variable, given })`;
  return [
    ...NAMED,
    'for (const [i, { name, tensor: given }] of named.entries()) {',
    ...indented(
      [
        'if (given == null) continue;',
        'const variable = tf.engine().registeredVariables[name];',
        ...(hasKinds
          ? [
              "const ofAxes = variable.rank > 1 ? 'matrices' : 'vectors';",
              "const kind = this.embeddings.includes(name) ? 'embeddings' : ofAxes;",
              'tf.tidy(() => {',
              ...others.map(({ kinds }, i) => {
                const condition = kinds.map((kind) => `kind === '${kind}'`).join(' || ');
                return `  ${i > 0 ? 'else ' : ''}if (${condition}) ${call(i + 1)};`;
              }),
              `  else ${call(0)};`,
              '});',
            ]
          : [`tf.tidy(() => ${call(0)});`]),
      ],
      '  ',
    ),
    '}',
    'this.incrementIterations();',
  ];
}

/** A pattern that reads what lines mention of the optimizer. */
const optionsLine = ({ options }: Layout, lines: readonly string[]): readonly string[] => {
  const read = options.filter((name) => mentions(lines, name));
  return read.length === 0 ? [] : braced('const ', read, ' = this;', '');
};

const stepLine = (lines: readonly string[]): readonly string[] =>
  mentions(lines, 'step') ? ['const step = this.iterations + 1;'] : [];

/** Whether lines read what a method takes; the position of a variable stands in templates. */
const mentionsField = (lines: readonly string[], name: string): boolean =>
  mentions(lines, name) || lines.some((line) => line.includes(`\${${name}}`));

/** Lines that take the step of a variable. */
const changeLines = ({ hasRows }: Layout, before: string): readonly string[] =>
  hasRows
    ? [
        `const full = tf.broadcastTo(delta, ${before}weight.shape);`,
        `${before}variable.assign(tf.sub(${before}variable, tf.reshape(full, ${before}variable.shape)));`,
      ]
    : [`${before}variable.assign(tf.sub(${before}variable, delta));`];

/** The step of a tensor: its values are variables of the method. */
function methodLines(layout: Layout, part: number): readonly string[] {
  const { source, hasKinds, hasRows } = layout;
  const { plan, kinds } = source.parts[part]!;
  const written = writtenOf(layout, part);
  const { text } = written;
  const inPlace = inPlaceOf(plan);
  const lines = [
    ...plan.draws.map((draw) => `const ${camelCase(draw.name)} = ${drawText(draw, '', written)};`),
    ...plan.body.map(({ kind, name, value }) =>
      kind === 'state'
        ? `${camelCase(name)} = ${asTensor(value, text(value), plan.extents.get(name)!, 'weight.shape')};`
        : `const ${camelCase(name)} = ${text(value)};`,
    ),
    `const delta = tf.mul(learningRate, ${text(plan.update)});`,
    ...[...inPlace].map((name) => kept(`${camelCase(name)}State`, camelCase(name))),
    ...plan.stores.map(({ state, value }) => kept(`${camelCase(state)}State`, text(value))),
    ...changeLines(layout, ''),
  ];
  const states = plan.states.flatMap((name) => {
    const state = `${camelCase(name)}State`;
    const shape = shapeOf(plan.extents.get(name)!, hasRows ? 'shape' : 'variable.shape');
    return [
      `const ${state} = this.state(\`\${i}/${camelCase(name)}\`, ${shape});`,
      ...(mentions(lines, camelCase(name))
        ? [
            inPlace.has(name)
              ? `let ${camelCase(name)} = /** @type {tf.Tensor} */ (${state});`
              : `const ${camelCase(name)} = ${state};`,
          ]
        : []),
    ];
  });
  const reads = (name: string): boolean => mentions([...states, ...lines], name);
  const inputs = hasRows
    ? [
        'const shape = matrixShape(variable.shape);',
        ...(reads('weight') ? ['const weight = tf.reshape(variable, shape);'] : []),
        ...(reads('gradient') ? ['const gradient = tf.reshape(given, shape);'] : []),
      ]
    : [
        ...(reads('weight') ? ['const weight = variable;'] : []),
        ...(reads('gradient') ? ['const gradient = given;'] : []),
      ];
  const scalars = scalarLines(plan, prefixOf(source, part));
  const own = [...scalars, ...inputs, ...states, ...lines];
  return indented(
    [
      '/**',
      ...(hasKinds ? [` * The step of one of the ${kinds.join(' or ')}.`, ' *'] : []),
      ' * @param {{ i: number, variable: tf.Variable, given: tf.Tensor }} tensor - the i-th variable, and its gradient',
      ' */',
      `${methodOf(layout, part)}({ ${['i', 'variable', 'given'].filter((name) => mentionsField(own, name)).join(', ')} }) {`,
      ...indented([...optionsLine(layout, own), ...stepLine(own), ...own], '  '),
      '}',
      '',
    ],
    '  ',
  );
}

/** A state's value as a tensor, also where it is a number of the step. */
const asTensor = (value: Term, text: string, extent: Extent, shape: string): string => {
  if (!isScalar(value)) return text;
  return extent === 'weight' ? `tf.fill(${shape}, ${text})` : `tf.scalar(${text})`;
};

/** The step of all tensors at once: their values are fields of `x`, a tensor of `tensors`. */
function networkLines(layout: Layout): readonly string[] {
  const { source, hasRows } = layout;
  const { plan } = source.parts[0]!;
  const written = writtenOf(layout, 0);
  const { text, name: nameOf } = written;
  const inPlace = inPlaceOf(plan);
  const extentOf = (name: string): Extent => plan.extents.get(name) ?? 'weight';
  const loop = (lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['for (const x of tensors) {', ...indented(lines, '  '), '}'];
  const statement = ({ kind, name, value }: Statement): string => {
    if (extentOf(name) !== 'network') {
      const written = text(value);
      const kept = asTensor(value, written, extentOf(name), 'x.weight.shape');
      return `${nameOf(name)} = ${kind === 'state' ? kept : written};`;
    }
    return `${kind === 'state' ? '' : 'const '}${nameOf(name)} = ${networkText(value, plan, text)};`;
  };
  const body: string[] = [];
  let pending: string[] = [];
  for (const one of plan.body) {
    if (extentOf(one.name) !== 'network') {
      pending.push(statement(one));
      continue;
    }
    body.push(...loop(pending), statement(one));
    pending = [];
  }
  const ofNetwork = plan.states.filter((name) => extentOf(name) === 'network');
  const ofTensors = plan.states.filter((name) => extentOf(name) !== 'network');
  const storesOf = (names: readonly string[]): readonly string[] => [
    ...names.filter((name) => inPlace.has(name)).map((name) => kept(`${nameOf(name)}State`, nameOf(name))),
    ...plan.stores
      .filter(({ state }) => names.includes(state))
      .map(({ state, value }) => kept(`${nameOf(state)}State`, text(value))),
  ];
  const lines = [
    ...body,
    ...loop([
      ...pending,
      `const delta = tf.mul(learningRate, ${text(plan.update)});`,
      ...storesOf(ofTensors),
      ...changeLines(layout, 'x.'),
    ]),
    ...storesOf(ofNetwork),
  ];
  const loads = [
    ...loop([
      ...ofTensors.flatMap((name) => [
        `${nameOf(name)}State = this.state(\`\${x.i}/${camelCase(name)}\`, ${shapeOf(extentOf(name), 'x.weight.shape')});`,
        `${nameOf(name)} = ${nameOf(name)}State;`,
      ]),
      ...plan.draws.map((draw) => `x.${camelCase(draw.name)} = ${drawText(draw, 'x.', written)};`),
    ]),
    ...ofNetwork.flatMap((name) => [
      `const ${nameOf(name)}State = this.state('network/${camelCase(name)}', []);`,
      ...(mentions(lines, nameOf(name))
        ? [
            inPlace.has(name)
              ? `let ${nameOf(name)} = /** @type {tf.Tensor} */ (${nameOf(name)}State);`
              : `const ${nameOf(name)} = ${nameOf(name)}State;`,
          ]
        : []),
    ]),
  ];
  const scalars = scalarLines(plan);
  const own = [...scalars, ...loads, ...lines];
  return [
    ...optionsLine(layout, own),
    ...stepLine(own),
    ...scalars,
    ...NAMED,
    'tf.tidy(() => {',
    ...indented(
      [
        '/** @type {Record<string, any>[]} */',
        'const tensors = named.flatMap(({ name, tensor }, i) => {',
        '  if (tensor == null) return [];',
        '  const variable = tf.engine().registeredVariables[name];',
        ...(hasRows ? ['  const shape = matrixShape(variable.shape);'] : []),
        ...(hasRows
          ? [
              '  const weight = tf.reshape(variable, shape);',
              '  return [{ i, variable, weight, gradient: tf.reshape(tensor, shape) }];',
            ]
          : ['  return [{ i, variable, weight: variable, gradient: tensor }];']),
        '});',
        ...(mentions(own, 'networkSize')
          ? ['const networkSize = tensors.reduce((size, { weight }) => size + weight.size, 0);']
          : []),
        ...loads,
        ...lines,
      ],
      '  ',
    ),
    '});',
    'this.incrementIterations();',
  ];
}

/** A value of the network: a reduction over it is of what each tensor gives. */
function networkText(value: Term, plan: Plan, text: (term: Term) => string): string {
  if (value.kind !== 'call' || !isReduction(value)) return text(value);
  const operation = reductionOf(value.operation);
  const [arg] = value.args as readonly [Term];
  const of = extentOfTerm(arg, plan.extents);
  if (of === 'step' || of === 'network') {
    const x = arg.kind === 'call' && arg.operation === 'full' ? arg.args[0]! : arg;
    return text(sharedReduction(operation, x));
  }
  const full = arg.kind === 'call' && arg.operation === 'full';
  const x = of === 'weight' || full ? text(arg) : `tf.broadcastTo(${text(arg)}, x.weight.shape)`;
  const { term, join, mean, root } = operation;
  const each =
    join === 'largest' ? `tf.max(tf.abs(${x}))` : `tf.sum(${term === 'square' ? `tf.square(${x})` : x})`;
  const all = `tensors.map((x) => ${each})`;
  if (join === 'largest') return `tf.max(tf.stack(${all}))`;
  const sum = mean ? `tf.div(tf.addN(${all}), networkSize)` : `tf.addN(${all})`;
  return root ? `tf.sqrt(${sum})` : sum;
}

function stateLines(hasStates: boolean): readonly string[] {
  if (!hasStates) {
    return [
      'async getWeights() {',
      '  return [await this.saveIterations()];',
      '}',
      '',
      '/** @param {{ name: string, tensor: tf.Tensor }[]} weightValues */',
      'async setWeights(weightValues) {',
      '  await this.extractIterations(weightValues);',
      '}',
      '',
    ];
  }
  return [
    '/**',
    ' * What is kept between steps, by the position of a variable and a name; 0 before the first.',
    ' *',
    ' * @param {string} name',
    ' * @param {number[]} shape',
    ' */',
    'state(name, shape) {',
    '  this.kept[name] ??= tf.tidy(() => tf.zeros(shape).variable(false));',
    '  return this.kept[name];',
    '}',
    '',
    'dispose() {',
    '  super.dispose();',
    '  tf.dispose(Object.values(this.kept));',
    '}',
    '',
    'async getWeights() {',
    '  const states = Object.entries(this.kept).map(([name, tensor]) => ({ name, tensor }));',
    '  return [await this.saveIterations(), ...states];',
    '}',
    '',
    '/** @param {{ name: string, tensor: tf.Tensor }[]} weightValues */',
    'async setWeights(weightValues) {',
    '  const values = await this.extractIterations(weightValues);',
    '  this.kept = Object.fromEntries(',
    '    values.map(({ name, tensor }) => [name, /** @type {tf.Variable} */ (tensor.variable(false))]),',
    '  );',
    '}',
    '',
  ];
}

function readoutLines({ source }: Layout): readonly string[] {
  const names = [...new Set(source.parts.map(({ plan }) => camelCase(plan.readout!)))];
  const found = names.map((name) => `this.kept[\`\${i}/${name}\`]`).join(' ?? ');
  return [
    '  /**',
    '   * The weights to validate with, and to keep at the end: tensors, or the variables themselves before the first step.',
    '   *',
    '   * @param {tf.Variable[]} variables - in the order of the gradients',
    '   * @returns {tf.Tensor[]}',
    '   */',
    '  readout(variables) {',
    '    return variables.map((variable, i) => {',
    `      const kept = ${found};`,
    '      return kept === undefined ? variable : tf.reshape(kept, variable.shape);',
    '    });',
    '  }',
    '',
  ];
}

const MATRIX_SHAPE = [
  '/**',
  ' * @param {number[]} shape',
  ' * @returns {[number, number]}',
  ' */',
  'const matrixShape = (shape) => [shape[0] ?? 1, shape.slice(1).reduce((size, n) => size * n, 1)];',
  '',
];

const KEEP = [
  '/**',
  ' * @param {tf.Variable} state',
  ' * @param {tf.Tensor | number} value',
  ' */',
  'const keep = (state, value) => state.assign(tf.broadcastTo(value, state.shape));',
  '',
];

const ORTHOGONALIZE = [
  '/**',
  ' * Brings the singular values of a matrix near 1, by five steps of Newton and Schulz.',
  ' *',
  ' * @param {tf.Tensor} matrix',
  ' */',
  'function orthogonalize(matrix) {',
  '  const [rows, columns] = matrix.shape;',
  '  const isTall = rows > columns;',
  '  let x = isTall ? tf.transpose(matrix) : matrix;',
  '  x = tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x))), 1e-7));',
  '  for (let step = 0; step < 5; step++) {',
  '    const a = tf.matMul(x, x, false, true);',
  '    const b = tf.add(tf.mul(-4.775, a), tf.mul(2.0315, tf.matMul(a, a)));',
  '    x = tf.add(tf.mul(3.4445, x), tf.matMul(b, x));',
  '  }',
  '  return isTall ? tf.transpose(x) : x;',
  '}',
  '',
];
