import type { RandomDraw } from '../plan.ts';
import { argumentLine, checkLines, ruleArguments, stepsArgument } from '../python/arguments.ts';
import {
  docstring,
  pythonArithmetic,
  pythonNumber,
  scalarFunctions,
  scalarLines,
  WIDTH,
} from '../python/python.ts';
import { pythonTest } from '../python/test-text.ts';
import type { ExportSource, Target } from '../target.ts';
import { namesIn, type Term } from '../term.ts';
import {
  type ArrayWriters,
  atom,
  called,
  comparison,
  indented,
  LEVEL,
  madeBy,
  namedMatrices,
  reductionWriters,
  type Spelling,
  truthOf,
  within,
  writeTerm,
} from '../text.ts';
import { writeNumpyKinds } from './kinds.ts';

const writers: ArrayWriters = {
  ...pythonArithmetic,
  exp: called('np.exp'),
  log: called('np.log'),
  sqrt: called('np.sqrt'),
  tanh: called('np.tanh'),
  cos: called('np.cos'),
  abs: called('np.abs'),
  sign: called('np.sign'),
  clip: ([x], [l]) => atom(`np.clip(${x!.text}, -${within(l!, LEVEL.power)}, ${l!.text})`),
  min: called('np.minimum'),
  max: called('np.maximum'),
  lt: comparison('<', ({ text }) => atom(`(${text}).astype(param.dtype)`)),
  le: comparison('<=', ({ text }) => atom(`(${text}).astype(param.dtype)`)),
  where: ([c, x, y]) => {
    const chosen = `np.where(${truthOf(c!, '!= 0.0').text}, ${x!.text}, ${y!.text})`;
    return atom(x!.scalar && y!.scalar ? `${chosen}.astype(param.dtype)` : chosen);
  },
  ...reductionWriters((name) => called(`np.${name}`), 'param.dtype.type(param.size)'),
  drop: ([dropped, x]) => atom(`np.where(${dropped!.text}, 0.0, ${x!.text})`),
};

const spelling: Spelling = {
  number: pythonNumber,
  leaf: (term) => {
    if (term.kind === 'gradient') return atom('grad');
    if (term.kind === 'weight') return atom('param');
    if (term.kind === 'parameter') return atom(`self.${term.name}`);
    if (term.kind === 'learningRate') return atom('self.lr');
    return atom('name' in term ? term.name : term.kind === 'step' ? 'step' : 'self.total_steps');
  },
};

/** The length of what is written of it; rows, columns and matrices have writers of their own. */
const measured = { ...writers, ...namedMatrices };

const text = (term: Term): string => writeTerm(term, measured, spelling).text;

export const numpy: Target = {
  name: 'numpy',
  title: 'NumPy',
  description: 'a class whose step(params, grads) changes arrays in place',
  extension: 'py',
  readsOut: true,
  overNetwork: 'as kinds',
  text: (term) => text(term),
  write: writeNumpy,
  writeKinds: (source) => writeNumpyKinds(source, writers),
  writeTest: (source) =>
    pythonTest(source, ['import numpy as np'], (name, given) => [
      'weights = np.array(WEIGHTS)',
      `optimizer = ${name}(${given})`,
      'for gradient in GRADIENTS:',
      '    optimizer.step([weights], [np.array(gradient)])',
      'found = weights.tolist()',
    ]),
};

