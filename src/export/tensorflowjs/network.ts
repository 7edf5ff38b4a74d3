import type { Extent } from '../../rules/index.ts';
import { camelCase, scalarLines } from '../javascript/shared.ts';
import type { Plan } from '../plan.ts';
import { mentions } from '../tensor-loops.ts';
import { sharedReduction } from '../tensor-passes.ts';
import { extentOfTerm, isReduction, reductionOf, type Statement, type Term } from '../term.ts';
import { indented } from '../text.ts';
import {
  asTensor,
  changeLines,
  drawText,
  inPlaceOf,
  kept,
  NAMED,
  optionsLine,
  shapeOf,
  stepLine,
  type VariablesLayout,
  writtenOf,
} from './written.ts';

/** The step of all tensors at once: their values are fields of `x`, a tensor of `tensors`. */
export function networkLines(layout: VariablesLayout): readonly string[] {
  const { source, hasRows } = layout;
  const { plan } = source.parts[0]!;
  const written = writtenOf(layout, 0);
  const { text, name: nameOf } = written;
  const inPlace = inPlaceOf(plan);
  const extentOf = (name: string): Extent => plan.extents.get(name) ?? 'weight';
  const loop = (lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['for (const x of tensors) {', ...indented(lines, '  '), '}'];
  const statement = ({ kind, name, value }: Statement): string => {
    if (extentOf(name) !== 'network') {
      const written = text(value);
      const kept = asTensor(value, written, extentOf(name), 'x.weight.shape');
      return `${nameOf(name)} = ${kind === 'state' ? kept : written};`;
    }
    return `${kind === 'state' ? '' : 'const '}${nameOf(name)} = ${networkText(value, plan, text)};`;
  };
  const body: string[] = [];
  let pending: string[] = [];
  for (const one of plan.body) {
    if (extentOf(one.name) !== 'network') {
      pending.push(statement(one));
      continue;
    }
    body.push(...loop(pending), statement(one));
    pending = [];
  }
  const ofNetwork = plan.states.filter((name) => extentOf(name) === 'network');
  const ofTensors = plan.states.filter((name) => extentOf(name) !== 'network');
  const storesOf = (names: readonly string[]): readonly string[] => [
    ...names.filter((name) => inPlace.has(name)).map((name) => kept(`${nameOf(name)}State`, nameOf(name))),
    ...plan.stores
      .filter(({ state }) => names.includes(state))
      .map(({ state, value }) => kept(`${nameOf(state)}State`, text(value))),
  ];
  const lines = [
    ...body,
    ...loop([
      ...pending,
      `const delta = tf.mul(learningRate, ${text(plan.update)});`,
      ...storesOf(ofTensors),
      ...changeLines(layout, 'x.'),
    ]),
    ...storesOf(ofNetwork),
  ];
  const loads = [
    ...loop([
      ...ofTensors.flatMap((name) => [
        `${nameOf(name)}State = this.state(\`\${x.i}/${camelCase(name)}\`, ${shapeOf(extentOf(name), 'x.weight.shape')});`,
        `${nameOf(name)} = ${nameOf(name)}State;`,
      ]),
      ...plan.draws.map((draw) => `x.${camelCase(draw.name)} = ${drawText(draw, 'x.', written)};`),
    ]),
    ...ofNetwork.flatMap((name) => [
      `const ${nameOf(name)}State = this.state('network/${camelCase(name)}', []);`,
      ...(mentions(lines, nameOf(name))
        ? [
            inPlace.has(name)
              ? `let ${nameOf(name)} = /** @type {tf.Tensor} */ (${nameOf(name)}State);`
              : `const ${nameOf(name)} = ${nameOf(name)}State;`,
          ]
        : []),
    ]),
  ];
  const scalars = scalarLines(plan);
  const own = [...scalars, ...loads, ...lines];
  return [
    ...optionsLine(layout, own),
    ...stepLine(own),
    ...scalars,
    ...NAMED,
    'tf.tidy(() => {',
    ...indented(
      [
        '/** @type {Record<string, any>[]} */',
        'const tensors = named.flatMap(({ name, tensor }, i) => {',
        '  if (tensor == null) return [];',
        '  const variable = tf.engine().registeredVariables[name];',
        ...(hasRows
          ? [
              '  const isTable = this.embeddings.includes(name);',
              '  const weight = matrixOf(variable, isTable);',
              '  return [{ i, variable, isTable, weight, gradient: matrixOf(tensor, isTable) }];',
            ]
          : ['  return [{ i, variable, weight: variable, gradient: tensor }];']),
        '});',
        ...(mentions(own, 'networkSize')
          ? ['const networkSize = tensors.reduce((size, { weight }) => size + weight.size, 0);']
          : []),
        ...loads,
        ...lines,
      ],
      '  ',
    ),
    '});',
    'this.incrementIterations();',
  ];
}

/** A value of the network: a reduction over it is of what each tensor gives. */
function networkText(value: Term, plan: Plan, text: (term: Term) => string): string {
  if (value.kind !== 'call' || !isReduction(value)) return text(value);
  const operation = reductionOf(value.operation);
  const [arg] = value.args as readonly [Term];
  const of = extentOfTerm(arg, plan.extents);
  if (of === 'step' || of === 'network') {
    const x = arg.kind === 'call' && arg.operation === 'full' ? arg.args[0]! : arg;
    return text(sharedReduction(operation, x));
  }
  const full = arg.kind === 'call' && arg.operation === 'full';
  const x = of === 'weight' || full ? text(arg) : `tf.broadcastTo(${text(arg)}, x.weight.shape)`;
  const { term, join, mean, root } = operation;
  const each =
    join === 'largest' ? `tf.max(tf.abs(${x}))` : `tf.sum(${term === 'square' ? `tf.square(${x})` : x})`;
  const all = `tensors.map((x) => ${each})`;
  if (join === 'largest') return `tf.max(tf.stack(${all}))`;
  const sum = mean ? `tf.div(tf.addN(${all}), networkSize)` : `tf.addN(${all})`;
  return root ? `tf.sqrt(${sum})` : sum;
}
