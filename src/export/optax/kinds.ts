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
  readsRate,
  seesMatrices,
  updateInputs,
} from '../python/kinds.ts';
import { docstring, pythonNumber, WIDTH } from '../python/python.ts';
import { mathImport } from '../python/traced.ts';
import { shaping, shapingFunctions, shapingNote, tracedKinds } from '../python/traced-kinds.ts';
import type { KindsSource } from '../target.ts';
import { indented, madeBy } from '../text.ts';
import { chainLines } from './chain.ts';

const writers = tracedKinds('jnp', {
  draw: (draw, rate, i) => {
    const key = `jax.random.fold_in(constants["key"], ${i})`;
    return draw.distribution === 'normal'
      ? `jax.random.normal(${key}, param.shape, param.dtype)`
      : `jax.random.uniform(${key}, param.shape) < ${rate}`;
  },
});

/** JAX's layers have the outputs last. */
const shapes = shaping('jnp', (x) => `${x}.T`, true);

/** A GradientTransformation for a rule that tells kinds, rows or columns of tensors apart, or reduces over all of them. */
export function writeOptaxKinds(source: KindsSource): string {
  const { className, parts } = source;
  const name = className.toLowerCase() === className ? `${className}_optimizer` : className.toLowerCase();
  const random = parts.some(({ plan }) => plan.draws.length > 0);
  const matrices = seesMatrices(source);
  const own: readonly Argument[] = [
    ...kindsArguments(source),
    ...(random
      ? [{ name: 'seed', type: 'int', fallback: '0', description: 'seed of the random draws' }]
      : []),
    ...(matrices
      ? [
          {
            name: 'kinds',
            type: 'Any',
            fallback: 'None',
            description:
              'tree of "matrices", "vectors" or "embeddings", one for each parameter, or a function that makes it of the parameters',
          },
        ]
      : []),
  ];
  const total = own.some(({ name: one, fallback }) => one === 'total_steps' && fallback === undefined);
  const functions = [...shapingFunctions(source, shapes), ...kindsFunctions(source, writers)];
  const state = `${className}State`;
  const rated = readsRate(source);
  const listed = own.map((one) => `    ${argumentLine(one)}`);
  const signature = total ? ['    *,', ...listed] : listed;
  const scaling = [...(rated ? ['    learning_rate: optax.ScalarOrSchedule,'] : []), ...signature];
  const network = updateInputs(source).includes('network');
  const rate = pythonNumber(source.learningRate).text;
  const readout = readoutOf(source);
  return [
    ...madeBy('#', source.command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    'from __future__ import annotations',
    '',
    ...mathImport(functions).slice(0, 1),
    `from typing import ${matrices ? 'Any, ' : ''}NamedTuple`,
    '',
    'import jax',
    'import jax.numpy as jnp',
    'import optax',
    ...(matrices ? KINDS : []),
    ...functions,
    '',
    '',
    `class ${state}(NamedTuple):`,
    `    """State of :func:\`scale_by_${name}\`."""`,
    '',
    '    count: jax.Array',
    ...(random ? ['    key: jax.Array'] : []),
    '    tensors: optax.Updates',
    ...(network ? ['    network: dict[str, jax.Array]'] : []),
    '',
    '',
    ...(scaling.length === 0
      ? [`def scale_by_${name}() -> optax.GradientTransformation:`]
      : [`def scale_by_${name}(`, ...scaling, ') -> optax.GradientTransformation:']),
    `    """Turns gradients into updates${rated ? ', which are yet to be scaled by the' : ', without a'} learning rate."""`,
    '',
    `    def init_fn(params: optax.Params) -> ${state}:`,
    ...indented(initLines(source, state, random), '        '),
    '',
    `    def update_fn(updates, state: ${state}, params=None):`,
    ...indented(updateLines(source, state, random), '        '),
    '',
    '    return optax.GradientTransformation(init_fn, update_fn)',
    '',
    '',
    ...(readout === undefined ? [] : readoutLines(name, state, readout, matrices)),
    `def ${name}(`,
    `    learning_rate: optax.ScalarOrSchedule = ${rate},`,
    ...signature,
    ') -> optax.GradientTransformation:',
    ...indented(
      docstring(
        { ...source, plan: parts[0]!.plan },
        {
          args: [
            ['learning_rate', 'learning rate, or its schedule'],
            ...own.map((one) => [one.name, one.description] as const),
          ],
          notes: matrices ? [shapingNote(shapes, 'The argument kinds says which are tables.')] : [],
          example: [
            `optimizer = ${name}(${rate}${total ? ', total_steps=1000' : ''})`,
            'state = optimizer.init(params)',
            'updates, state = optimizer.update(grads, state, params)',
            'params = optax.apply_updates(params, updates)',
          ],
        },
      ),
      '    ',
    ),
    ...chainLines(name, own, rated),
    '',
  ].join('\n');
}

const KINDS = [
  '',
  '',
  'def _kinds_of(kinds, params):',
  '    """The kind of each parameter."""',
  '    if callable(kinds):',
  '        kinds = kinds(params)',
  '    if kinds is not None:',
  '        return jax.tree.leaves(kinds)',
  '    leaves = jax.tree.leaves(params)',
  '    return ["matrices" if len(p.shape) > 1 else "vectors" for p in leaves]',
];

function initLines(source: KindsSource, state: string, random: boolean): readonly string[] {
  const matrices = seesMatrices(source);
  const numbers = networkNumbers(source);
  const start = source.parts.length > 1 ? 'state_of' : `${functionOf(source, 0)}_state`;
  return [
    'leaves, treedef = jax.tree.flatten(params)',
    'tensors = []',
    matrices ? 'for p, kind in zip(leaves, _kinds_of(kinds, params)):' : 'for param in leaves:',
    ...(source.parts.length > 1 ? indented(choiceLines(source, 'kind', 'state'), '    ') : []),
    `    tensors.append(${start}(${matrices ? '_matrix(p, kind)' : 'param'}))`,
    ...(numbers.length > 0 ? ['dtype = leaves[0].dtype'] : []),
    `return ${state}(`,
    '    count=jnp.zeros([], jnp.int32),',
    ...(random ? ['    key=jax.random.key(seed),'] : []),
    '    tensors=jax.tree.unflatten(treedef, tensors),',
    ...(numbers.length > 0
      ? ['    network={', ...numbers.map((name) => `        "${name}": jnp.zeros((), dtype),`), '    },']
      : []),
    ')',
  ];
}

function updateLines(source: KindsSource, state: string, random: boolean): readonly string[] {
  const { parts } = source;
  const matrices = seesMatrices(source);
  const together = isTogether(source);
  const network = networkNumbers(source).length > 0;
  const weighted = parts.some(({ plan }) => plan.uses.weight);
  const given = { state: 'tensor', constants: random ? 'dict(constants, key=key)' : 'constants' };
  const inputs = updateInputs(source).map((name) =>
    name in given ? given[name as keyof typeof given] : name,
  );
  const call = `${parts.length > 1 ? 'update_of' : '_update'}(${inputs.join(', ')})`;
  const loop = [...(matrices ? ['p', 'g', 'kind'] : ['param', 'grad']), 'tensor', ...(random ? ['key'] : [])];
  const lists = ['weights', 'grads', ...(matrices ? ['names'] : []), 'tensors', ...(random ? ['keys'] : [])];
  const finish = matrices
    ? [
        'change = jnp.broadcast_to(update, _matrix(p, kind).shape)',
        'changes.append(_tensor(change, p, kind))',
      ]
    : ['changes.append(jnp.broadcast_to(update, param.shape))'];
  return [
    ...(weighted
      ? ['if params is None:', '    raise ValueError("the rule reads the weights: pass params to update")']
      : []),
    'count = optax.safe_increment(state.count)',
    ...(readsRate(source)
      ? ['rate = learning_rate(state.count) if callable(learning_rate) else learning_rate']
      : []),
    'step = count.astype(jnp.float32)',
    ...constantLines(source, (name) => name, readsRate(source) ? 'rate' : undefined),
    'grads, treedef = jax.tree.flatten(updates)',
    weighted
      ? 'weights = treedef.flatten_up_to(params)'
      : 'weights = grads if params is None else treedef.flatten_up_to(params)',
    ...(matrices ? ['names = _kinds_of(kinds, updates)'] : []),
    'tensors = [dict(one) for one in treedef.flatten_up_to(state.tensors)]',
    ...(network ? ['network = dict(state.network)'] : []),
    ...(random ? ['key, *keys = jax.random.split(state.key, len(grads) + 1)'] : []),
    together ? 'steps = []' : 'changes = []',
    `for ${loop.join(', ')} in zip(${lists.join(', ')}):`,
    ...indented(
      [
        ...(matrices ? ['param, grad = _matrix(p, kind), _matrix(g, kind)'] : []),
        ...(parts.length > 1 ? choiceLines(source, 'kind') : []),
        ...(together ? [`steps.append(${call})`] : [`update = ${call}`, ...finish]),
      ],
      '    ',
    ),
    ...(together
      ? [
          'changes = []',
          matrices
            ? 'for p, kind, update in zip(weights, names, _together(steps)):'
            : 'for param, update in zip(weights, _together(steps)):',
          ...indented(finish, '    '),
        ]
      : []),
    `return treedef.unflatten(changes), ${state}(`,
    '    count=count,',
    ...(random ? ['    key=key,'] : []),
    '    tensors=treedef.unflatten(tensors),',
    ...(network ? ['    network=network,'] : []),
    ')',
  ];
}

const readoutLines = (name: string, state: string, readout: string, matrices: boolean): readonly string[] => [
  `def ${name}_readout(state, params: optax.Params${matrices ? ', kinds=None' : ''}) -> optax.Params:`,
  '    """Returns the weights to validate with, and to keep at the end."""',
  `    own = next(one for one in state if isinstance(one, ${state}))`,
  '    weights, treedef = jax.tree.flatten(params)',
  '    tensors = treedef.flatten_up_to(own.tensors)',
  `    readouts = [one["${readout}"] for one in tensors]`,
  ...(matrices
    ? [
        '    names = _kinds_of(kinds, params)',
        '    readouts = [_tensor(*one) for one in zip(readouts, weights, names)]',
      ]
    : []),
  '    chosen = [jnp.where(own.count > 0, *one) for one in zip(readouts, weights)]',
  '    return treedef.unflatten(chosen)',
  '',
  '',
];
