import { explanation } from '../explanation.ts';
import {
  braced,
  brokenLine,
  camelCase,
  checkLines,
  decayFunctions,
  defaults,
  optionsOf,
  parameterLines,
  scalarLines,
  WIDTH,
} from '../javascript/shared.ts';
import { isOverNetwork, kindsParameters, prefixOf, seesRows } from '../kinds.ts';
import { operationsOf } from '../plan.ts';
import type { KindsSource } from '../target.ts';
import { mentions } from '../tensor-loops.ts';
import { indented, madeBy, wrapped } from '../text.ts';
import { KEEP, MATRICES, ORTHOGONALIZE } from './helpers.ts';
import { networkLines } from './network.ts';
import { NORMAL, serialisedLines, UNIFORM } from './shared.ts';
import {
  asTensor,
  brokenCall,
  changeLines,
  drawText,
  inPlaceOf,
  kept,
  NAMED,
  optionsLine,
  shapeOf,
  stepLine,
  type VariablesLayout,
  writtenOf,
} from './written.ts';

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
  const layout: VariablesLayout = {
    ...{ source, hasKinds, atOnce: plans.some(isOverNetwork), hasRows: plans.some(seesRows) },
    options: options.map(({ name }) => name),
  };
  const hasTables = hasKinds || layout.hasRows;
  const asked = totalSteps && source.totalSteps === undefined;
  const required = asked ? 'totalSteps: 1000' : '';
  const names = [...layout.options, ...(hasTables ? ['embeddings'] : []), ...(random ? ['seed'] : [])];
  const used = new Set(plans.flatMap((plan) => [...operationsOf(plan)]));
  const hasStates = plans.some(({ states }) => states.length > 0);
  const readout = plans.some((plan) => plan.readout !== undefined);
  return [
    ...madeBy('//', source.command, WIDTH),
    '// SPDX-License-Identifier: MIT',
    "import * as tf from '@tensorflow/tfjs';",
    '',
    ...decayFunctions(...plans),
    ...(layout.hasRows ? MATRICES : []),
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
    ...(hasTables
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
        ...(hasTables ? ['embeddings = /** @type {string[]} */ ([])'] : []),
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

const noteOf = ({ hasKinds, hasRows }: VariablesLayout, hasSign: boolean): string =>
  [
    ...(hasRows
      ? [
          'A variable is a matrix of outputs, its last axis, × inputs, all others; a table of embeddings is one of words × features, and a vector is one column.',
        ]
      : []),
    ...(hasKinds
      ? ['Variables of two or more axes are matrices unless they are embeddings, others vectors.']
      : []),
    'Every operation rounds to float32.',
    ...(hasSign ? ['The sign of NaN is 0 in TensorFlow.js, and NaN in the rule.'] : []),
  ].join(' ');

const methodOf = ({ source, hasKinds }: VariablesLayout, part: number): string => {
  const kind: string = source.parts[part]!.kinds[0]!;
  return hasKinds ? `step${kind[0]!.toUpperCase()}${kind.slice(1)}` : 'stepTensor';
};

function tensorLines(layout: VariablesLayout): readonly string[] {
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

/** Whether lines read what a method takes; the position of a variable stands in templates. */
const mentionsField = (lines: readonly string[], name: string): boolean =>
  mentions(lines, name) || lines.some((line) => line.includes(`\${${name}}`));

/** The step of a tensor: its values are variables of the method. */
function methodLines(layout: VariablesLayout, part: number): readonly string[] {
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
    const shape = shapeOf(plan.extents.get(name)!, hasRows ? 'weight.shape' : 'variable.shape');
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
        'const isTable = this.embeddings.includes(variable.name);',
        'const weight = matrixOf(variable, isTable);',
        ...(reads('gradient') ? ['const gradient = matrixOf(given, isTable);'] : []),
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

function readoutLines({ source, hasRows }: VariablesLayout): readonly string[] {
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
    ...(hasRows
      ? [
          '      if (kept === undefined) return variable;',
          '      return fromMatrix(kept, variable.shape, this.embeddings.includes(variable.name));',
        ]
      : ['      return kept ?? variable;']),
    '    });',
    '  }',
    '',
  ];
}
