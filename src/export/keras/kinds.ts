import { type Argument, argumentLine } from '../python/arguments.ts';
import {
  choiceLines,
  constantLines,
  functionOf,
  isTogether,
  kindsArguments,
  kindsFunctions,
  networkNumbers,
  readoutOf,
  seesMatrices,
  updateInputs,
} from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { mathImport } from '../python/traced.ts';
import { shaping, shapingFunctions, shapingNote, tracedKinds } from '../python/traced-kinds.ts';
import type { KindsSource } from '../target.ts';
import { indented, madeBy } from '../text.ts';

const transposed = (x: string): string => `ops.transpose(${x})`;

const writers = tracedKinds('ops', {
  transposed,
  count: (x) => `ops.sum(ops.ones_like(${x}))`,
  draw: (draw, rate) =>
    draw.distribution === 'normal'
      ? 'keras.random.normal(param.shape, seed=constants["seed"])'
      : `keras.random.uniform(param.shape, seed=constants["seed"]) < ${rate}`,
});

/** Keras's layers have the outputs last. */
const shapes = shaping('ops', transposed, true);

/** A keras.optimizers.Optimizer for a rule that tells kinds, rows or columns of tensors apart, or reduces over all of them. */
export function writeKerasKinds(source: KindsSource, named: (name: string) => string): string {
  const random = source.parts.some(({ plan }) => plan.draws.length > 0);
  const own: readonly Argument[] = [
    ...kindsArguments(source).map((one) => ({ ...one, name: named(one.name) })),
    ...(random
      ? [{ name: 'seed', type: 'int | None', fallback: 'None', description: 'seed of the random draws' }]
      : []),
  ];
  const functions = [...shapingFunctions(source, shapes), ...kindsFunctions(source, writers)];
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions),
    'import keras',
    'from keras import ops',
    ...(seesMatrices(source) ? KIND : []),
    ...functions,
    '',
    '',
    '@keras.saving.register_keras_serializable()',
    `class ${source.className}(keras.optimizers.Optimizer):`,
    ...indented(classLines(source, own, random, named), '    '),
    '',
  ].join('\n');
}

const KIND = [
  '',
  '',
  'def _kind_of(variable):',
  '    """What a variable is: tables of embeddings are known by their path."""',
  '    if len(variable.shape) < 2:',
  '        return "vectors"',
  '    path = getattr(variable, "path", variable.name)',
  '    return "embeddings" if "embedding" in path.lower() else "matrices"',
];

function classLines(
  source: KindsSource,
  own: readonly Argument[],
  random: boolean,
  named: (name: string) => string,
): readonly string[] {
  const { className, parts } = source;
  const rate = pythonNumber(source.learningRate).text;
  const total = own.some(({ name, fallback }) => name === 'total_steps' && fallback === undefined);
  const matrices = seesMatrices(source);
  const together = isTogether(source);
  const readout = readoutOf(source);
  return [
    ...docstring(
      { ...source, plan: parts[0]!.plan },
      {
        args: [
          ['learning_rate', 'learning rate, or its schedule'],
          ...own.map(({ name, description }) => [name, description] as const),
          ['kwargs', 'what every Keras optimizer takes, such as weight_decay, clipnorm and use_ema'],
        ],
        notes: matrices ? [shapingNote(shapes, 'Tables are known by "embedding" in their path.')] : [],
        example: [
          `optimizer = ${className}(${rate}${total ? ', total_steps=1000' : ''})`,
          'model.compile(optimizer=optimizer, loss="mse")',
        ],
      },
    ),
    '',
    'def __init__(',
    '    self,',
    `    learning_rate=${rate},`,
    ...(total ? ['    *,'] : []),
    ...own.map((one) => `    ${argumentLine(one)}`),
    `    name: str = "${className.toLowerCase()}",`,
    '    **kwargs,',
    ') -> None:',
    '    super().__init__(learning_rate=learning_rate, name=name, **kwargs)',
    ...own.map(({ name }) => `    self.${name} = ${name}`),
    ...(random ? ['    self.seed_generator = keras.random.SeedGenerator(seed)'] : []),
    '',
    ...buildLines(source),
    '',
    ...(together
      ? [
          'def _backend_update_step(self, grads, trainable_variables, learning_rate) -> None:',
          ...indented(togetherLines(source, random, named), '    '),
        ]
      : [
          'def update_step(self, gradient, variable, learning_rate) -> None:',
          ...indented(stepLines(source, random, named), '    '),
        ]),
    '',
    ...(readout === undefined ? [] : [...finalLines(`self._states[index]["${readout}"]`, matrices), '']),
    'def get_config(self) -> dict:',
    '    config = super().get_config()',
    ...(own.length > 0
      ? [
          '    config.update(',
          '        {',
          ...own.map(({ name }) => `            "${name}": self.${name},`),
          '        }',
          '    )',
        ]
      : []),
    '    return config',
  ];
}

