import type { ParameterRange } from '../parameters.ts';
import type { Plan, RandomDraw } from '../plan.ts';
import { operationsOf } from '../python/python.ts';
import { TOLERANCE } from '../recorded.ts';
import type { ExportSource, Target, TestSource } from '../target.ts';
import type { Term } from '../term.ts';
import {
  type ArrayWriters,
  arithmetic,
  atom,
  called,
  indented,
  LEVEL,
  numberText,
  type ScalarWriters,
  type Spelling,
  within,
  wrapped,
  writeTerm,
} from '../text.ts';

export const javascript: Target = {
  name: 'javascript',
  title: 'JavaScript',
  description: 'a class whose step(params, gradients) changes typed arrays in place',
  extension: 'js',
  text: (term) => text(term),
  write: writeJavascript,
  writeTest,
};

const elementary = {
  ...arithmetic,
  pow: called('Math.pow'),
  exp: called('Math.exp'),
  log: called('Math.log'),
  sqrt: called('Math.sqrt'),
  tanh: called('Math.tanh'),
  cos: called('Math.cos'),
  abs: called('Math.abs'),
  sign: called('Math.sign'),
  clip: (
    [x]: readonly { readonly text: string }[],
    [l]: readonly { readonly text: string; readonly level: number }[],
  ) => atom(`Math.max(-${within(l!, LEVEL.power)}, Math.min(${l!.text}, ${x!.text}))`),
  min: called('Math.min'),
  max: called('Math.max'),
};

const arrays: ArrayWriters = {
  ...elementary,
  drop: ([dropped, x]) => ({
    text: `${dropped!.text} ? 0 : ${within(x!, LEVEL.sum)}`,
    level: LEVEL.condition,
  }),
};

const scalars: ScalarWriters = {
  ...elementary,
  ld: () => atom('linearDecay(step, totalSteps)'),
  cd: (_, [n]) => atom(`cosineDecay(step, totalSteps, ${n!.text})`),
  rd: (_, [n]) => atom(`restartDecay(step, totalSteps, ${n!.text})`),
};

/** `exp_avg` is `expAvg` in JavaScript. */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const number = (value: number) => numberText(value, '');

const spelling: Spelling = {
  number,
  leaf: (term) => {
    if (term.kind === 'gradient') return atom('gradient[i]');
    if (term.kind === 'weight') return atom('weights[i]');
    if (term.kind === 'state') return atom(`${camelCase(term.name)}[i]`);
    return atom('name' in term ? camelCase(term.name) : term.kind);
  },
};

const text = (term: Term): string => writeTerm(term, arrays, spelling).text;

const DECAYS: Readonly<Record<string, readonly string[]>> = {
  ld: [
    '/** Goes from 1 at the first step to 0 at the end, and stays there. */',
    'const linearDecay = (step, totalSteps) => 1 - Math.min(step - 1, totalSteps) / totalSteps;',
  ],
  cd: [
    '/** Follows `cycles` periods of a cosine between 1 and 0. */',
    'const cosineDecay = (step, totalSteps, cycles) =>',
    '  0.5 * (1 + Math.cos((2 * Math.PI * cycles * Math.min(step - 1, totalSteps)) / totalSteps));',
  ],
  rd: [
    '/** Falls from 1 to 0 along half a cosine, `cycles` times. */',
    'const restartDecay = (step, totalSteps, cycles) =>',
    '  0.5 * (1 + Math.cos((Math.PI * ((cycles * Math.min(step - 1, totalSteps)) % totalSteps)) / totalSteps));',
  ],
};

const NORMAL = [
  '/** A standard normal number, by Box and Muller. */',
  'const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());',
];

const INVALID: Readonly<Record<ParameterRange, ((name: string) => string) | undefined>> = {
  unit: (name) => `!(${name} >= 0 && ${name} < 1)`,
  positive: (name) => `!(${name} > 0)`,
  nonnegative: (name) => `!(${name} >= 0)`,
  any: undefined,
};

