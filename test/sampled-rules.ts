import { type Stream, stream } from '../src/random/index.ts';
import { call, decode, type Expression, findSpace, leaf, literal, positions } from '../src/rules/index.ts';

/** Random rules of the named spaces, and random expressions over the whole language: the same ones for ever. */
export function* sampledRules(perKind: number): Generator<Expression> {
  for (const name of ['icml2017/1', 'icml2017/2', 'icml2017/3', 'arxiv2017/2', 'signs/3', 'quick/2']) {
    const space = findSpace(name);
    const random = stream(5, 'sampled rules', name);
    const sizes = positions(space).map(({ size }) => size);
    for (let i = 0; i < perKind; i++) {
      yield decode(
        space,
        sizes.map((size) => random.integer(size)),
      );
    }
  }
  const random = stream(5, 'sampled rules');
  for (let i = 0; i < 2 * perKind; i++) yield expression(random, 5);
}

const NUMBERS = [0, 1, -1, 2, 3, -2, 0.5, 1e-3, -0.25, 10, 1 / 3, 123456.789, 1e-7, 1e-20, -1e30, 1e300];
const NAMES = ['g', 'w', 't', 'T', 'ld', 'm', 'v', 'gamma', 'adam', 'rmsprop', 'eps', 'noise', 'anneal'];
const UNARY = ['neg', 'exp', 'log', 'sqrt', 'tanh', 'cos', 'abs', 'sign', 'prev'];
const BINARY = ['add', 'sub', 'mul', 'div', 'add', 'sub', 'mul', 'div', 'pow', 'min', 'max'];
const PARAMETERS = { ema: [0, 0.9, 0.999], acc: [0, 0.9, 1], drop: [0, 0.3], clip: [1e-3, 2] } as const;

function expression(random: Stream, depth: number): Expression {
  const among = <T>(list: readonly T[]): T => list[random.integer(list.length)] as T;
  const inner = (): Expression => expression(random, depth - 1);
  const choice = depth === 0 ? random.integer(4) : random.integer(16);
  if (choice < 2) return leaf(random.integer(2) === 0 ? among(['g', 'w']) : among(NAMES));
  if (choice < 3) return literal(among(NUMBERS));
  if (choice < 4) return call(among(['cd', 'rd']), [], [among([0.5, 1, 2])]);
  if (choice < 12) return call(among(BINARY), [inner(), inner()]);
  if (choice < 15) return call(among(UNARY), [inner()]);
  const name = among(['ema', 'acc', 'drop', 'clip'] as const);
  return call(name, [inner()], [among<number>(PARAMETERS[name])]);
}
