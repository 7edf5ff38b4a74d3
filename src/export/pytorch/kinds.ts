import { KINDS_NOTE } from '../numpy/kinds.ts';
import { argumentLine, checkLines } from '../python/arguments.ts';
import { choiceLines, type KindsWriters, kindsArguments, kindsFunctions } from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import type { KindsSource } from '../target.ts';
import { type ArrayWriters, atom, indented, madeBy, truthOf } from '../text.ts';

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
  const target: KindsWriters = {
    writers: {
      ...writers,
      // Values per row or column are broadcast, as they are not by masked_fill.
      where: ([c, x, y]) => {
        const truth = c!.scalar ? `_truth(${c!.text}, param)` : truthOf(c!, '!= 0.0').text;
        const value = ({ text, scalar }: typeof x & object): string =>
          scalar ? `torch.full_like(param, ${text})` : text;
        return atom(`torch.where(${truth}, ${value(x!)}, ${value(y!)})`);
      },
      drop: ([dropped, x]) =>
        atom(
          `torch.where(${dropped!.text}, torch.zeros_like(param), ${x!.scalar ? `torch.full_like(param, ${x!.text})` : x!.text})`,
        ),
    },
    reduce: (name, x, axis) => {
      const of = name === 'max' ? 'amax' : name;
      return axis === undefined ? `torch.${of}(${x})` : `torch.${of}(${x}, dim=${axis}, keepdim=True)`;
    },
    root: (x) => `torch.sqrt(${x})`,
    absolute: (x) => `torch.abs(${x})`,
    full: ([x]) => atom(x!.scalar ? `torch.full_like(param, ${x!.text})` : `(${x!.text}).expand_as(param)`),
    draw: (draw, rate) =>
      draw.distribution === 'normal'
        ? 'torch.randn(param.shape, generator=constants["generator"], dtype=param.dtype, device=param.device)'
        : `torch.rand(param.shape, generator=constants["generator"], device=param.device) < ${rate}`,
    copied: (x) => `${x}.clone()`,
  };
  const functions = kindsFunctions(source, target);
  const truth = functions.some((line) => line.includes('_truth('));
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...(functions.some((line) => line.includes('math.')) ? ['import math'] : []),
    'from typing import Any, Callable, Iterable',
    '',
    'import torch',
    'from torch import Tensor',
    'from torch.optim import Optimizer',
    ...(truth
      ? [
          '',
          '',
          'def _truth(number: float | Tensor, param: Tensor) -> Tensor:',
          '    return torch.as_tensor(number != 0.0, device=param.device)',
        ]
      : []),
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
            ],
            notes: [`${KINDS_NOTE} A group of parameters says so by kind="embeddings".`],
            example: [
              'tables = [m.weight for m in model.modules() if isinstance(m, torch.nn.Embedding)]',
              'others = [p for p in model.parameters() if all(p is not t for t in tables)]',
              `optimizer = ${className}([{"params": others}, {"params": tables, "kind": "embeddings"}])`,
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
        ...(own.length > 0 || random ? ['    *,'] : []),
        ...own.map((one) => `    ${argumentLine(one)}`),
        ...(random ? ['    generator: torch.Generator | None = None,'] : []),
        ') -> None:',
        '    if not 0.0 <= lr:',
        '        raise ValueError(f"Invalid learning rate: {lr}")',
        ...indented(checkLines(own), '    '),
        '    defaults = dict(',
        '        lr=lr,',
        '        kind=None,',
        ...own.map(({ name }) => `        ${name}=${name},`),
        '    )',
        ...(random ? ['    self.generator = generator'] : []),
        '    super().__init__(params, defaults)',
        '',
        '@torch.no_grad()',
        'def step(self, closure: Callable[[], Any] | None = None) -> Any:',
        '    """Performs a single optimization step."""',
        '    loss = None',
        '    if closure is not None:',
        '        with torch.enable_grad():',
        '            loss = closure()',
        '    for group in self.param_groups:',
        ...(random
          ? ['        constants = dict(group, generator=self.generator)']
          : ['        constants = group']),
        '        for param in group["params"]:',
        '            if param.grad is None:',
        '                continue',
        ...indented(
          [
            'kind = group["kind"] or ("matrices" if param.dim() > 1 else "vectors")',
            'state = self.state[param]',
            'state["step"] = state.get("step", 0) + 1',
            'shape = (param.shape[0] if param.dim() > 0 else 1, -1)',
            ...choiceLines(source, 'kind'),
            'weights = param.reshape(shape)',
            'update = update_of(',
            '    constants, weights, param.grad.reshape(shape), state, state["step"]',
            ')',
            'param.sub_(group["lr"] * update.expand_as(weights).reshape(param.shape))',
          ],
          '            ',
        ),
        '    return loss',
      ],
      '    ',
    ),
    '',
  ].join('\n');
}
