import { isOverNetwork } from '../kinds.ts';
import { operationsOf, type Plan } from '../plan.ts';
import {
  type Argument,
  argumentLine,
  checkLines,
  ruleArguments,
  stepsArgument,
} from '../python/arguments.ts';
import {
  docstring,
  pythonNumber,
  raised,
  scalarFunctions,
  scalarLines,
  scalarText,
  WIDTH,
} from '../python/python.ts';
import { pythonTest } from '../python/test-text.ts';
import { togetherFunctions } from '../python/together.ts';
import type { ExportSource, Target } from '../target.ts';
import { scalarsIn } from '../term.ts';
import { indented, madeBy } from '../text.ts';
import { assignment, foreachLines, plural } from './foreach.ts';
import { DRAWS, TRUTH } from './helpers.ts';
import { writePytorchKinds } from './kinds.ts';
import { readoutLines } from './readout.ts';
import { drawText, measuredText, singleLines, singleWriters } from './single.ts';
import { networkStates, ownStates, torchTogether } from './together.ts';

export const pytorch: Target = {
  name: 'pytorch',
  title: 'PyTorch',
  description: 'a torch.optim.Optimizer with a single-tensor and a multi-tensor path',
  extension: 'py',
  readsOut: true,
  overNetwork: 'as others',
  text: measuredText,
  write: writePytorch,
  writeKinds: (source) => writePytorchKinds(source, singleWriters),
  writeTest: (source) =>
    pythonTest(source, ['import torch'], (name, given) => [
      'param = torch.tensor(WEIGHTS, dtype=torch.float64, requires_grad=True)',
      `optimizer = ${name}([param], ${given})`,
      'for gradient in GRADIENTS:',
      '    param.grad = torch.tensor(gradient, dtype=torch.float64)',
      '    optimizer.step()',
      'found = param.tolist()',
    ]),
};

const FLAGS = ['foreach', 'maximize', 'capturable', 'differentiable'];

function writePytorch(source: ExportSource): string {
  const { plan, className } = source;
  const own = [...stepsArgument(source), ...ruleArguments(plan)];
  const functions = scalarFunctions(plan);
  const scalars = scalarLines(plan, (name) => name);
  const usesMath = [...functions, ...scalars].some((line) => line.includes('math.'));
  const hosted = usesMath || functions.length > 0 || scalars.some((line) => line.includes(' if '));
  const body = [
    ...pathLines(source, own, 'single', singleBody(plan, scalars)),
    '',
    '',
    ...pathLines(source, own, 'multi', multiBody(plan)),
  ];
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...(usesMath ? ['import math'] : []),
    `from typing import Any, Callable, ${isOverNetwork(plan) ? 'Generator, ' : ''}Iterable`,
    '',
    'import torch',
    'from torch import Tensor',
    'from torch.optim.optimizer import Optimizer, _use_grad_for_differentiable',
    '',
    `__all__ = ["${className}", "${functionName(className)}"]`,
    ...functions,
    ...drawFunctions(plan),
    ...(body.some((line) => line.includes('_truth(')) ? TRUTH : []),
    ...togetherFunctions([plan], torchTogether),
    '',
    '',
    `class ${className}(Optimizer):`,
    ...indented(classLines(source, own, hosted), '    '),
    '',
    '',
    ...functionLines(source, own),
    '',
    '',
    ...body,
    '',
  ].join('\n');
}

/** `PowerSign` is the class, `powersign` the function, as in torch. */
function functionName(className: string): string {
  const lower = className.toLowerCase();
  return lower === className ? `functional_${lower}` : lower;
}