function writeNumpy(source: ExportSource): string {
  const { plan, className } = source;
  const all = [
    {
      name: 'lr',
      type: 'float',
      fallback: pythonNumber(source.learningRate).text,
      description: 'learning rate',
      invalid: 'not lr >= 0.0',
    },
    ...stepsArgument(source),
    ...ruleArguments(plan),
    ...(plan.draws.length > 0
      ? [{ name: 'seed', type: 'int | None', fallback: 'None', description: 'seed of the random draws' }]
      : []),
  ];
  const [first, ...rest] = all;
  const scalars = scalarLines(plan, (name) => `self.${name}`);
  const math =
    scalars.some((line) => line.includes('math.')) ||
    scalarFunctions(plan).some((line) => line.includes('math.'));
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...(math ? ['import math', ''] : []),
    'import numpy as np',
    ...scalarFunctions(plan),
    '',
    '',
    `class ${className}:`,
    ...indented(
      docstring(source, {
        args: all.map(({ name, description }) => [name, description] as const),
        example: [
          `optimizer = ${className}(lr=${first!.fallback}${plan.uses.totalSteps ? ', total_steps=1000' : ''})`,
          'gradient = np.clip(gradient, -1.0, 1.0)',
          'weight *= 1.0 - 0.01 * optimizer.lr  # decoupled weight decay of 0.01',
          'optimizer.step([weight], [gradient])',
          'optimizer.lr *= 0.999  # a schedule of the learning rate',
        ],
      }),
      '    ',
    ),
    '',
    '    def __init__(',
    '        self,',
    `        ${argumentLine(first!)}`,
    ...(rest.length > 0 ? ['        *,', ...rest.map((one) => `        ${argumentLine(one)}`)] : []),
    '    ) -> None:',
    ...indented(checkLines(all), '        '),
    ...all.filter(({ name }) => name !== 'seed').map(({ name }) => `        self.${name} = ${name}`),
    ...(plan.draws.length > 0 ? ['        self.rng = np.random.default_rng(seed)'] : []),
    ...(plan.uses.step ? ['        self.count = 0'] : []),
    ...(plan.states.length > 0 ? ['        self.state: list[dict[str, np.ndarray]] = []'] : []),
    '',
    '    def step(self, params: list[np.ndarray], grads: list[np.ndarray]) -> None:',
    '        """Takes one step: changes every array of `params` in place."""',
    ...indented(stepLines(source, scalars), '        '),
    '',
    ...(plan.readout === undefined
      ? []
      : [
          '    def readout(self, params: list[np.ndarray]) -> list[np.ndarray]:',
          '        """Returns the weights to validate with, and to keep at the end."""',
          '        if not self.state:',
          '            return params',
          `        return [state["${plan.readout}"] for state in self.state]`,
          '',
        ]),
  ].join('\n');
}

function stepLines({ plan }: ExportSource, scalars: readonly string[]): readonly string[] {
  const { states, body, stores, update, uses } = plan;
  const read = new Set([...body, ...stores, { value: update }].flatMap(({ value }) => namesIn(value)));
  const loop =
    states.length > 0
      ? 'for param, grad, state in zip(params, grads, self.state):'
      : 'for param, grad in zip(params, grads):';
  return [
    ...(uses.step ? ['self.count += 1', 'step = self.count'] : []),
    ...scalars,
    ...(states.length > 0
      ? [
          'if not self.state:',
          ...namesLines(states),
          '    for param in params:',
          '        self.state.append({name: np.zeros_like(param) for name in names})',
          ...states
            .filter((name) => plan.perTensor.has(name))
            .map((name) => `        self.state[-1]["${name}"] = param.dtype.type(0)`),
        ]
      : []),
    loop,
    ...indented(
      [
        ...states.filter((name) => read.has(name)).map((name) => `${name} = state["${name}"]`),
        ...plan.draws.map(drawLine),
        ...body.map(({ name, value }) => `${name} = ${text(value)}`),
        `delta = self.lr * ${within(writeTerm(update, writers, spelling), LEVEL.product + 1)}`,
        ...body.filter(({ kind }) => kind === 'state').map(({ name }) => `state["${name}"] = ${name}`),
        ...stores.map(({ state, value }) => `state["${state}"] = ${storedText(value)}`),
        'param -= delta',
      ],
      '    ',
    ),
  ];
}

/** Black's lines of the names of the states: in one line, in one between the parentheses, or in a line each. */
function namesLines(states: readonly string[]): readonly string[] {
  const list = states.map((name) => `"${name}"`).join(', ');
  const line = `    names = (${list}${states.length === 1 ? ',' : ''})`;
  if (line.length + 8 <= WIDTH) return [line];
  const isOne = list.length + 16 <= WIDTH;
  return [
    '    names = (',
    ...(isOne ? [`        ${list}`] : states.map((name) => `        "${name}",`)),
    '    )',
  ];
}

const drawLine = (draw: RandomDraw): string =>
  draw.distribution === 'normal'
    ? `${draw.name} = self.rng.standard_normal(param.shape)`
    : `${draw.name} = self.rng.random(param.shape) < ${text(draw.rate)}`;

/** A state keeps a copy of what is the caller's own. */
const storedText = (value: Term): string =>
  value.kind === 'gradient' || value.kind === 'weight' ? `${text(value)}.copy()` : text(value);
