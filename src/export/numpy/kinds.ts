import { argumentLine, checkLines } from '../python/arguments.ts';
import {
  choiceLines,
  isTogether,
  type KindsWriters,
  kindsArguments,
  kindsFunctions,
  readoutOf,
  seesMatrices,
  updateInputs,
} from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import type { KindsSource } from '../target.ts';
import { type ArrayWriters, atom, indented, madeBy } from '../text.ts';

const kindsWriters = (writers: ArrayWriters): KindsWriters => ({
  writers,
  reduce: (name, x, axis) =>
    axis === undefined ? `np.${name}(${x})` : `np.${name}(${x}, axis=${axis}, keepdims=True)`,
  square: (x) => `np.square(${x})`,
  root: (x) => `np.sqrt(${x})`,
  absolute: (x) => `np.abs(${x})`,
  sum: (x) => `np.sum(${x})`,
  largest: (x) => `np.max(${x})`,
  count: (x) => `${x}.size`,
  stacked: (numbers) => numbers,
  full: ([x]) =>
    atom(x!.scalar ? `np.full_like(param, ${x!.text})` : `np.broadcast_to(${x!.text}, param.shape)`),
  zeros: (of) => `np.zeros_like(${of})`,
  zero: 'param.dtype.type(0)',
  draw: (draw, rate) =>
    draw.distribution === 'normal'
      ? 'constants["rng"].standard_normal(param.shape)'
      : `constants["rng"].random(param.shape) < ${rate}`,
  copied: (x) => `${x}.copy()`,
});

/** A class of NumPy for a rule that tells kinds, rows or columns of tensors apart, or reduces over all of them. */
export function writeNumpyKinds(source: KindsSource, writers: ArrayWriters): string {
  const { className, parts } = source;
  const random = parts.some(({ plan }) => plan.draws.length > 0);
  const lr = {
    name: 'lr',
    type: 'float',
    fallback: pythonNumber(source.learningRate).text,
    description: 'learning rate',
    invalid: 'not lr >= 0.0',
  };
  const own = kindsArguments(source);
  const seed = {
    name: 'seed',
    type: 'int | None',
    fallback: 'None',
    description: 'seed of the random draws',
  };
  const all = [lr, ...own, ...(random ? [seed] : [])];
  const functions = kindsFunctions(source, kindsWriters(writers));
  const total = own.some(({ name, fallback }) => name === 'total_steps' && fallback === undefined);
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...(functions.some((line) => line.includes('math.')) ? ['import math', ''] : []),
    'import numpy as np',
    ...functions,
    '',
    '',
    `class ${className}:`,
    ...indented(
      docstring(
        { ...source, plan: parts[0]!.plan },
        {
          args: all.map(({ name, description }) => [name, description] as const),
          notes: seesMatrices(source) ? [KINDS_NOTE] : [],
          example: [
            `optimizer = ${className}(lr=${lr.fallback}${total ? ', total_steps=1000' : ''})`,
            'optimizer.step([weight, bias], [weight_gradient, bias_gradient])',
            'optimizer.lr *= 0.999  # a schedule of the learning rate',
          ],
        },
      ),
      '    ',
    ),
    '',
    '    def __init__(',
    '        self,',
    `        ${argumentLine(lr)}`,
    ...(all.length > 1 ? ['        *,', ...all.slice(1).map((one) => `        ${argumentLine(one)}`)] : []),
    '    ) -> None:',
    ...indented(checkLines(all), '        '),
    '        self.lr = lr',
    ...(own.length > 0 || random
      ? [
          '        self.constants = dict(',
          ...own.map(({ name }) => `            ${name}=${name},`),
          ...(random ? ['            rng=np.random.default_rng(seed),'] : []),
          '        )',
        ]
      : ['        self.constants = {}']),
    '        self.count = 0',
    '        self.state: list[dict[str, np.ndarray]] = []',
    ...(updateInputs(source).includes('network') ? ['        self.network: dict[str, np.ndarray] = {}'] : []),
    '',
    ...indented(stepLines(source), '    '),
    ...indented(readoutLines(source), '    '),
    '',
  ].join('\n');
}

function stepLines(source: KindsSource): readonly string[] {
  const { parts } = source;
  const chosen = parts.length > 1;
  const matrices = seesMatrices(source);
  const inputs = updateInputs(source).map((name) => (name === 'network' ? 'self.network' : name));
  const call = `${chosen ? 'update_of' : '_update'}(${inputs.join(', ')})`;
  const together = isTogether(source);
  const loop = matrices ? 'p, g' : 'param, grad';
  const apply = [
    'change = np.broadcast_to(self.lr * update, param.shape)',
    matrices ? 'p -= change.reshape(p.shape)' : 'param -= change',
  ];
  return [
    'def step(',
    '    self,',
    '    params: list[np.ndarray],',
    '    grads: list[np.ndarray],',
    ...(chosen ? ['    kinds: list[str] | None = None,'] : []),
    ') -> None:',
    ...(chosen
      ? [
          '    """Takes one step: changes every array of `params` in place.',
          '',
          '    `kinds` says of each what it is: "matrices", "vectors" or "embeddings".',
          '    """',
          '    if kinds is None:',
          '        kinds = ["matrices" if p.ndim > 1 else "vectors" for p in params]',
        ]
      : ['    """Takes one step: changes every array of `params` in place."""']),
    ...indented(
      [
        'self.count += 1',
        'step = self.count',
        'constants = dict(self.constants, lr=self.lr)',
        'if not self.state:',
        '    self.state = [{} for _ in params]',
        ...(together ? ['updates = []'] : []),
        chosen
          ? `for ${loop}, kind, state in zip(params, grads, kinds, self.state):`
          : `for ${loop}, state in zip(params, grads, self.state):`,
        ...indented(
          [
            ...(matrices
              ? [
                  'shape = (p.shape[0] if p.ndim > 0 else 1, -1)',
                  'param, grad = p.reshape(shape), g.reshape(shape)',
                ]
              : []),
            ...(chosen ? choiceLines(source, 'kind') : []),
            ...(together ? [`updates.append(${call})`] : [`update = ${call}`, ...apply]),
          ],
          '    ',
        ),
        ...(together
          ? [
              `for ${matrices ? 'p' : 'param'}, update in zip(params, _together(updates)):`,
              ...(matrices ? ['    param = p.reshape(p.shape[0] if p.ndim > 0 else 1, -1)'] : []),
              ...indented(apply, '    '),
            ]
          : []),
      ],
      '    ',
    ),
  ];
}

function readoutLines(source: KindsSource): readonly string[] {
  const readout = readoutOf(source);
  if (readout === undefined) return [];
  const one = `state["${readout}"]`;
  return [
    '',
    'def readout(self, params: list[np.ndarray]) -> list[np.ndarray]:',
    '    """Returns the weights to validate with, and to keep at the end."""',
    '    if not self.state:',
    '        return params',
    ...(seesMatrices(source)
      ? [
          '    states = zip(self.state, params)',
          `    return [${one}.reshape(p.shape) for state, p in states]`,
        ]
      : [`    return [${one} for state in self.state]`]),
  ];
}

export const KINDS_NOTE =
  'A tensor of two or more axes is a matrix whose rows are its first axis, unless it is said to be a table of embeddings; any other is a vector, one column.';