function classLines(source: ExportSource, own: readonly Argument[], hosted: boolean): readonly string[] {
  const { plan, className } = source;
  const lr: Argument = {
    name: 'lr',
    type: 'float | Tensor',
    fallback: pythonNumber(source.learningRate).text,
    description: 'learning rate',
  };
  const random = plan.draws.length > 0;
  const states = ownStates(plan);
  const numbers = networkStates(plan);
  return [
    ...docstring(source, {
      args: [
        ['params', 'iterable of parameters to optimize, or dicts of parameter groups'],
        ...[lr, ...own].map(({ name, description }) => [name, description] as const),
        ...(random
          ? [['generator', 'where the random draws come from; the default generator if None'] as const]
          : []),
        [
          'foreach',
          'whether the multi-tensor path is used; by default, if every parameter is on a CUDA device',
        ],
        ['maximize', 'whether the objective is maximized'],
        [
          'capturable',
          hosted
            ? 'not supported: the rule computes with the count of steps on the host'
            : 'whether the count of steps is a tensor on the device',
        ],
        ['differentiable', 'whether autograd runs through the step'],
      ],
      notes: notesOf(plan),
      example: [
        `optimizer = ${className}(model.parameters(), lr=${lr.fallback}${plan.uses.totalSteps ? ', total_steps=1000' : ''})`,
        'schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=1000)',
        'loss_fn(model(inputs), targets).backward()',
        'torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)',
        'with torch.no_grad():  # decoupled weight decay of 0.01',
        '    for param in model.parameters():',
        '        param.mul_(1.0 - 0.01 * schedule.get_last_lr()[0])',
        'optimizer.step()',
        'schedule.step()',
      ],
    }).with(0, `r"""${source.title}`),
    '',
    'def __init__(',
    '    self,',
    '    params: Iterable[Tensor] | Iterable[dict[str, Any]],',
    `    ${argumentLine(lr)}`,
    ...(plan.uses.totalSteps ? ['    *,'] : []),
    ...own.map((one) => `    ${argumentLine(one)}`),
    ...(plan.uses.totalSteps ? [] : ['    *,']),
    ...(random ? ['    generator: torch.Generator | None = None,'] : []),
    '    foreach: bool | None = None,',
    '    maximize: bool = False,',
    '    capturable: bool = False,',
    '    differentiable: bool = False,',
    ') -> None:',
    ...indented(
      [
        'if not 0.0 <= lr:',
        '    raise ValueError(f"Invalid learning rate: {lr}")',
        ...checkLines(own),
        ...(hosted
          ? ['if capturable:', '    raise RuntimeError("capturable is not supported by this optimizer")']
          : []),
        'defaults = dict(',
        ...['lr', ...own.map(({ name }) => name), ...FLAGS].map((name) => `    ${name}=${name},`),
        ')',
        ...(random ? ['self.generator = generator'] : []),
        ...(plan.readout === undefined ? [] : ['self._evaluating = False']),
        'super().__init__(params, defaults)',
      ],
      '    ',
    ),
    '',
    'def __setstate__(self, state: dict[str, Any]) -> None:',
    ...indented(
      [
        'super().__setstate__(state)',
        ...(random ? ['self.__dict__.setdefault("generator", None)'] : []),
        ...(plan.readout === undefined ? [] : ['self.__dict__.setdefault("_evaluating", False)']),
        'for group in self.param_groups:',
        '    group.setdefault("foreach", None)',
        '    group.setdefault("maximize", False)',
        '    group.setdefault("capturable", False)',
        '    group.setdefault("differentiable", False)',
        '    for p in group["params"]:',
        '        p_state = self.state.get(p, {})',
        '        if len(p_state) != 0 and not torch.is_tensor(p_state["step"]):',
        '            p_state["step"] = torch.tensor(float(p_state["step"]))',
      ],
      '    ',
    ),
    '',
    'def _init_group(',
    '    self,',
    '    group: dict[str, Any],',
    '    params: list[Tensor],',
    '    grads: list[Tensor],',
    ...states.map((name) => `    ${plural(name)}: list[Tensor],`),
    '    state_steps: list[Tensor],',
    ') -> None:',
    ...indented(
      [
        'for p in group["params"]:',
        '    if p.grad is None:',
        '        continue',
        '    if p.grad.is_sparse:',
        ...raised('RuntimeError', `"${className} does not support sparse gradients"`, 16).map(
          (line) => `        ${line}`,
        ),
        '    if torch.is_complex(p):',
        ...raised('RuntimeError', `"${className} does not support complex parameters"`, 16).map(
          (line) => `        ${line}`,
        ),
        '    params.append(p)',
        '    grads.append(p.grad)',
        '    state = self.state[p]',
        '    if len(state) == 0:',
        '        device = p.device if group["capturable"] else None',
        '        state["step"] = torch.zeros((), dtype=torch.float32, device=device)',
        ...states.flatMap((name) =>
          plan.perTensor.has(name)
            ? [`        state["${name}"] = p.new_zeros(())`]
            : [
                `        state["${name}"] = torch.zeros_like(`,
                '            p, memory_format=torch.preserve_format',
                '        )',
              ],
        ),
        ...(numbers.length === 0
          ? []
          : [
              '        if len(self.state) == 1:  # the numbers of the network',
              ...numbers.map((name) => `            state["${name}"] = p.new_zeros(())`),
            ]),
        ...states.map((name) => `    ${plural(name)}.append(state["${name}"])`),
        '    state_steps.append(state["step"])',
      ],
      '    ',
    ),
    '',
    ...(plan.readout === undefined ? [] : readoutLines(plan.readout)),
    '@_use_grad_for_differentiable',
    'def step(self, closure: Callable[[], Any] | None = None) -> Any:',
    ...indented(
      [
        '"""Performs a single optimization step.',
        '',
        'Args:',
        '    closure: A closure that evaluates the model again and returns the loss.',
        '"""',
        ...(plan.readout === undefined
          ? []
          : [
              'if self._evaluating:',
              ...raised('RuntimeError', '"call train() before step()"', 12).map((line) => `    ${line}`),
              '',
            ]),
        'loss = None',
        'if closure is not None:',
        '    with torch.enable_grad():',
        '        loss = closure()',
        '',
        ...(isOverNetwork(plan)
          ? [
              'steps: list[Generator[Any, Any, Any]] = []',
              ...(numbers.length === 0 ? [] : ['network: dict[str, Tensor] = {}']),
            ]
          : []),
        'for group in self.param_groups:',
        ...['params', 'grads', ...states.map(plural), 'state_steps'].map(
          (name) => `    ${name}: list[Tensor] = []`,
        ),
        '    self._init_group(',
        ...['group', 'params', 'grads', ...states.map(plural), 'state_steps'].map(
          (name) => `        ${name},`,
        ),
        '    )',
        `    ${isOverNetwork(plan) ? 'steps += ' : ''}${functionName(className)}(`,
        ...listsOf(source).map((name) => `        ${name},`),
        ...(numbers.length === 0 ? [] : ['        network,']),
        ...(random ? ['        generator=self.generator,'] : []),
        ...[...FLAGS, 'lr', ...own.map(({ name }) => name)].map(
          (name) => `        ${name}=group["${name}"],`,
        ),
        '    )',
        ...(numbers.length > 0 ? heldLines(numbers[0]!) : isOverNetwork(plan) ? ['_together(steps)'] : []),
        '',
        'return loss',
      ],
      '    ',
    ),
  ];
}

