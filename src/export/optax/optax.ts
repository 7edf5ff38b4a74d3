import type { Plan, RandomDraw } from '../plan.ts';
import { type Argument, argumentLine, ruleArguments, stepsArgument } from '../python/arguments.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { functionsOf, mathImport, traced } from '../python/traced.ts';
import type { ExportSource, Target } from '../target.ts';
import { reads } from '../term.ts';
import { indented, madeBy } from '../text.ts';
import { chainLines } from './chain.ts';
import { writeOptaxKinds } from './kinds.ts';

const writer = traced(functionsOf('jnp'), {
  parameter: (name) => name,
  gradient: 'grad',
  weight: 'param',
  rate: 'rate',
});

export const optax: Target = {
  name: 'optax',
  title: 'optax',
  description: 'a GradientTransformation for JAX, and its chain with a learning rate',
  extension: 'py',
  readsOut: true,
  text: writer.text,
  write: writeOptax,
  writeKinds: writeOptaxKinds,
  overNetwork: 'as kinds',
};

function writeOptax(source: ExportSource): string {
  const { plan, className } = source;
  const name = className.toLowerCase() === className ? `${className}_optimizer` : className.toLowerCase();
  const random = plan.draws.length > 0;
  const own: readonly Argument[] = [
    ...stepsArgument(source),
    ...ruleArguments(plan),
    ...(random
      ? [{ name: 'seed', type: 'int', fallback: '0', description: 'seed of the random draws' }]
      : []),
  ];
  const functions = writer.decayFunctions(plan);
  const state = `${className}State`;
  const rated = readsRate(plan);
  const rate = '    learning_rate: optax.ScalarOrSchedule,';
  const listed = own.map((one) => `    ${argumentLine(one)}`);
  const signature = plan.uses.totalSteps ? ['    *,', ...listed] : listed;
  const scaling = [...(rated ? [rate] : []), ...signature];
  const open =
    scaling.length === 0
      ? [`def scale_by_${name}() -> optax.GradientTransformation:`]
      : [`def scale_by_${name}(`, ...scaling, ') -> optax.GradientTransformation:'];
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions).slice(0, 1),
    'from typing import NamedTuple',
    '',
    'import jax',
    'import jax.numpy as jnp',
    'import optax',
    ...functions,
    '',
    '',
    `class ${state}(NamedTuple):`,
    `    """State of :func:\`scale_by_${name}\`."""`,
    '',
    '    count: jax.Array',
    ...(random ? ['    key: jax.Array'] : []),
    ...plan.states.map((one) => `    ${one}: optax.Updates`),
    '',
    '',
    ...open,
    `    """Turns gradients into updates${rated ? ', which are yet to be scaled by the' : ', without a'} learning rate."""`,
    '',
    `    def init_fn(params: optax.Params) -> ${state}:`,
    `        return ${state}(`,
    '            count=jnp.zeros([], jnp.int32),',
    ...(random ? ['            key=jax.random.key(seed),'] : []),
    ...plan.states.map((one) =>
      plan.perTensor.has(one)
        ? `            ${one}=jax.tree.map(lambda p: jnp.zeros((), p.dtype), params),`
        : `            ${one}=jax.tree.map(jnp.zeros_like, params),`,
    ),
    '        )',
    '',
    `    def update_fn(updates, state: ${state}, params=None):`,
    ...indented(updateLines(source, state), '        '),
    '',
    '    return optax.GradientTransformation(init_fn, update_fn)',
    '',
    '',
    ...(plan.readout === undefined
      ? []
      : [
          `def ${name}_readout(state, params: optax.Params) -> optax.Params:`,
          '    """Returns the weights to validate with, and to keep at the end."""',
          `    states = [one for one in state if isinstance(one, ${state})]`,
          '    started = states[0].count > 0',
          `    readout = states[0].${plan.readout}`,
          '    return jax.tree.map(lambda x, p: jnp.where(started, x, p), readout, params)',
          '',
          '',
        ]),
    `def ${name}(`,
    `    learning_rate: optax.ScalarOrSchedule = ${pythonNumber(source.learningRate).text},`,
    ...signature,
    ') -> optax.GradientTransformation:',
    ...indented(
      docstring(source, {
        args: [
          ['learning_rate', 'learning rate, or its schedule'],
          ...own.map((one) => [one.name, one.description] as const),
        ],
        notes: [
          "Weight decay, schedules of the learning rate and clipping of gradients stay optax's own: see the example.",
        ],
        example: [
          `optimizer = ${name}(${pythonNumber(source.learningRate).text}${plan.uses.totalSteps ? ', total_steps=1000' : ''})`,
          '# or, with clipping, decoupled weight decay and a schedule:',
          `rate = optax.cosine_decay_schedule(${pythonNumber(source.learningRate).text}, decay_steps=1000)`,
          'optimizer = optax.chain(',
          '    optax.clip_by_global_norm(1.0),',
          `    scale_by_${name}(${[...(rated ? ['rate'] : []), ...(plan.uses.totalSteps ? ['total_steps=1000'] : [])].join(', ')}),`,
          '    optax.add_decayed_weights(0.01),',
          '    optax.scale_by_learning_rate(rate),',
          ')',
          'state = optimizer.init(params)',
          'updates, state = optimizer.update(grads, state, params)',
          'params = optax.apply_updates(params, updates)',
        ],
      }),
      '    ',
    ),
    ...chainLines(name, own, rated),
    '',
  ].join('\n');
}

