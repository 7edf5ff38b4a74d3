import { type Argument, argumentLine } from '../python/arguments.ts';
import {
  choiceLines,
  constantLines,
  functionOf,
  isTogether,
  kindsArguments,
  kindsFunctions,
  networkNumbers,
  seesMatrices,
  updateInputs,
} from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { mathImport } from '../python/traced.ts';
import { shaping, shapingFunctions, shapingNote, tracedKinds } from '../python/traced-kinds.ts';
import type { KindsSource } from '../target.ts';
import { indented, madeBy } from '../text.ts';

const writers = tracedKinds('mx', {
  draw: (draw, rate) =>
    draw.distribution === 'normal'
      ? 'mx.random.normal(param.shape)'
      : `mx.random.uniform(shape=param.shape) < ${rate}`,
});

/** MLX's layers have the outputs first. */
const shapes = shaping('mx', (x) => `${x}.T`, false);

/** An mlx.optimizers.Optimizer for a rule that tells kinds, rows or columns of tensors apart, or reduces over all of them. */
export function writeMlxKinds(source: KindsSource): string {
  const { className, parts } = source;
  const chosen = parts.length > 1;
  const together = isTogether(source);
  const own: readonly Argument[] = [
    ...kindsArguments(source),
    ...(chosen
      ? [
          {
            name: 'kind',
            type: 'str | None',
            fallback: 'None',
            description: '"embeddings" if all its parameters are tables, as in a MultiOptimizer',
          },
        ]
      : []),
  ];
  const total = own.some(({ name, fallback }) => name === 'total_steps' && fallback === undefined);
  const functions = [...shapingFunctions(source, shapes), ...kindsFunctions(source, writers)];
  const rate = pythonNumber(source.learningRate).text;
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions),
    'import mlx.core as mx',
    'from mlx.optimizers import Optimizer',
    ...(together ? ['from mlx.utils import tree_flatten, tree_unflatten'] : []),
    ...functions,
    '',
    '',
    `class ${className}(Optimizer):`,
    ...indented(
      [
        ...docstring(
          { ...source, plan: parts[0]!.plan },
          {
            args: [
              ['learning_rate', 'learning rate, or its schedule'],
              ...own.map(({ name, description }) => [name, description] as const),
            ],
            notes: [
              ...(seesMatrices(source) ? [shapingNote(shapes, '')] : []),
              ...(parts.some(({ plan }) => plan.draws.length > 0)
                ? ['The random draws come from mlx.core.random: mlx.core.random.seed seeds them.']
                : []),
            ].map((note) => note.trim()),
            example: [
              `optimizer = ${className}(${rate}${total ? ', total_steps=1000' : ''})`,
              'optimizer.update(model, gradients)',
            ],
          },
        ),
        '',
        'def __init__(',
        '    self,',
        `    learning_rate=${rate},`,
        ...(total ? ['    *,'] : []),
        ...own.map((one) => `    ${argumentLine(one)}`),
        ') -> None:',
        '    super().__init__()',
        '    self._maybe_schedule("learning_rate", learning_rate)',
        ...own.map(({ name }) => `    self.${name} = ${name}`),
        ...numbersLines(source),
        '',
        ...initLines(source),
        '',
        ...stepLines(source),
        ...(together ? ['', ...TOGETHER] : []),
      ],
      '    ',
    ),
    '',
  ].join('\n');
}

function numbersLines(source: KindsSource): readonly string[] {
  const numbers = networkNumbers(source);
  if (numbers.length === 0) return [];
  return [
    '    self.state["network"] = {',
    ...numbers.map((name) => `        "${name}": mx.zeros(()),`),
    '    }',
  ];
}

const chosenKind = (axes: string): string =>
  `kind = self.kind or ("matrices" if len(${axes}.shape) > 1 else "vectors")`;

function initLines(source: KindsSource): readonly string[] {
  const chosen = source.parts.length > 1;
  const param = seesMatrices(source) ? '_matrix(parameter)' : 'parameter';
  return [
    'def init_single(self, parameter: mx.array, state: dict) -> None:',
    ...indented(
      [
        ...(chosen ? [chosenKind('parameter'), ...choiceLines(source, 'kind', 'state')] : []),
        `state.update(${chosen ? 'state_of' : `${functionOf(source, 0)}_state`}(${param}))`,
      ],
      '    ',
    ),
  ];
}

function stepLines(source: KindsSource): readonly string[] {
  const { parts } = source;
  const matrices = seesMatrices(source);
  const chosen = parts.length > 1;
  const together = isTogether(source);
  const call = `${chosen ? 'update_of' : '_update'}(${updateInputs(source).join(', ')})`;
  return [
    ...(together
      ? ['def apply_single(self, gradient: mx.array, parameter: mx.array, state: dict):']
      : [
          'def apply_single(',
          '    self, gradient: mx.array, parameter: mx.array, state: dict',
          ') -> mx.array:',
        ]),
    ...indented(
      [
        'lr = self.learning_rate.astype(gradient.dtype)',
        'step = self.step.astype(mx.float32)',
        ...constantLines(source, (name) => `self.${name}`, 'lr'),
        ...(networkNumbers(source).length > 0 ? ['network = self.state["network"]'] : []),
        matrices
          ? 'param, grad = _matrix(parameter), _matrix(gradient)'
          : 'param, grad = parameter, gradient',
        ...(chosen ? [chosenKind('parameter'), ...choiceLines(source, 'kind')] : []),
        `update = ${together ? 'yield from ' : ''}${call}`,
        'change = lr * mx.broadcast_to(update, param.shape)',
        `return parameter - ${matrices ? 'mx.reshape(change, parameter.shape)' : 'change'}`,
      ],
      '    ',
    ),
  ];
}

const TOGETHER = [
  'def apply_gradients(self, gradients: dict, parameters: dict) -> dict:',
  '    """Takes the steps of all parameters, which the rule reduces over."""',
  '    steps = tree_flatten(super().apply_gradients(gradients, parameters))',
  '    updated = _together([step for _, step in steps])',
  '    return tree_unflatten([(name, one) for (name, _), one in zip(steps, updated)])',
];
