import { operationsOf, type RandomDraw } from '../plan.ts';
import { type Argument, argumentLine, ruleArguments, stepsArgument } from '../python/arguments.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { mathImport, methods, traced } from '../python/traced.ts';
import type { ExportSource, Target } from '../target.ts';
import { isScalar, type Term } from '../term.ts';
import { indented, madeBy } from '../text.ts';
import { writeTinygradKinds } from './kinds.ts';

const writer = traced(methods, {
  parameter: (name) => `self.${name}`,
  gradient: 'grad',
  weight: 'param',
  rate: 'self.lr',
});

export const tinygrad: Target = {
  name: 'tinygrad',
  title: 'tinygrad',
  description: 'a tinygrad.nn.optim.Optimizer',
  extension: 'py',
  text: writer.text,
  write: writeTinygrad,
  writeKinds: writeTinygradKinds,
  overNetwork: 'as kinds',
};

const plural = (name: string): string => (name.endsWith('s') ? `${name}_list` : `${name}s`);

function writeTinygrad(source: ExportSource): string {
  const { plan, className } = source;
  const lr: Argument = {
    name: 'lr',
    type: 'float',
    fallback: pythonNumber(source.learningRate).text,
    description: 'learning rate',
  };
  const own: readonly Argument[] = [...stepsArgument(source), ...ruleArguments(plan)];
  const functions = writer.decayFunctions(plan);
  const counted = plan.uses.step ? ['step_count'] : [];
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions),
    'from tinygrad import Tensor',
    'from tinygrad.nn.optim import Optimizer',
    ...functions,
    '',
    '',
    `class ${className}(Optimizer):`,
    ...indented(
      [
        ...docstring(source, {
          args: [
            ['params', 'tensors to optimize'],
            ...[lr, ...own].map(({ name, description }) => [name, description] as const),
            ['fused', 'whether all parameters are updated as one tensor'],
          ],
          notes: [
            ...(['sign', 'clip', 'min', 'max'].some((name) => operationsOf(plan).has(name))
              ? [
                  'Comparisons with NaN are false in tinygrad: sign, clip, min and max may make a number of a NaN, which the rule keeps.',
                ]
              : []),
            ...(plan.draws.length > 0
              ? ["The random draws are tinygrad's own: Tensor.manual_seed seeds them."]
              : []),
          ],
          example: [
            'params = nn.state.get_parameters(model)',
            `optimizer = ${className}(params, lr=${lr.fallback}${plan.uses.totalSteps ? ', total_steps=1000' : ''})`,
            'with Tensor.train():',
            '    optimizer.zero_grad()',
            '    loss_of(model, batch).backward()',
            '    optimizer.step()',
            'optimizer.lr.assign(optimizer.lr * 0.999)  # a schedule of the learning rate',
          ],
        }),
        '',
        'def __init__(',
        '    self,',
        '    params: list[Tensor],',
        `    ${argumentLine(lr)}`,
        ...(plan.uses.totalSteps ? ['    *,'] : []),
        ...own.map((one) => `    ${argumentLine(one)}`),
        '    fused: bool = False,',
        ') -> None:',
        ...(plan.perTensor.size > 0
          ? [
              '    if fused:',
              '        raise ValueError("fused joins the tensors that the rule reduces over")',
            ]
          : []),
        '    super().__init__(params, lr, fused=fused)',
        ...own.map(({ name }) => `    self.${name} = ${name}`),
        ...counted.map((name) => `    self.${name} = Tensor.zeros(1, device=self.device).contiguous()`),
        ...plan.states.flatMap((name) =>
          plan.perTensor.has(name)
            ? [
                `    self.${plural(name)} = [`,
                '        Tensor.zeros(dtype=p.dtype, device=p.device).contiguous()',
                '        for p in self.params',
                '    ]',
              ]
            : [`    self.${plural(name)} = self._new_optim_param()`],
        ),
        '',
        'def _step(',
        '    self, params: list[Tensor], grads: list[Tensor]',
        ') -> tuple[list[Tensor], list[Tensor]]:',
        ...indented(stepLines(source, counted), '    '),
      ],
      '    ',
    ),
    '',
  ].join('\n');
}

function stepLines({ plan }: ExportSource, counted: readonly string[]): readonly string[] {
  const { states, stores, uses } = plan;
  const extra = [
    ...(counted.length > 0 ? ['[self.step_count]'] : []),
    ...states.map((name) => `self.${plural(name)}`),
  ];
  return [
    'updated: list[Tensor] = []',
    ...(uses.step
      ? [
          'self.step_count.assign(self.step_count + 1.0)',
          'step = self.step_count',
          ...writer.scalarLines(plan),
        ]
      : []),
    'for i, (param, grad) in enumerate(zip(params, grads)):',
    ...indented(
      [
        'param = param.detach()',
        ...states.map((name) => `${name} = self.${plural(name)}[i]`),
        ...plan.draws.map((draw) => `${draw.name} = ${drawText(draw)}`),
        ...plan.body.flatMap(({ kind, name, value }) =>
          kind === 'state' ? assigned(name, value) : [`${name} = ${writer.text(value)}`],
        ),
        // The update reads states that are overwritten below: it is computed before.
        `delta = self.lr * ${writer.factor(plan.update)}`,
        `new_param = (param - delta).cast(param.dtype)${stores.length > 0 ? '.realize()' : ''}`,
        ...stores.flatMap(({ state, value }) => [...assigned(state, value), `${state}.realize()`]),
        'updated.append(new_param)',
      ],
      '    ',
    ),
    ...returned(extra),
  ];
}

/** The updates, and whatever else changes. */
function returned(extra: readonly string[]): readonly string[] {
  const line = `return updated, ${extra.length === 0 ? '[]' : extra.join(' + ')}`;
  if (line.length + 8 <= WIDTH) return [line];
  const [first, ...rest] = extra;
  return [`extra = list(${first})`, ...rest.map((list) => `extra += ${list}`), 'return updated, extra'];
}

const assigned = (state: string, value: Term): readonly string[] =>
  isScalar(value)
    ? [`${state}.assign(${state}.zeros_like() + ${writer.text(value)})`]
    : [`after = ${writer.text(value)}`, `${state}.assign(after.cast(${state}.dtype))`];

const drawText = (draw: RandomDraw): string =>
  draw.distribution === 'normal'
    ? 'Tensor.randn(*param.shape, device=param.device)'
    : `Tensor.rand(*param.shape, device=param.device) < ${writer.text(draw.rate)}`;