/** Takes the steps, and keeps the numbers of the network in the state that has them. */
const heldLines = (name: string): readonly string[] => [
  `held = next((state for state in self.state.values() if "${name}" in state), {})`,
  'network.update(held)',
  'for numbers in _together(steps)[:1]:',
  '    held.update(numbers)',
];

/** What a user of the class must know, because torch means something else by it. */
function notesOf(plan: Plan): readonly string[] {
  return [
    "Weight decay, schedules of the learning rate and clipping of gradients stay torch's own: see the example.",
    ...(operationsOf(plan).has('sign') ? ['The sign of NaN is 0 in torch, and NaN in the rule.'] : []),
  ];
}

const declared = (own: readonly Argument[]): readonly string[] =>
  own.map(({ name, type }) => `    ${name}: ${type},`);

function listsOf({ plan }: ExportSource): readonly string[] {
  return ['params', 'grads', ...ownStates(plan).map(plural), 'state_steps'];
}

function functionLines(source: ExportSource, own: readonly Argument[]): readonly string[] {
  const name = functionName(source.className);
  const random = source.plan.draws.length > 0;
  const keywords = [
    ...(random ? ['generator'] : []),
    'maximize',
    'capturable',
    'lr',
    ...own.map((one) => one.name),
  ];
  const together = isOverNetwork(source.plan);
  const network = networkStates(source.plan).length > 0;
  return [
    `def ${name}(`,
    ...listsOf(source).map((list) => `    ${list}: list[Tensor],`),
    ...(network ? ['    network: dict[str, Tensor],'] : []),
    '    foreach: bool | None = None,',
    '    maximize: bool = False,',
    '    capturable: bool = False,',
    '    differentiable: bool = False,',
    ...(random ? ['    generator: torch.Generator | None = None,'] : []),
    '    *,',
    '    lr: float | Tensor,',
    ...declared(own),
    `) -> ${together ? 'list[Generator[Any, Any, Any]]' : 'None'}:`,
    together
      ? '    """The steps of a group, to be taken together with those of all others."""'
      : `    """Functional form: see :class:\`${source.className}\`."""`,
    '    if foreach is None:',
    '        foreach = not differentiable and all(p.is_cuda for p in params)',
    ...(together
      ? pathsLines(source, [...(network ? ['network'] : []), ...keywords.map((one) => `${one}=${one}`)])
      : [
          '    if foreach and params:',
          `        path = _multi_tensor_${name}`,
          '    else:',
          `        path = _single_tensor_${name}`,
          '    path(',
          ...listsOf(source).map((list) => `        ${list},`),
          ...keywords.map((keyword) => `        ${keyword}=${keyword},`),
          '    )',
        ]),
  ];
}

