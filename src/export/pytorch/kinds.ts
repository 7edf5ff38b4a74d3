import { KINDS_NOTE } from '../numpy/kinds.ts';
import { argumentLine, checkLines } from '../python/arguments.ts';
import {
  choiceLines,
  isTogether,
  type KindsWriters,
  kindsArguments,
  kindsFunctions,
  readoutOf,
  updateInputs,
} from '../python/kinds.ts';
import { docstring, pythonNumber, raised, WIDTH } from '../python/python.ts';
import type { KindsSource } from '../target.ts';
import { type ArrayWriters, atom, indented, madeBy, type Text, truthOf } from '../text.ts';
import { helpersOf } from './helpers.ts';
import { readoutLines } from './readout.ts';
import { networkStates, torchTogether } from './together.ts';

/** A number or a tensor, as a tensor. */
const tensorOf = ({ text, scalar }: Text): string => (scalar ? `param.new_full((), ${text})` : text);

const kindsWriters = (writers: ArrayWriters): KindsWriters => ({
  ...torchTogether,
  writers: {
    ...writers,
    // Values per row or column are broadcast, as they are not by masked_fill.
    where: ([c, x, y]) => {
      const truth = c!.scalar ? `_truth(${c!.text}, param)` : truthOf(c!, '!= 0.0').text;
      return atom(`torch.where(${truth}, ${tensorOf(x!)}, ${tensorOf(y!)})`);
    },
    drop: ([dropped, x]) => atom(`torch.where(${dropped!.text}, param.new_zeros(()), ${tensorOf(x!)})`),
  },
  reduce: (name, x, axis) => {
    const of = name === 'max' ? 'amax' : name;
    return axis === undefined ? `torch.${of}(${x})` : `torch.${of}(${x}, dim=${axis}, keepdim=True)`;
  },
  full: ([x]) => atom(x!.scalar ? `torch.full_like(param, ${x!.text})` : `(${x!.text}).expand_as(param)`),
  zeros: (of) => `torch.zeros_like(${of})`,
  zero: 'param.new_zeros(())',
  draw: (draw, rate) =>
    draw.distribution === 'normal'
      ? '_normal(param, constants["generator"])'
      : `_uniform(param, constants["generator"]) < ${rate}`,
  copied: (x) => `${x}.clone()`,
});

/** A torch.optim.Optimizer for a rule that tells kinds, rows or columns of tensors apart: tensor by tensor. */
export function writePytorchKinds(source: KindsSource, writers: ArrayWriters): string {
  const { className, parts } = source;
  const random = parts.some(({ plan }) => plan.draws.length > 0);
  const lr = {
    name: 'lr',
    type: 'float | Tensor',
    fallback: pythonNumber(source.learningRate).text,
    description: 'learning rate',
  };
  const own = kindsArguments(source);
  const functions = kindsFunctions(source, kindsWriters(writers));
  const readout = readoutOf(source);
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...(functions.some((line) => line.includes('math.')) ? ['import math'] : []),
    `from typing import Any, Callable, Iterable`,
    '',
    'import torch',
    'from torch import Tensor',
    'from torch.optim import Optimizer',
    '',
    `__all__ = ["${className}"]`,
    ...helpersOf(functions.join('\n')),
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
              ['params', 'parameters, or groups of parameters with options of their own'] as const,
              ...[lr, ...own].map(({ name, description }) => [name, description] as const),
              ...(random
                ? [['generator', 'where the random draws come from; the default generator if None'] as const]
                : []),
              ['maximize', 'whether the objective is maximized'] as const,
            ],
            notes: [`${KINDS_NOTE} A group of parameters says so by kind="embeddings".`],
            example: [
              'tables = [m.weight for m in model.modules() if isinstance(m, nn.Embedding)]',
              'others = [p for p in model.parameters() if all(p is not t for t in tables)]',
              'groups = [{"params": others}, {"params": tables, "kind": "embeddings"}]',
              `optimizer = ${className}(groups${own.some(({ name, fallback }) => name === 'total_steps' && fallback === undefined) ? ', total_steps=1000' : ''})`,
              'loss.backward()',
              'optimizer.step()',
            ],
          },
        ),
        '',
        'def __init__(',
        '    self,',
        '    params: Iterable[Tensor] | Iterable[dict[str, Any]],',
        `    ${argumentLine(lr)}`,
        '    *,',
        ...own.map((one) => `    ${argumentLine(one)}`),
        ...(random ? ['    generator: torch.Generator | None = None,'] : []),
        '    maximize: bool = False,',
        ') -> None:',
        '    if not 0.0 <= lr:',
        '        raise ValueError(f"Invalid learning rate: {lr}")',
        ...indented(checkLines(own), '    '),
        '    defaults = dict(',
        '        lr=lr,',
        '        kind=None,',
        ...own.map(({ name }) => `        ${name}=${name},`),
        '        maximize=maximize,',
        '    )',
        ...(random ? ['    self.generator = generator'] : []),
        ...(readout === undefined ? [] : ['    self._evaluating = False']),
        '    super().__init__(params, defaults)',
        '',
        ...(readout === undefined ? [] : readoutLines(readout, true)),
        '@torch.no_grad()',
        'def step(self, closure: Callable[[], Any] | None = None) -> Any:',
        '    """Performs a single optimization step.',
        '',
        '    Args:',
        '        closure: A closure that evaluates the model again and returns the loss.',
        '    """',
        ...indented(stepLines(source, random), '    '),
      ],
      '    ',
    ),
    '',
  ].join('\n');
}

