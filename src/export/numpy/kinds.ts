import { argumentLine, checkLines } from '../python/arguments.ts';
import { choiceLines, type KindsWriters, kindsArguments, kindsFunctions } from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import type { KindsSource } from '../target.ts';
import { type ArrayWriters, atom, indented, madeBy } from '../text.ts';

/** A class of NumPy for a rule that tells kinds, rows or columns of tensors apart. */
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
  const target: KindsWriters = {
    writers,
    reduce: (name, x, axis) =>
      axis === undefined ? `np.${name}(${x})` : `np.${name}(${x}, axis=${axis}, keepdims=True)`,
    root: (x) => `np.sqrt(${x})`,
    absolute: (x) => `np.abs(${x})`,
    full: ([x]) =>
      atom(x!.scalar ? `np.full_like(param, ${x!.text})` : `np.broadcast_to(${x!.text}, param.shape)`),
    draw: (draw, rate) =>
      draw.distribution === 'normal'
        ? 'constants["rng"].standard_normal(param.shape)'
        : `constants["rng"].random(param.shape) < ${rate}`,
    copied: (x) => `${x}.copy()`,
  };
  const functions = kindsFunctions(source, target);
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
          notes: [KINDS_NOTE],
          example: [
            `optimizer = ${className}(lr=${lr.fallback})`,
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
    '        self.constants = dict(',
    ...own.map(({ name }) => `            ${name}=${name},`),
    ...(random ? ['            rng=np.random.default_rng(seed),'] : []),
    '        )',
    '        self.count = 0',
    '        self.state: list[dict[str, np.ndarray]] = []',
    '',
    '    def step(',
    '        self,',
    '        params: list[np.ndarray],',
    '        grads: list[np.ndarray],',
    '        kinds: list[str] | None = None,',
    '    ) -> None:',
    '        """Takes one step: changes every array of `params` in place.',
    '',
    '        `kinds` says of each what it is: "matrices", "vectors" or "embeddings".',
    '        """',
    ...indented(
      [
        'if kinds is None:',
        '    kinds = ["matrices" if p.ndim > 1 else "vectors" for p in params]',
        'self.count += 1',
        'if not self.state:',
        '    self.state = [{} for _ in params]',
        'for param, grad, kind, state in zip(params, grads, kinds, self.state):',
        '    shape = (param.shape[0] if param.ndim > 0 else 1, -1)',
        ...indented(choiceLines(source, 'kind'), '    '),
        '    update = update_of(',
        '        self.constants, param.reshape(shape), grad.reshape(shape), state, self.count',
        '    )',
        '    full = np.broadcast_to(update, param.reshape(shape).shape)',
        '    param -= self.lr * full.reshape(param.shape)',
      ],
      '        ',
    ),
    '',
  ].join('\n');
}

export const KINDS_NOTE =
  'A tensor of two or more axes is a matrix whose rows are its first axis, unless it is said to be a table of embeddings; any other is a vector, one column.';
