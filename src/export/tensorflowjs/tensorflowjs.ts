import { explanation } from '../explanation.ts';
import {
  braced,
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
import { ofAllKinds } from '../kinds.ts';
import { operationsOf, type Plan, type RandomDraw } from '../plan.ts';
import { TOLERANCE } from '../recorded.ts';
import type { ExportSource, Target, TestSource } from '../target.ts';
import { isScalar, type Term } from '../term.ts';
import { atom, indented, madeBy, namedMatrices, type Spelling, writeTerm } from '../text.ts';
import { NORMAL, serialisedLines, UNIFORM, writers } from './shared.ts';
import { writeTensors } from './tensors.ts';

const spelling: Spelling = {
  number,
  leaf: (term) => atom('name' in term ? camelCase(term.name) : term.kind),
};

const text = (term: Term): string => writeTerm(term, writers, spelling).text;

export const tensorflowjs: Target = {
  name: 'tensorflowjs',
  title: 'TensorFlow.js',
  description: 'a tf.Optimizer for tf.train, serialisable',
  extension: 'js',
  overNetwork: 'as kinds',
  readsOut: true,
  text: (term) => writeTerm(term, { ...writers, ...namedMatrices }, spelling).text,
  write: (source) =>
    source.plan.readout === undefined ? writeTensorflow(source) : writeTensors(ofAllKinds(source)),
  writeKinds: writeTensors,
  writeTest,
};

const plural = (state: string): string => `${camelCase(state)}s`;

function writeTensorflow(source: ExportSource): string {
  const { plan, className } = source;
  const options = optionsOf(source);
  const random = plan.draws.length > 0;
  const asked = plan.uses.totalSteps && source.totalSteps === undefined;
  const required = asked ? 'totalSteps: 1000' : '';
  const names = [...options.map(({ name }) => name), ...(random ? ['seed'] : [])];
  const states = plan.states.map(plural);
  return [
    ...madeBy('//', source.command, WIDTH),
    '// SPDX-License-Identifier: MIT',
    "import * as tf from '@tensorflow/tfjs';",
    '',
    ...decayFunctions(plan),
    ...(plan.states.some((name) => !plan.perTensor.has(name)) ? ZEROS : []),
    ...(plan.states.some((name) => plan.perTensor.has(name)) ? ZERO : []),
    '/**',
    ...[
      source.title,
      '',
      ...explanation(source, WIDTH - 3),
      '',
      `Every operation rounds to float32.${operationsOf(plan).has('sign') ? ' The sign of NaN is 0 in TensorFlow.js, and NaN in the rule.' : ''}`,
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
    ...(random
      ? [
          "   * @param {number | null} [options.seed] - seed of the random draws; tf's own generator without one",
        ]
      : []),
    '   */',
    ...braced(
      'constructor(',
      [...defaults(options), ...(random ? ['seed = null'] : [])],
      asked ? ') {' : ' = {}) {',
      '  ',
    ),
    '    super();',
    ...indented(checkLines(options), '    '),
    ...names.map((name) => `    this.${name} = ${name};`),
    ...(random ? ['    this.draws = 0;'] : []),
    ...states.flatMap((name) => [
      '    /** @type {{ originalName: string, variable: tf.Variable }[]} */',
      `    this.${name} = [];`,
    ]),
    '  }',
    '',
    '  /** @param {tf.NamedTensorMap | { name: string, tensor: tf.Tensor }[]} variableGradients */',
    '  applyGradients(variableGradients) {',
    ...indented(
      stepLines(
        plan,
        options.map(({ name }) => name),
      ),
      '    ',
    ),
    '  }',
    '',
    ...(plan.draws.some(({ distribution }) => distribution === 'mask') ? UNIFORM : []),
    ...(plan.draws.some(({ distribution }) => distribution === 'normal') ? NORMAL : []),
    ...indented(stateLines(states), '  '),
    ...serialisedLines(className, names),
  ].join('\n');
}

function stepLines(plan: Plan, options: readonly string[]): readonly string[] {
  const { states, uses } = plan;
  const inPlace = plan.body.filter(({ kind }) => kind === 'state').map(({ name }) => name);
  const chooses = operationsOf(plan).has('where');
  /** A value that is kept has the shape of the weights, also where a choice by the step takes a number. */
  const whole = (value: Term): string => {
    if (isScalar(value)) return `tf.fill(weight.shape, ${text(value)})`;
    return text(value);
  };
  /** Where a rule chooses, it may choose what is kept itself, or what has another shape. */
  const kept = (state: string, value: string): string => {
    if (!chooses) return value;
    return plan.perTensor.has(state) ? `tf.clone(${value})` : `tf.broadcastTo(${value}, weight.shape)`;
  };
  const assigned = (state: string, value: string): string =>
    `this.${plural(state)}[i].variable.assign(${value});`;
  const read = options.filter((name) => uses.totalSteps || name !== 'totalSteps');
  return [
    ...braced('const ', read, ' = this;', ''),
    ...(uses.step ? ['const step = this.iterations + 1;', ...scalarLines(plan)] : []),
    'const named = Array.isArray(variableGradients)',
    '  ? variableGradients',
    '  : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));',
    states.length > 0
      ? 'for (const [i, { name, tensor: gradient }] of named.entries()) {'
      : 'for (const { name, tensor: gradient } of named) {',
    ...indented(
      [
        'const weight = tf.engine().registeredVariables[name];',
        ...states.map(
          (state) =>
            `this.${plural(state)}[i] ??= ${plan.perTensor.has(state) ? 'zero' : 'zeros'}(\`\${name}/${camelCase(state)}\`${plan.perTensor.has(state) ? '' : ', weight'});`,
        ),
        'if (gradient == null) continue;',
        'tf.tidy(() => {',
        ...indented(
          [
            ...states.map((state) => {
              const variable = `this.${plural(state)}[i].variable`;
              return inPlace.includes(state)
                ? `let ${camelCase(state)} = /** @type {tf.Tensor} */ (${variable});`
                : `const ${camelCase(state)} = ${variable};`;
            }),
            ...plan.draws.map((draw) => `const ${camelCase(draw.name)} = ${drawText(draw)};`),
            ...plan.body.map(({ kind, name, value }) =>
              kind === 'state'
                ? `${camelCase(name)} = ${whole(value)};`
                : `const ${camelCase(name)} = ${text(value)};`,
            ),
            `const update = ${text(plan.update)};`,
            'const delta = tf.mul(learningRate, update);',
            ...inPlace.map((state) => assigned(state, kept(state, camelCase(state)))),
            ...plan.stores.map(({ state, value }) =>
              assigned(state, isScalar(value) ? whole(value) : kept(state, text(value))),
            ),
            'weight.assign(tf.sub(weight, delta));',
          ],
          '  ',
        ),
        '});',
      ],
      '  ',
    ),
    '}',
    'this.incrementIterations();',
  ];
}

const ZEROS = [
  '/**',
  ' * @param {string} originalName',
  ' * @param {tf.Tensor} weight',
  ' */',
  'const zeros = (originalName, weight) => ({',
  '  originalName,',
  '  variable: tf.tidy(() => tf.zerosLike(weight).variable(false)),',
  '});',
  '',
];

const ZERO = [
  '/** @param {string} originalName */',
  'const zero = (originalName) => ({',
  '  originalName,',
  '  variable: tf.tidy(() => tf.scalar(0).variable(false)),',
  '});',
  '',
];

const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal'
    ? 'this.normal(weight.shape)'
    : `tf.less(this.uniform(weight.shape), ${text(draw.rate)})`;

/** How the states are disposed of, saved and loaded, in the order that TensorFlow.js keeps: the count of steps, then state by state. */
function stateLines(states: readonly string[]): readonly string[] {
  if (states.length === 0) {
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
  const lists = states.map((name) => `this.${name}`);
  const line = states.length === 1 ? `  return ${lists[0]};` : `  return [${lists.join(', ')}].flat();`;
  return [
    '/** Every state of every weight. */',
    'states() {',
    ...(line.length + 2 <= WIDTH
      ? [line]
      : ['  return [', ...lists.map((one) => `    ${one},`), '  ].flat();']),
    '}',
    '',
    'dispose() {',
    '  super.dispose();',
    '  tf.dispose(this.states().map(({ variable }) => variable));',
    '}',
    '',
    'async getWeights() {',
    '  const states = this.states().map((one) => ({ name: one.originalName, tensor: one.variable }));',
    '  return [await this.saveIterations(), ...states];',
    '}',
    '',
    '/** @param {{ name: string, tensor: tf.Tensor }[]} weightValues */',
    'async setWeights(weightValues) {',
    '  const values = await this.extractIterations(weightValues);',
    '  const variables = values.map(({ name, tensor }) => ({',
    '    originalName: name,',
    '    variable: /** @type {tf.Variable} */ (tensor.variable(false)),',
    '  }));',
    ...(states.length === 1
      ? [`  this.${states[0]} = variables;`]
      : [
          `  const count = variables.length / ${states.length};`,
          ...states.map((name, i) => `  this.${name} = variables.slice(${times(i)}, ${times(i + 1)});`),
        ]),
    '}',
    '',
  ];
}

const times = (i: number): string => (i === 0 ? '0' : i === 1 ? 'count' : `${i} * count`);

function writeTest({ className, module, recorded, totalSteps, command }: TestSource): string {
  const { learningRate, initial, gradients, expected } = recorded;
  const options = [
    `learningRate: ${learningRate}`,
    ...(totalSteps ? [`totalSteps: ${gradients.length}`] : []),
  ];
  return [
    ...madeBy('//', command, WIDTH),
    '// SPDX-License-Identifier: MIT',
    `// Replays a recorded training on ${className}, and compares the weights: node --test`,
    "import assert from 'node:assert/strict';",
    "import { test } from 'node:test';",
    "import * as tf from '@tensorflow/tfjs';",
    `import { ${className} } from './${module}.js';`,
    '',
    `const initial = [${initial.join(', ')}];`,
    'const gradients = [',
    ...gradients.map((gradient) => `  [${gradient.join(', ')}],`),
    '];',
    `const expected = [${expected.join(', ')}];`,
    '',
    "test('steps as recorded', () => {",
    '  const weights = tf.tensor1d(initial).variable();',
    `  const optimizer = new ${className}({ ${options.join(', ')} });`,
    '  for (const gradient of gradients) {',
    '    tf.tidy(() => optimizer.applyGradients({ [weights.name]: tf.tensor1d(gradient) }));',
    '  }',
    '  for (const [i, value] of weights.dataSync().entries()) {',
    '    const distance = Math.abs(value - expected[i]);',
    `    assert.ok(distance <= ${TOLERANCE.relative} * Math.abs(expected[i]) + ${TOLERANCE.absolute}, \`weight \${i}: \${value}\`);`,
    '  }',
    '});',
    '',
  ].join('\n');
}