function writeJavascript(source: ExportSource): string {
  const { plan, className } = source;
  const options = [
    {
      name: 'learningRate',
      value: number(source.learningRate).text,
      description: 'learning rate',
      range: 'nonnegative' as const,
    },
    ...(plan.uses.totalSteps
      ? [
          {
            name: 'totalSteps',
            value: undefined,
            description: 'number of steps of the whole training',
            range: 'positive' as const,
          },
        ]
      : []),
    ...plan.parameters.map(({ name, value, ...rest }) => ({
      name: camelCase(name),
      value: number(value).text,
      ...rest,
    })),
  ];
  const random = plan.draws.length > 0;
  const required = plan.uses.totalSteps;
  const names = [...options.map(({ name }) => name), ...(random ? ['random'] : [])];
  const used = operationsOf(plan);
  return [
    `// Made by: ${source.command}`,
    '// SPDX-License-Identifier: MIT',
    '',
    ...Object.entries(DECAYS).flatMap(([name, lines]) => (used.has(name) ? [...lines, ''] : [])),
    ...(plan.draws.some(({ distribution }) => distribution === 'normal') ? [...NORMAL, ''] : []),
    '/**',
    ...[
      source.title,
      '',
      ...wrapped(`w <- w - lr * u,  u = ${source.rule}`, 100, '    '),
      ...(source.source ? ['', ...wrapped(`Source: ${source.source}.`, 100)] : []),
      ...source.advice.flatMap((line) => ['', ...wrapped(line, 100)]),
      '',
      '@example',
      `const optimizer = new ${className}(${required ? '{ totalSteps: 1000 }' : ''});`,
      'optimizer.step([weights], [gradient]);',
    ].map((line) => (line === '' ? ' *' : ` * ${line}`)),
    ' */',
    `export class ${className} {`,
    ...(plan.uses.step ? ['  #step = 0;'] : []),
    ...(plan.states.length > 0 ? ['  #states;'] : []),
    '',
    '  /**',
    `   * @param {object} ${required ? 'options' : '[options]'}`,
    ...options.map(({ name, value, description }) =>
      value === undefined
        ? `   * @param {number} options.${name} - ${description}`
        : `   * @param {number} [options.${name}] - ${description}; default ${value}`,
    ),
    ...(random
      ? ['   * @param {() => number} [options.random] - uniform numbers in [0, 1); default Math.random']
      : []),
    '   */',
    '  constructor({',
    ...options.map(({ name, value }) => `    ${name}${value === undefined ? '' : ` = ${value}`},`),
    ...(random ? ['    random = Math.random,'] : []),
    required ? '  }) {' : '  } = {}) {',
    ...options.flatMap(({ name, range }) => {
      const invalid = INVALID[range]?.(name);
      return invalid === undefined
        ? []
        : [`    if (${invalid}) throw new RangeError(\`invalid ${name}: \${${name}}\`);`];
    }),
    ...names.map((name) => `    this.${name} = ${name};`),
    '  }',
    '',
    '  /**',
    '   * Takes one step: changes every array of `params` in place.',
    '   *',
    '   * @param {(Float32Array | Float64Array)[]} params',
    '   * @param {(Float32Array | Float64Array)[]} gradients',
    '   */',
    '  step(params, gradients) {',
    `    const { ${names.join(', ')} } = this;`,
    ...(plan.uses.step ? ['    const step = ++this.#step;'] : []),
    ...plan.scalars.map(
      ({ name, value }) => `    const ${camelCase(name)} = ${writeTerm(value, scalars, spelling).text};`,
    ),
    ...indented(loopLines(plan), '    '),
    '  }',
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
    `// Made by: ${command}`,
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
  const states = plan.states.map(camelCase);
  return [
    ...(states.length > 0
      ? [
          'this.#states ??= params.map((weights) => ({',
          ...states.map((name) => `  ${name}: new weights.constructor(weights.length),`),
          '}));',
        ]
      : []),
    'for (const [p, weights] of params.entries()) {',
    ...(plan.uses.gradient ? ['  const gradient = gradients[p];'] : []),
    ...(states.length > 0 ? [`  const { ${states.join(', ')} } = this.#states[p];`] : []),
    '  for (let i = 0; i < weights.length; i++) {',
    ...indented(
      [
        ...plan.draws.map((draw) => `const ${camelCase(draw.name)} = ${drawText(draw)};`),
        ...plan.body.map(({ kind, name, value }) =>
          kind === 'state'
            ? `${camelCase(name)}[i] = ${text(value)};`
            : `const ${camelCase(name)} = ${text(value)};`,
        ),
        `const delta = learningRate * ${within(writeTerm(plan.update, arrays, spelling), LEVEL.product + 1)};`,
        ...plan.stores.map(({ state, value }) => `${camelCase(state)}[i] = ${text(value)};`),
        'weights[i] -= delta;',
      ],
      '    ',
    ),
    '  }',
    '}',
  ];
}

const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal' ? 'normal(random)' : `random() < ${text(draw.rate)}`;