function buildLines(source: KindsSource): readonly string[] {
  const matrices = seesMatrices(source);
  const numbers = networkNumbers(source);
  const start = source.parts.length > 1 ? 'state_of' : `${functionOf(source, 0)}_state`;
  return [
    'def build(self, variables) -> None:',
    '    if self.built:',
    '        return',
    '    super().build(variables)',
    ...(matrices ? ['    self._kinds = [_kind_of(variable) for variable in variables]'] : []),
    '    self._states = []',
    matrices ? '    for variable, kind in zip(variables, self._kinds):' : '    for variable in variables:',
    ...indented(
      [
        ...(source.parts.length > 1 ? choiceLines(source, 'kind', 'state') : []),
        matrices ? 'param = _matrix(ops.convert_to_tensor(variable), kind)' : 'param = variable',
        'state = {}',
        `for name, value in ${start}(param).items():`,
        '    state[name] = self.add_variable(',
        '        value.shape, dtype=variable.dtype, name=name',
        '    )',
        'self._states.append(state)',
      ],
      '        ',
    ),
    ...(numbers.length > 0
      ? [
          '    self._network = {}',
          `    for name in (${numbers.map((name) => `"${name}"`).join(', ')}${numbers.length === 1 ? ',' : ''}):`,
          '        self._network[name] = self.add_variable((), name=name)',
        ]
      : []),
  ];
}

/** How a variable, its gradient and its state become those of a step. */
const givenLines = (matrices: boolean): readonly string[] => [
  'index = self._get_variable_index(variable)',
  'param = ops.convert_to_tensor(variable)',
  'grad = ops.cast(gradient, variable.dtype)',
  ...(matrices
    ? ['kind = self._kinds[index]', 'param, grad = _matrix(param, kind), _matrix(grad, kind)']
    : []),
  'state = {}',
  'for name, value in self._states[index].items():',
  '    state[name] = ops.convert_to_tensor(value)',
];

/** How the update moves a variable, and its state is kept. */
const movedLines = (matrices: boolean): readonly string[] => [
  'for name, value in state.items():',
  '    self.assign(self._states[index][name], value)',
  'change = lr * ops.broadcast_to(update, param.shape)',
  ...(matrices ? ['change = _tensor(change, variable, kind)'] : []),
  'self.assign_sub(variable, change)',
];

function constants(source: KindsSource, random: boolean, named: (name: string) => string): readonly string[] {
  return [
    ...constantLines(source, (name) => `self.${named(name)}`, 'lr'),
    ...(random ? ['constants["seed"] = self.seed_generator'] : []),
  ];
}

function stepLines(source: KindsSource, random: boolean, named: (name: string) => string): readonly string[] {
  const { parts } = source;
  return [
    'lr = ops.cast(learning_rate, variable.dtype)',
    'step = ops.cast(self.iterations + 1, variable.dtype)',
    ...constants(source, random, named),
    ...givenLines(seesMatrices(source)),
    ...(parts.length > 1 ? choiceLines(source, 'kind') : []),
    `update = ${parts.length > 1 ? 'update_of' : '_update'}(${updateInputs(source).join(', ')})`,
    ...movedLines(seesMatrices(source)),
  ];
}

function togetherLines(
  source: KindsSource,
  random: boolean,
  named: (name: string) => string,
): readonly string[] {
  const matrices = seesMatrices(source);
  const numbers = networkNumbers(source).length > 0;
  const kept = ['variable', 'index', 'param', ...(matrices ? ['kind'] : []), 'state'].join(', ');
  return [
    '"""Takes the steps of all variables, which the rule reduces over."""',
    'lr = ops.cast(learning_rate, trainable_variables[0].dtype)',
    'step = ops.cast(self.iterations + 1, trainable_variables[0].dtype)',
    ...constants(source, random, named),
    ...(numbers
      ? [
          'network = {}',
          'for name, value in self._network.items():',
          '    network[name] = ops.convert_to_tensor(value)',
        ]
      : []),
    'given, steps = [], []',
    'for gradient, variable in zip(grads, trainable_variables):',
    ...indented(
      [
        ...givenLines(matrices),
        `given.append((${kept}))`,
        `steps.append(_update(${updateInputs(source).join(', ')}))`,
      ],
      '    ',
    ),
    'for one, update in zip(given, _together(steps)):',
    ...indented([`${kept} = one`, ...movedLines(matrices)], '    '),
    ...(numbers
      ? ['for name, value in network.items():', '    self.assign(self._network[name], value)']
      : []),
  ];
}

/** The method by which the weights to keep come into the variables; `readout` is the state that has them. */
export const finalLines = (readout: string, matrices: boolean): readonly string[] => [
  'def finalize_variable_values(self, var_list) -> None:',
  '    """Puts the weights to keep into the variables, as `fit` does at its end."""',
  '    super().finalize_variable_values(var_list)',
  '    for variable in var_list:',
  '        index = self._get_variable_index(variable)',
  `        readout = ops.convert_to_tensor(${readout})`,
  ...(matrices ? ['        readout = _tensor(readout, variable, self._kinds[index])'] : []),
  '        stepped = ops.convert_to_tensor(self.iterations) > 0',
  '        self.assign(variable, ops.where(stepped, readout, variable))',
];
