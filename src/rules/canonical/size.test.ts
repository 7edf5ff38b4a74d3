import { describe, expect, it } from 'vitest';
import { type Stream, stream } from '../../random/index.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { call, type Expression, leaf, literal } from '../language/expression.ts';
import { operations } from '../language/operations.ts';
import { MAX_NODES } from '../language/parse.ts';
import { printRule } from '../language/print.ts';
import { canonicalize } from './canonicalize.ts';
import { ruleKey } from './key.ts';
import { parseRule } from './parse-rule.ts';
import { sizeOf } from './size.ts';

const size = (text: string): number => sizeOf(parseRule(text));
const canonicalText = (e: Expression): string => printRule(canonicalize(e));

describe('sizeOf', () => {
  it.each([
    ['g', 1],
    ['-3', 1],
    ['g + w', 3],
    ['drop(g, 0.3)', 2],
    ['adam', 1],
    ['exp(adam * 2)', 4],
    ['ema(g, 0.9)', 2],
    ['ema(g, 0.9) / (1 - 0.9^t)', 1],
    ['w * ema(g, 0.9) / (1 - 0.9^t)', 10],
    ['w * (ema(g, 0.9) / (1 - 0.9^t))', 3],
  ])('of %s is %i', (text, expected) => {
    expect(size(text)).toBe(expected);
  });

  it.each(['m', 'v', 'gamma', 'adam', 'rmsprop', 'eps', 'anneal'])('is 1 for %s, written out too', (name) => {
    expect(size(name)).toBe(1);
    expect(sizeOf(canonicalize(leaf(name)))).toBe(1);
  });
});

/** A sum or a nest of as many nodes as can be had with at most `nodes`. */
const terms = (nodes: number, each: number, write: (k: number) => string): string =>
  Array.from({ length: Math.floor((nodes + 1) / (each + 1)) }, (_, k) => write(k + 2)).join(' + ');
const nested = (nodes: number, name: string, inside: string): string =>
  `${`${name}(`.repeat(nodes - 1)}${inside}${')'.repeat(nodes - 1)}`;

describe('a rule', () => {
  it.each([
    ['names in a sum', terms(MAX_NODES, 4, (k) => `exp(adam * ${k})`)],
    ['forty names', terms(199, 4, (k) => `exp(adam*${k})`)],
    ['names in one another', nested(MAX_NODES, 'exp', 'adam')],
    ['averages in one another', nested(MAX_NODES, 'prev', 'rmsprop')],
    ['products', terms(MAX_NODES, 5, (k) => `m * w^${k}`)],
    ['quotients in one another', `${'g / (w - '.repeat(249)}adam${')'.repeat(249)}`],
    ['powers of powers', `${'(2 + '.repeat(249)}g${')^w'.repeat(249)}`],
  ])('at the limit is one in its canonical text: %s', (_, text) => {
    const rule = parseRule(text);
    const again = parseRule(canonicalText(rule));
    expect(ruleKey(again)).toBe(ruleKey(rule));
    expect(canonicalText(again)).toBe(canonicalText(rule));
  });

  it.each([
    [
      'as it is written',
      `${terms(MAX_NODES, 4, (k) => `exp(adam * ${k})`)} + w`,
      /^more than 1000 nodes at column/,
    ],
    ['nested', nested(MAX_NODES + 1, 'exp', 'adam'), /^more than 1000 nodes at column/],
    [
      'in its canonical form',
      terms(MAX_NODES, 4, (k) => `cos(w)^-${k}`),
      /^more than 1000 nodes in its canonical form/,
    ],
    [
      'with names written out',
      terms(MAX_NODES + 5, 4, (k) => `exp(${canonicalText(leaf('m'))} * ${k})`),
      /^more than 1000 nodes/,
    ],
    ['by far', 'g + '.repeat(50_000).concat('g'), /^more than 1000 nodes at column/],
  ])('beyond it is refused: %s', (_, text, message) => {
    expect(() => parseRule(text)).toThrow(message);
  });

  it('that is accepted has a canonical text that is accepted, and is the same rule', () => {
    const random = stream(12, 'size');
    const outcome = { accepted: 0, refused: 0 };
    for (let i = 0; i < 100; i++) {
      const text = printRule(randomRule(random, 100 + random.integer(1400)));
      const rule = accepted(text);
      outcome[rule ? 'accepted' : 'refused']++;
      if (!rule) continue;
      const again = parseRule(canonicalText(rule));
      expect(ruleKey(again)).toBe(ruleKey(rule));
    }
    expect(outcome.accepted).toBeGreaterThan(30);
    expect(outcome.refused).toBeGreaterThan(15);
  });

  it('of the catalogue is far from the limit, but for CAME, which has four averages of rows and columns', () => {
    for (const { name, text } of catalogue)
      expect(size(text), name).toBeLessThan(name === 'came' ? 1000 : 500);
  });
});

function accepted(text: string): Expression | undefined {
  try {
    return parseRule(text);
  } catch (error) {
    expect((error as Error).message).toMatch(/^(more than 1000 nodes|nested more than 1020 deep)/);
    return undefined;
  }
}

const WORLDS = [
  ['add', 'sub', 'mul', 'exp'],
  ['mul', 'div', 'pow', 'neg', 'sign', 'abs'],
  ['tanh', 'clip', 'drop', 'ema', 'prev', 'sub'],
  [...operations.values()]
    .filter(({ arity, kind }) => arity > 0 && kind !== 'recurrence' && kind !== 'labels' && kind !== 'matrix')
    .map(({ name }) => name),
] as const;

/** About `nodes` nodes, of one world of operations, with many names that stand for more. */
function randomRule(random: Stream, nodes: number): Expression {
  const world = WORLDS[random.integer(WORLDS.length)]!;
  const deep = random.uniform();
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)]!;
  const grow = (left: number): Expression => {
    if (left <= 1) {
      return random.uniform() < 0.2
        ? literal(pick([2, -2, 0.5, -1, 3, 1e-3]))
        : leaf(pick(['g', 'w', 'm', 'v', 'gamma', 'adam', 'rmsprop', 'anneal', 't']));
    }
    const { name, arity, parameters } = operations.get(pick(world))!;
    const values = parameters.map(({ valid }) => [0.9, 0.3, 1e-3, 2].find(valid)!);
    const args: Expression[] = [];
    for (let rest = left - 1; args.length < arity; ) {
      const last = args.length === arity - 1;
      const size = last ? rest : random.uniform() < deep ? 1 : 1 + random.integer(Math.max(1, rest - 1));
      args.push(grow(size));
      rest = Math.max(1, rest - size);
    }
    return call(name, args, values);
  };
  return grow(nodes);
}