/** Black's lines of the loop over the tensors of a group. */
function zipLines(lists: readonly string[]): readonly string[] {
  const names = lists.join(', ');
  const line = `        for tensors in zip(${names})`;
  if (line.length <= WIDTH) return [line];
  const inner = names.length + 12 <= WIDTH ? [names] : lists.map((name) => `${name},`);
  return ['        for tensors in zip(', ...inner.map((name) => `            ${name}`), '        )'];
}

/** The end of a function that gives the steps of a group: one of all its parameters, or one of each. */
function pathsLines(source: ExportSource, given: readonly string[]): readonly string[] {
  const name = functionName(source.className);
  return [
    '    if foreach and params:',
    '        return [',
    `            _multi_tensor_${name}(`,
    ...[...listsOf(source), ...given].map((one) => `                ${one},`),
    '            )',
    '        ]',
    '    return [',
    `        _single_tensor_${name}(`,
    '            *tensors,',
    ...given.map((one) => `            ${one},`),
    '        )',
    ...zipLines(listsOf(source)),
    '    ]',
  ];
}

function pathLines(
  source: ExportSource,
  own: readonly Argument[],
  path: 'single' | 'multi',
  body: readonly string[],
): readonly string[] {
  const { plan } = source;
  const together = isOverNetwork(plan);
  const inputs =
    together && path === 'single'
      ? ['param', 'grad', ...ownStates(plan), 'state_step'].map((name) => `    ${name}: Tensor,`)
      : listsOf(source).map((list) => `    ${list}: list[Tensor],`);
  return [
    `def _${path}_tensor_${functionName(source.className)}(`,
    ...inputs,
    ...(networkStates(plan).length > 0 ? ['    network: dict[str, Tensor],'] : []),
    '    *,',
    ...(plan.draws.length > 0 ? ['    generator: torch.Generator | None,'] : []),
    '    maximize: bool,',
    '    capturable: bool,',
    '    lr: float | Tensor,',
    ...declared(own),
    `) -> ${together ? 'Generator[Any, Any, Any]' : 'None'}:`,
    ...indented(body, '    '),
  ];
}

function singleBody(plan: Plan, scalars: readonly string[]): readonly string[] {
  if (isOverNetwork(plan))
    return [
      ...(plan.uses.gradient ? ['if maximize:', '    grad = -grad'] : []),
      'state_step += 1',
      ...(plan.uses.step ? ['step = state_step if capturable else state_step.item()', ...scalars] : []),
      ...networkStates(plan).map((name) => `${name} = network["${name}"].to(param)`),
      ...singleLines(plan),
    ];
  return [
    'for i, param in enumerate(params):',
    ...indented(
      [
        ...(plan.uses.gradient ? ['grad = grads[i] if not maximize else -grads[i]'] : []),
        ...plan.states.map((name) => `${name} = ${plural(name)}[i]`),
        'state_steps[i] += 1',
        ...(plan.uses.step
          ? ['step = state_steps[i] if capturable else state_steps[i].item()', ...scalars]
          : []),
        ...singleLines(plan),
      ],
      '    ',
    ),
  ];
}

function multiBody(plan: Plan): readonly string[] {
  const { scalars, draws } = plan;
  return [
    ...(plan.uses.gradient ? ['if maximize:', '    grads = torch._foreach_neg(grads)'] : []),
    'torch._foreach_add_(state_steps, 1)',
    ...(plan.uses.step
      ? ['steps = state_steps if capturable else [step.item() for step in state_steps]']
      : []),
    ...scalars.flatMap(({ name, value }) => {
      const others = [...new Set(scalarsIn(value))];
      const names = ['step', ...others].join(', ');
      const lists = ['steps', ...others.map(plural)].join(', ');
      const over = others.length === 0 ? lists : `zip(${lists})`;
      const text = `[${scalarText(plan, value, (parameter) => parameter)} for ${names} in ${over}]`;
      return assignment(plural(name), text);
    }),
    ...networkStates(plan).map((name) => `${name} = network["${name}"].to(params[0])`),
    ...draws.map(({ name }) => `${plural(name)}: list[Tensor] = []`),
    ...(draws.length > 0
      ? ['for param in params:', ...draws.map((draw) => `    ${plural(draw.name)}.append(${drawText(draw)})`)]
      : []),
    ...foreachLines(plan),
  ];
}

function drawFunctions({ draws }: Plan): readonly string[] {
  const kinds = [...new Set(draws.map(({ distribution }) => distribution))];
  return kinds.flatMap((kind) => ['', '', ...DRAWS[kind]]);
}
