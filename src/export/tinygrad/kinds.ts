import { type Argument, argumentLine } from '../python/arguments.ts';
import {
  choiceLines,
  constantLines,
  functionOf,
  isTogether,
  type KindsWriters,
  kindsArguments,
  kindsFunctions,
  networkNumbers,
  seesMatrices,
  updateInputs,
} from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { mathImport, methods, traced } from '../python/traced.ts';
import { type Shaping, shapingFunctions, shapingNote } from '../python/traced-kinds.ts';
import type { KindsSource } from '../target.ts';
import { atom, indented, madeBy } from '../text.ts';

const writer = traced(methods, {
  parameter: (name) => name,
  gradient: 'grad',
  weight: 'param',
  rate: 'lr',
});

const writers: KindsWriters = {
  writers: writer.writers,
  scalars: { lines: writer.scalarLines, functions: writer.decayFunctions },
  reduce: (name, x, axis) => `${x}.${name}(${axis === undefined ? '' : `axis=${axis}, keepdim=True`})`,
  square: (x) => `${x}.square()`,
  root: (x) => (/^[\w.]+(\(.*\))?$/.test(x) ? `${x}.sqrt()` : `(${x}).sqrt()`),
  absolute: (x) => `${x}.abs()`,
  sum: (x) => `${x}.sum()`,
  largest: (x) => `${x}.max()`,
  count: (x) => `${x}.numel()`,
  stacked: (numbers) => `Tensor.stack(*${numbers})`,
  full: ([x]) => atom(x!.scalar ? `(${x!.text} * param.ones_like())` : `(${x!.text}).expand(param.shape)`),
  zeros: (of) => `${of}.zeros_like()`,
  zero: 'Tensor.zeros(1, dtype=param.dtype, device=param.device)',
  draw: (draw, rate) =>
    draw.distribution === 'normal'
      ? 'Tensor.randn(*param.shape, device=param.device)'
      : `Tensor.rand(*param.shape, device=param.device) < ${rate}`,
  copied: (x) => `${x}.clone()`,
  initialized: true,
};

/** tinygrad's layers have the outputs first. */
const shapes: Shaping = {
  reshaped: (x, shape) => `${x}.reshape(${shape})`,
  transposed: (x) => `${x}.T`,
  outputsLast: false,
};

