import { explanation } from '../explanation.ts';
import { type LoopPass, loopPasses } from '../passes.ts';
import type { Plan, RandomDraw } from '../plan.ts';
import { TOLERANCE } from '../recorded.ts';
import type { ExportSource, Target, TestSource } from '../target.ts';
import { type Apply, reductionOf, type Statement, type Term } from '../term.ts';
import {
  type ArrayWriters,
  atom,
  called,
  indented,
  LEVEL,
  madeBy,
  namedMatrices,
  reductionWriters,
  type Spelling,
  within,
  writeTerm,
} from '../text.ts';
import {
  braced,
  camelCase,
  checkLines,
  decayFunctions,
  defaults,
  elementary,
  NORMAL,
  number,
  optionsOf,
  parameterLines,
  scalarLines,
  WIDTH,
} from './shared.ts';
import { writeTensors } from './tensors.ts';

export const javascript: Target = {
  name: 'javascript',
  title: 'JavaScript',
  description: 'a class whose step(params, gradients) changes typed arrays in place',
  extension: 'js',
  overNetwork: 'as kinds',
  readsOut: true,
  text: (term) => writeTerm(term, { ...arrays, ...namedMatrices }, spelling).text,
  write: writeJavascript,
  writeKinds: (source) => writeTensors(source, arrays),
  writeTest,
};

const arrays: ArrayWriters = {
  ...elementary,
  ...reductionWriters(() => called(''), 'weights.length'),
  drop: ([dropped, x]) => ({
    text: `${dropped!.text} ? 0 : ${within(x!, LEVEL.sum)}`,
    level: LEVEL.condition,
  }),
};

/** What one number per tensor, and what one per weight is called; random numbers have arrays where several loops read them. */
const spellingOf = ({ perTensor, draws }: Pick<Plan, 'perTensor' | 'draws'>, kept: boolean): Spelling => ({
  number,
  leaf: (term) => {
    if (term.kind === 'gradient') return atom('gradient[i]');
    if (term.kind === 'weight') return atom('weights[i]');
    if (!('name' in term)) return atom(term.kind);
    const name = camelCase(term.name);
    if (term.kind === 'state') return atom(perTensor.has(term.name) ? `${name}[0]` : `${name}[i]`);
    return atom(kept && draws.some((draw) => draw.name === term.name) ? `${name}[i]` : name);
  },
});

const spelling = spellingOf({ perTensor: new Set(), draws: [] }, false);

const text = (term: Term): string => writeTerm(term, arrays, spelling).text;

function writeJavascript(source: ExportSource): string {
  const { plan, className } = source;
  const options = optionsOf(source);
  const random = plan.draws.length > 0;
  const required = plan.uses.totalSteps && source.totalSteps === undefined;
  const names = [...options.map(({ name }) => name), ...(random ? ['random'] : [])];
  return [
    ...madeBy('//', source.command, WIDTH),
    '// SPDX-License-Identifier: MIT',
    '',
    ...decayFunctions(plan),
    ...(plan.draws.some(({ distribution }) => distribution === 'normal') ? [...NORMAL, ''] : []),
    '/**',
    ...[
      source.title,
      '',
      ...explanation(source, WIDTH - 3),
      '',
      '@example',
      `const optimizer = new ${className}(${required ? '{ totalSteps: 1000 }' : ''});`,
      'optimizer.step([weights], [gradient]);',
      'optimizer.learningRate *= 0.999; // a schedule of the learning rate',
    ].map((line) => (line === '' ? ' *' : ` * ${line}`)),
    ' */',
    `export class ${className} {`,
    ...(plan.uses.step ? ['  #step = 0;'] : []),
    ...(plan.states.length > 0
      ? [
          `  /** @type {Record<${plan.states.map((name) => `'${camelCase(name)}'`).join(' | ')}, Float32Array | Float64Array>[] | undefined} */`,
          '  #states;',
        ]
      : []),
    ...(plan.uses.step || plan.states.length > 0 ? [''] : []),
    '  /**',
    `   * @param {object} ${required ? 'options' : '[options]'}`,
    ...indented(parameterLines(options), '   '),
    ...(random
      ? ['   * @param {() => number} [options.random] - uniform numbers in [0, 1); default Math.random']
      : []),
    '   */',
    ...braced(
      'constructor(',
      [...defaults(options), ...(random ? ['random = Math.random'] : [])],
      required ? ') {' : ' = {}) {',
      '  ',
    ),
    ...indented(checkLines(options), '    '),
    ...names.map((name) => `    this.${name} = ${name};`),
    '  }',
    '',
    '  /**',
    '   * Takes one step: changes every array of `params` in place.',
    '   *',
    '   * @param {(Float32Array | Float64Array)[]} params',
    `   * @param {(Float32Array | Float64Array)[]} ${plan.uses.gradient ? 'gradients' : '_gradients'}`,
    '   */',
    `  step(params, ${plan.uses.gradient ? 'gradients' : '_gradients'}) {`,
    ...braced('const ', names, ' = this;', '    '),
    ...(plan.uses.step ? ['    const step = ++this.#step;'] : []),
    ...indented(scalarLines(plan), '    '),
    ...indented(loopLines(plan), '    '),
    '  }',
    ...(plan.readout === undefined
      ? []
      : [
          '',
          '  /**',
          '   * The weights to validate with, and to keep at the end.',
          '   *',
          '   * @param {(Float32Array | Float64Array)[]} params',
          '   */',
          '  readout(params) {',
          `    return this.#states?.map((state) => state.${camelCase(plan.readout)}) ?? params;`,
          '  }',
        ]),
    '}',
    '',
  ].join('\n');
}

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
    `import { ${className} } from './${module}.js';`,
    '',
    `const initial = [${initial.join(', ')}];`,
    'const gradients = [',
    ...gradients.map((gradient) => `  [${gradient.join(', ')}],`),
    '];',
    `const expected = [${expected.join(', ')}];`,
    '',
    "test('steps as recorded', () => {",
    '  const weights = Float64Array.from(initial);',
    `  const optimizer = new ${className}({ ${options.join(', ')} });`,
    '  for (const gradient of gradients) optimizer.step([weights], [Float64Array.from(gradient)]);',
    '  for (const [i, value] of weights.entries()) {',
    '    const distance = Math.abs(value - expected[i]);',
    `    assert.ok(distance <= ${TOLERANCE.relative} * Math.abs(expected[i]) + ${TOLERANCE.absolute}, \`weight \${i}: \${value}\`);`,
    '  }',
    '});',
    '',
  ].join('\n');
}

