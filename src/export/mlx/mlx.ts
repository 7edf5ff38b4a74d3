import { operationsOf, type RandomDraw } from '../plan.ts';
import { type Argument, argumentLine, ruleArguments, stepsArgument } from '../python/arguments.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { functionsOf, mathImport, traced } from '../python/traced.ts';
import type { ExportSource, Target } from '../target.ts';
import { indented, madeBy } from '../text.ts';
import { writeMlxKinds } from './kinds.ts';

const writer = traced(functionsOf('mx'), {
  parameter: (name) => `self.${name}`,
  gradient: 'gradient',
  weight: 'parameter',
  rate: 'lr',
});

export const mlx: Target = {
  name: 'mlx',
  title: 'MLX',
  description: 'an mlx.optimizers.Optimizer',
  extension: 'py',
  text: writer.text,
  write: writeMlx,
  writeKinds: writeMlxKinds,
  overNetwork: 'as kinds',
};

function writeMlx(source: ExportSource): string {
  const { plan, className } = source;
  const own: readonly Argument[] = [...stepsArgument(source), ...ruleArguments(plan)];
  const functions = writer.decayFunctions(plan);
  const rate = pythonNumber(source.learningRate).text;
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions),
    'import mlx.core as mx',
    'from mlx.optimizers import Optimizer',
    ...functions,
    '',
    '',
    `class ${className}(Optimizer):`,
    ...indented(
      [
        ...docstring(source, {
          args: [
            ['learning_rate', 'learning rate, or its schedule'],
            ...own.map(({ name, description }) => [name, description] as const),
          ],
          notes: [
            ...(operationsOf(plan).has('sign') ? ['The sign of NaN is 0 in MLX, and NaN in the rule.'] : []),
            ...(plan.draws.length > 0
              ? ['The random draws come from mlx.core.random: mlx.core.random.seed seeds them.']
              : []),
          ],
          example: [
            `schedule = mlx.optimizers.cosine_decay(${rate}, decay_steps=1000)`,
            `optimizer = ${className}(schedule${plan.uses.totalSteps ? ', total_steps=1000' : ''})`,
            'gradients, _ = mlx.optimizers.clip_grad_norm(gradients, max_norm=1.0)',
            'optimizer.update(model, gradients)',
          ],
        }),
        '',
        'def __init__(',
        '    self,',
        `    learning_rate=${rate},`,
        ...(plan.uses.totalSteps ? ['    *,'] : []),
        ...own.map((one) => `    ${argumentLine(one)}`),
        ') -> None:',
        '    super().__init__()',
        '    self._maybe_schedule("learning_rate", learning_rate)',
        ...own.map(({ name }) => `    self.${name} = ${name}`),
        '',
        'def init_single(self, parameter: mx.array, state: dict) -> None:',
        ...(plan.states.length === 0
          ? ['    pass']
          : plan.states.map((name) =>
              plan.perTensor.has(name)
                ? `    state["${name}"] = mx.zeros((), parameter.dtype)`
                : `    state["${name}"] = mx.zeros_like(parameter)`,
            )),
        '',
        'def apply_single(',
        '    self, gradient: mx.array, parameter: mx.array, state: dict',
        ') -> mx.array:',
        ...indented(stepLines(source), '    '),
      ],
      '    ',
    ),
    '',
  ].join('\n');
}

function stepLines({ plan }: ExportSource): readonly string[] {
  const written = (name: string): string => {
    const stored = plan.stores.find((one) => one.state === name);
    return stored ? writer.text(stored.value) : name;
  };
  return [
    'lr = self.learning_rate.astype(gradient.dtype)',
    ...(plan.uses.step ? ['step = self.step.astype(mx.float32)', ...writer.scalarLines(plan)] : []),
    ...plan.states.map((name) => `${name} = state["${name}"]`),
    ...plan.draws.map((draw) => `${draw.name} = ${drawText(draw)}`),
    ...plan.body.map(({ name, value }) => `${name} = ${writer.text(value)}`),
    `delta = lr * ${writer.factor(plan.update)}`,
    ...plan.states.map((name) => `state["${name}"] = ${written(name)}`),
    'return parameter - delta',
  ];
}

const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal'
    ? 'mx.random.normal(gradient.shape)'
    : `mx.random.uniform(shape=gradient.shape) < ${writer.text(draw.rate)}`;