/** A tinygrad.nn.optim.Optimizer for a rule that tells kinds, rows or columns of tensors apart, or reduces over all of them. */
export function writeTinygradKinds(source: KindsSource): string {
  const { className, parts } = source;
  const chosen = parts.length > 1;
  const lr: Argument = {
    name: 'lr',
    type: 'float',
    fallback: pythonNumber(source.learningRate).text,
    description: 'learning rate',
  };
  const own: readonly Argument[] = kindsArguments(source);
  const total = own.some(({ name, fallback }) => name === 'total_steps' && fallback === undefined);
  const functions = [...shapingFunctions(source, shapes), ...kindsFunctions(source, writers)];
  const numbers = networkNumbers(source);
  const start = chosen ? 'state_of' : `${functionOf(source, 0)}_state`;
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
        ...docstring(
          { ...source, plan: parts[0]!.plan },
          {
            args: [
              ['params', 'tensors to optimize'],
              ...[lr, ...own].map(({ name, description }) => [name, description] as const),
              ...(chosen ? [['embeddings', 'those of the tensors that are tables'] as const] : []),
              ['fused', 'not supported: the rule needs the tensors apart'],
            ],
            notes: seesMatrices(source) ? [shapingNote(shapes, '').trim()] : [],
            example: [
              'params = nn.state.get_parameters(model)',
              `optimizer = ${className}(params, lr=${lr.fallback}${total ? ', total_steps=1000' : ''})`,
              'with Tensor.train():',
              '    optimizer.zero_grad()',
              '    loss_of(model, batch).backward()',
              '    optimizer.step()',
            ],
          },
        ),
        '',
        'def __init__(',
        '    self,',
        '    params: list[Tensor],',
        `    ${argumentLine(lr)}`,
        ...(total ? ['    *,'] : []),
        ...own.map((one) => `    ${argumentLine(one)}`),
        ...(chosen ? ['    embeddings: list[Tensor] | None = None,'] : []),
        '    fused: bool = False,',
        ') -> None:',
        '    if fused:',
        '        raise ValueError("fused joins the tensors, which the rule needs apart")',
        '    super().__init__(params, lr, fused=fused)',
        ...own.map(({ name }) => `    self.${name} = ${name}`),
        '    self.step_count = Tensor.zeros(1, device=self.device).contiguous()',
        ...(chosen ? ['    self.kinds: list[str] = []'] : []),
        '    self.states: list[dict[str, Tensor]] = []',
        '    for p in self.params:',
        ...indented(
          [
            ...(chosen
              ? [
                  'kind = "matrices" if len(p.shape) > 1 else "vectors"',
                  'if any(p is table for table in embeddings or []):',
                  '    kind = "embeddings"',
                  'self.kinds.append(kind)',
                  ...choiceLines(source, 'kind', 'state'),
                ]
              : []),
            `zeros = ${start}(${seesMatrices(source) ? '_matrix(p)' : 'p'})`,
            'state = {name: one.contiguous() for name, one in zeros.items()}',
            'self.states.append(state)',
          ],
          '        ',
        ),
        ...(numbers.length > 0
          ? [
              '    self.network: dict[str, Tensor] = {',
              ...numbers.map(
                (name) => `        "${name}": Tensor.zeros(1, device=self.device).contiguous(),`,
              ),
              '    }',
            ]
          : []),
        '',
        'def _step(',
        '    self, params: list[Tensor], grads: list[Tensor]',
        ') -> tuple[list[Tensor], list[Tensor]]:',
        ...indented(stepLines(source), '    '),
      ],
      '    ',
    ),
    '',
  ].join('\n');
}

function stepLines(source: KindsSource): readonly string[] {
  const chosen = source.parts.length > 1;
  const matrices = seesMatrices(source);
  const together = isTogether(source);
  const numbers = networkNumbers(source).length > 0;
  const call = `${chosen ? 'update_of' : '_update'}(${updateInputs(source).join(', ')})`;
  return [
    'self.step_count.assign(self.step_count + 1.0)',
    'step = self.step_count',
    ...constantLines(source, (name) => `self.${name}`, 'self.lr'),
    'states = [dict(state) for state in self.states]',
    ...(numbers ? ['network = dict(self.network)'] : []),
    'updates = []',
    `for p, g, state${chosen ? ', kind' : ''} in zip(params, grads, states${chosen ? ', self.kinds' : ''}):`,
    ...indented(
      [
        matrices ? 'param, grad = _matrix(p.detach()), _matrix(g)' : 'param, grad = p.detach(), g',
        ...(chosen ? choiceLines(source, 'kind') : []),
        `updates.append(${call})`,
      ],
      '    ',
    ),
    'updated: list[Tensor] = []',
    `for p, update in zip(params, ${together ? '_together(updates)' : 'updates'}):`,
    `    change = self.lr * update.expand(${matrices ? '_matrix(p).shape' : 'p.shape'})`,
    `    moved = p.detach() - ${matrices ? 'change.reshape(p.shape)' : 'change'}`,
    '    updated.append(moved.cast(p.dtype))',
    // What is kept is computed from what was kept before it is overwritten.
    'before = [value for state in self.states for value in state.values()]',
    'after = [state[name] for state in states for name in state]',
    ...(numbers
      ? ['before += list(self.network.values())', 'after += [network[name] for name in network]']
      : []),
    'Tensor.realize(*updated, *after)',
    'for old, new in zip(before, after):',
    '    old.assign(new.reshape(old.shape).cast(old.dtype))',
    'return updated, [self.step_count] + before',
  ];
}