function stepLines(source: KindsSource, random: boolean): readonly string[] {
  const { className, parts } = source;
  const together = isTogether(source);
  const inputs = updateInputs(source);
  const call = `${parts.length > 1 ? 'update_of' : '_update'}(${inputs.join(', ')})`;
  const numbers = networkStates(parts[0]!.plan);
  return [
    ...(readoutOf(source) === undefined
      ? []
      : ['if self._evaluating:', '    raise RuntimeError("call train() before step()")', '']),
    'loss = None',
    'if closure is not None:',
    '    with torch.enable_grad():',
    '        loss = closure()',
    '',
    ...(together ? ['moved, updates = [], []'] : []),
    'for group in self.param_groups:',
    `    constants = ${random ? 'dict(group, generator=self.generator)' : 'group'}`,
    '    for p in group["params"]:',
    ...indented(
      [
        'if p.grad is None:',
        '    continue',
        'if p.grad.is_sparse:',
        ...raised('RuntimeError', `"${className} does not support sparse gradients"`, 20).map(
          (line) => `    ${line}`,
        ),
        'if torch.is_complex(p):',
        ...raised('RuntimeError', `"${className} does not support complex parameters"`, 20).map(
          (line) => `    ${line}`,
        ),
        'state = self.state[p]',
        'state["step"] = step = state.get("step", 0) + 1',
        'shape = (p.shape[0] if p.dim() > 0 else 1, -1)',
        'param = p.reshape(shape)',
        'grad = (-p.grad if group["maximize"] else p.grad).reshape(shape)',
        ...(parts.length > 1
          ? [
              'kind = group["kind"] or ("matrices" if p.dim() > 1 else "vectors")',
              ...choiceLines(source, 'kind'),
            ]
          : []),
      ],
      '        ',
    ),
    ...(together
      ? [
          ...(numbers.length === 0
            ? []
            : [
                '        # One of the states has the numbers of the network.',
                '        states = self.state.values()',
                `        held = next((one for one in states if "${numbers[0]}" in one), state)`,
                '        network = dict(held) if moved else held',
              ]),
          '        moved.append((group, p, param))',
          `        updates.append(${call})`,
          'for (group, p, param), update in zip(moved, _together(updates)):',
          '    change = (group["lr"] * update).expand_as(param)',
          '    p.sub_(change.reshape(p.shape))',
        ]
      : [
          `        update = ${call}`,
          '        change = (group["lr"] * update).expand_as(param)',
          '        p.sub_(change.reshape(p.shape))',
        ]),
    '',
    'return loss',
  ];
}