function loopLines(plan: Plan): readonly string[] {
  const { states, uses, draws, perTensor } = plan;
  const passes = loopPasses(plan);
  const kept = passes.length > 1 && draws.length > 0;
  const spelled = spellingOf(plan, kept);
  const write = (term: Term) => writeTerm(term, arrays, spelled);
  const assigned = ({ kind, name, value }: Statement): string => {
    const target = kind === 'state' ? spelled.leaf({ kind, name }).text : `const ${camelCase(name)}`;
    return `${target} = ${write(value).text};`;
  };
  const stored = (one: boolean): readonly string[] =>
    plan.stores
      .filter(({ state }) => perTensor.has(state) === one)
      .map(({ state, value }) => assigned({ kind: 'state', name: state, value }));
  const loop = (lines: readonly string[]): readonly string[] => [
    'for (let i = 0; i < weights.length; i++) {',
    ...indented(lines, '  '),
    '}',
  ];
  const drawn = draws.map(
    (draw) => `${kept ? '' : 'const '}${camelCase(draw.name)}${kept ? '[i]' : ''} = ${drawText(draw)};`,
  );
  const pass = ({ before, body, reductions }: LoopPass, i: number): readonly string[] => [
    ...before.map(assigned),
    ...reductions.map(({ name }) => `let ${camelCase(name)} = 0;`),
    ...loop([
      ...(kept ? [] : drawn),
      ...body.map(assigned),
      ...reductions.map(({ name, value }) => addText(camelCase(name), value, write(value.args[0]!).text)),
      ...(i < passes.length - 1
        ? []
        : [
            `const delta = learningRate * ${within(write(plan.update), LEVEL.product + 1)};`,
            ...stored(false),
            'weights[i] -= delta;',
          ]),
    ]),
    ...reductions.flatMap(({ name, value }) => finishLines(camelCase(name), value)),
  ];
  const lines = [
    ...(uses.gradient ? ['const gradient = gradients[p];'] : []),
    ...(states.length > 0 ? [`const { ${states.map(camelCase).join(', ')} } = this.#states[p];`] : []),
    ...(kept ? [...draws.map(({ name }) => `const ${camelCase(name)} = [];`), ...loop(drawn)] : []),
    ...passes.flatMap(pass),
    ...stored(true),
  ];
  const zeros = (name: string): string =>
    perTensor.has(name) ? 'weights.slice(0, 1).fill(0)' : 'weights.slice().fill(0)';
  return [
    ...(states.length > 0
      ? [
          'this.#states ??= params.map((weights) => ({',
          ...states.map((name) => `  ${camelCase(name)}: ${zeros(name)},`),
          '}));',
        ]
      : []),
    uses.gradient || states.length > 0
      ? 'for (const [p, weights] of params.entries()) {'
      : 'for (const weights of params) {',
    ...indented(lines, '  '),
    '}',
  ];
}

/** Adds a value, which is a name, to what is reduced. */
function addText(name: string, { operation }: Apply, x: string): string {
  const { term, join } = reductionOf(operation);
  if (join === 'largest') return `${name} = Math.max(${name}, Math.abs(${x}));`;
  return `${name} += ${term === 'square' ? `${x} * ${x}` : x};`;
}

function finishLines(name: string, { operation }: Apply): readonly string[] {
  const { mean, root } = reductionOf(operation);
  const share = mean ? `${name} / weights.length` : name;
  if (root) return [`${name} = Math.sqrt(${share});`];
  return mean ? [`${name} /= weights.length;`] : [];
}

const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal' ? 'normal(random)' : `random() < ${text(draw.rate)}`;
