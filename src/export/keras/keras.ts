import { operationsOf, type RandomDraw } from '../plan.ts';
import { type Argument, argumentLine, ruleArguments, stepsArgument } from '../python/arguments.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { functionsOf, mathImport, traced } from '../python/traced.ts';
import type { ExportSource, Target } from '../target.ts';
import { namesIn } from '../term.ts';
import { indented, madeBy } from '../text.ts';
import { finalLines, writeKerasKinds } from './kinds.ts';

/** Keras decays the weights itself by its own `weight_decay`. */
const named = (name: string): string => (name === 'weight_decay' ? 'weight_factor' : name);

const writer = traced(functionsOf('ops'), {
  parameter: (name) => `self.${named(name)}`,
  gradient: 'grad',
  weight: 'variable',
  rate: 'lr',
});

export const keras: Target = {
  name: 'keras',
  title: 'Keras 3',
  description: 'a keras.optimizers.Optimizer for any backend, serialisable',
  extension: 'py',
  text: writer.text,
  write: writeKeras,
  writeKinds: (source) => writeKerasKinds(source, named),
  overNetwork: 'as kinds',
  readsOut: true,
};

const plural = (name: string): string => `_${name}_list`;

function writeKeras(source: ExportSource): string {
  const { plan, className } = source;
  const random = plan.draws.length > 0;
  const own: readonly Argument[] = [
    ...stepsArgument(source),
    ...ruleArguments(plan).map((one) => ({ ...one, name: named(one.name) })),
    ...(random
      ? [{ name: 'seed', type: 'int | None', fallback: 'None', description: 'seed of the random draws' }]
      : []),
  ];
  const functions = writer.decayFunctions(plan);
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions),
    'import keras',
    'from keras import ops',
    ...functions,
    '',
    '',
    '@keras.saving.register_keras_serializable()',
    `class ${className}(keras.optimizers.Optimizer):`,
    ...indented(classLines(source, own), '    '),
    '',
  ].join('\n');
}

function classLines(source: ExportSource, own: readonly Argument[]): readonly string[] {
  const { plan, className } = source;
  const random = plan.draws.length > 0;
  const rate = pythonNumber(source.learningRate).text;
  return [
    ...docstring(source, {
      args: [
        ['learning_rate', 'learning rate, or its schedule'],
        ...own.map(({ name, description }) => [name, description] as const),
        ['kwargs', 'what every Keras optimizer takes, such as weight_decay, clipnorm and use_ema'],
      ],
      notes: operationsOf(plan).has('sign')
        ? ['The sign of NaN is NaN in the rule, and 0 in some backends, such as torch.']
        : [],
      example: [
        `schedule = keras.optimizers.schedules.CosineDecay(${rate}, decay_steps=1000)`,
        `optimizer = ${className}(`,
        `    schedule,${plan.uses.totalSteps ? ' total_steps=1000,' : ''} weight_decay=0.01, clipnorm=1.0`,
        ')',
        'model.compile(optimizer=optimizer, loss="mse")',
      ],
    }),
    '',
    'def __init__(',
    '    self,',
    `    learning_rate=${rate},`,
    ...(plan.uses.totalSteps ? ['    *,'] : []),
    ...own.map((one) => `    ${argumentLine(one)}`),
    `    name: str = "${className.toLowerCase()}",`,
    '    **kwargs,',
    ') -> None:',
    '    super().__init__(learning_rate=learning_rate, name=name, **kwargs)',
    ...own.map(({ name }) => `    self.${name} = ${name}`),
    ...(random ? ['    self.seed_generator = keras.random.SeedGenerator(seed)'] : []),
    '',
    'def build(self, variables) -> None:',
    '    if self.built:',
    '        return',
    '    super().build(variables)',
    ...plan.states.flatMap((name) => [
      `    self.${plural(name)} = [`,
      plan.perTensor.has(name)
        ? `        self.add_variable((), dtype=variable.dtype, name="${name}")`
        : `        self.add_variable_from_reference(variable, "${name}")`,
      '        for variable in variables',
      '    ]',
    ]),
    '',
    'def update_step(self, gradient, variable, learning_rate) -> None:',
    ...indented(stepLines(source), '    '),
    '',
    ...(plan.readout === undefined ? [] : [...finalLines(`self.${plural(plan.readout)}[index]`, false), '']),
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

function stepLines({ plan }: ExportSource): readonly string[] {
  const { states, uses } = plan;
  const written = (name: string): string => {
    const stored = plan.stores.find((one) => one.state === name);
    return stored ? writer.text(stored.value) : name;
  };
  const values = [...plan.body, ...plan.stores, { value: plan.update }].map(({ value }) => value);
  const read = new Set(values.flatMap(namesIn));
  return [
    'lr = ops.cast(learning_rate, variable.dtype)',
    ...(uses.gradient || plan.draws.length > 0 || operationsOf(plan).has('sum')
      ? ['grad = ops.cast(gradient, variable.dtype)']
      : []),
    ...(uses.step
      ? ['step = ops.cast(self.iterations + 1, variable.dtype)', ...writer.scalarLines(plan)]
      : []),
    ...(states.length > 0 ? ['index = self._get_variable_index(variable)'] : []),
    ...states
      .filter((name) => read.has(name))
      .map((name) => `${name} = ops.convert_to_tensor(self.${plural(name)}[index])`),
    ...(plan.draws.length > 0 ? ['seed = self.seed_generator'] : []),
    ...plan.draws.map((draw) => `${draw.name} = ${drawText(draw)}`),
    ...plan.body.map(({ name, value }) => `${name} = ${writer.text(value)}`),
    `delta = lr * ${writer.factor(plan.update)}`,
    ...states.map((name) => `self.assign(self.${plural(name)}[index], ${written(name)})`),
    'self.assign_sub(variable, delta)',
  ];
}

const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal'
    ? 'keras.random.normal(grad.shape, seed=seed)'
    : `keras.random.uniform(grad.shape, seed=seed) < ${writer.text(draw.rate)}`;