/** Whether the update, or what is read out, needs the learning rate. */
const readsRate = ({ uses, body }: Plan): boolean =>
  uses.learningRate || body.some(({ value }) => reads(value, 'learningRate'));

function updateLines({ plan }: ExportSource, state: string): readonly string[] {
  const { states, draws, uses } = plan;
  const random = draws.length > 0;
  const inputs = ['grad', ...(uses.weight ? ['param'] : []), ...states, ...(random ? ['key'] : [])];
  const after = (name: string): string => {
    const stored = plan.stores.find((one) => one.state === name);
    return stored ? writer.text(stored.value) : name;
  };
  const results = ['update', ...states];
  return [
    ...(uses.weight
      ? ['if params is None:', '    raise ValueError("the rule reads the weights: pass params to update")']
      : []),
    'count = optax.safe_increment(state.count)',
    ...(readsRate(plan)
      ? ['rate = learning_rate(state.count) if callable(learning_rate) else learning_rate']
      : []),
    ...(uses.step ? ['step = count.astype(jnp.float32)', ...writer.scalarLines(plan)] : []),
    '',
    ...broken(`def leaf(${inputs.join(', ')}):`, 8),
    ...(draws.length > 1 ? [`    keys = jax.random.split(key, ${draws.length})`] : []),
    ...draws.map(
      (draw, i) => `    ${draw.name} = ${drawText(draw, draws.length > 1 ? `keys[${i}]` : 'key')}`,
    ),
    ...plan.body.map(({ name, value }) => `    ${name} = ${writer.text(value)}`),
    `    update = ${writer.text(plan.update)}`,
    ...broken(`return ${tuple(['update', ...states.map(after)])}`, 12).map((line) => `    ${line}`),
    '',
    'grads, treedef = jax.tree.flatten(updates)',
    ...(random ? ['key, *keys = jax.random.split(state.key, len(grads) + 1)'] : []),
    'results = map(',
    '    leaf,',
    '    grads,',
    ...(uses.weight ? ['    treedef.flatten_up_to(params),'] : []),
    ...states.map((name) => `    treedef.flatten_up_to(state.${name}),`),
    ...(random ? ['    keys,'] : []),
    ')',
    ...(isLong(results)
      ? [
          'update, *states = map(treedef.unflatten, zip(*results))',
          `return update, ${state}(count, ${random ? 'key, ' : ''}*states)`,
        ]
      : [
          ...unflattened(results),
          `return update, ${state}(`,
          '    count=count,',
          ...(random ? ['    key=key,'] : []),
          ...states.map((name) => `    ${name}=${name},`),
          ')',
        ]),
  ];
}

/** Whether the names of the results are too long for a line. */
const isLong = (results: readonly string[]): boolean => tuple(results).length + 16 > WIDTH;

/** Black's lines of a statement behind so many spaces: too long for one, its list in parentheses is a line, or a line per name. */
function broken(line: string, indent: number): readonly string[] {
  const [, before, list, after] = /^(def \w+\(|return )(.*?)(\):)?$/.exec(line)!;
  if (line.length + indent <= WIDTH) return [line];
  const names = list!.length + indent + 4 <= WIDTH ? [list!] : list!.split(', ').map((name) => `${name},`);
  const isReturn = after === undefined;
  return [`${before}${isReturn ? '(' : ''}`, ...names.map((name) => `    ${name}`), isReturn ? ')' : '):'];
}

/** Black's lines of the results as trees. */
function unflattened(results: readonly string[]): readonly string[] {
  const line = `${tuple(results)} = map(treedef.unflatten, zip(*results))`;
  if (line.length + 8 <= WIDTH) return [line];
  return [`${tuple(results)} = map(`, '    treedef.unflatten, zip(*results)', ')'];
}

/** `a, b`, or `(a,)`. */
const tuple = (parts: readonly string[]): string =>
  parts.length === 1 ? `(${parts[0]},)` : parts.join(', ');

const drawText = (draw: RandomDraw, key: string): string =>
  draw.distribution === 'normal'
    ? `jax.random.normal(${key}, grad.shape, grad.dtype)`
    : `jax.random.uniform(${key}, grad.shape) < ${writer.text(draw.rate)}`;
