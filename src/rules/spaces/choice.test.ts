import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowed } from '../../../test/arbitrary-space.ts';
import { type Stream, stream } from '../../random/index.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import type { Expression } from '../language/expression.ts';
import { printRule } from '../language/print.ts';
import { RuleError } from '../language/rule-error.ts';
import { decode } from './decode.ts';
import { spaces } from './definitions.ts';
import { encode } from './encode.ts';
import { chosenVocabularies, findSpace } from './find.ts';
import { largestRule } from './largest.ts';
import { allowedTokens, spaceSize } from './masks.ts';
import type { Space } from './space.ts';
import { strings } from './strings.ts';
import { addition } from './template.ts';

describe('chosen vocabularies', () => {
  it('are members of the space in any spelling, and any other texts, in the order given', () => {
    const space = findSpace('quick', {
      operands: ['g / (sqrt(v) + 1e-8)', 'ema(g,0.9)/(1-0.9^t)', 'sqrt(abs( g ))'],
      unary: ['tanh(x)', ' clip(x,0.0001)', 'x * w'],
      binary: ['y*x', 'x+y', '(x)'],
    });
    expect(space).toEqual({
      name: 'quick/2*',
      iterations: 2,
      operands: ['rmsprop', 'm', 'sqrt(abs(g))'],
      unary: ['tanh(x)', 'clip(x, 1e-4)', 'x * w'],
      binary: ['y * x', 'x + y', 'x'],
      constraints: [],
    });
    expect(chosenVocabularies(space)).toEqual(['operands', 'unary', 'binary']);
  });

  it.each(spaces.entries)('leave $name as it is where they are all of its members', (definition) => {
    const { operands, unary, binary } = definition;
    const space = findSpace(definition.name, { operands, unary, binary });
    expect(space).toEqual(findSpace(definition.name));
    expect(chosenVocabularies(space)).toEqual([]);
    const reversed = findSpace(definition.name, { unary: [...unary].reverse() });
    expect(chosenVocabularies(reversed)).toEqual(['unary']);
  });

  it.each([
    [{ operands: [] }, /^operands: expected one or more$/],
    [{ operands: ['g', ''] }, /^operands: '': empty rule/],
    [{ operands: ['x'] }, /^operands: 'x': unknown operand 'x'/],
    [{ operands: ['m', 'm'] }, /^operands: 'm' stands twice$/],
    [{ operands: ['g + w', 'w + g'] }, /^operands: 'g \+ w' and 'w \+ g' mean the same$/],
    [{ unary: ['2'] }, /^unary: '2' is no function of x$/],
    [{ unary: ['x * y'] }, /^unary: 'x \* y': unknown operand 'y' at column 5$/],
    [{ unary: ['exp(x)', 'exp( x )'] }, /^unary: 'exp\(x\)' and 'exp\( x \)' mean the same$/],
    [{ binary: ['y'] }, /^binary: 'y' is no function of x$/],
    [{ binary: ['x(y)'] }, /^binary: 'x\(y\)': expected an operator or the end, but found '\('/],
    [
      { operands: ['g'], constraints: ['distinct'] as const },
      /^space 'quick\/2\*' has no rule under distinct$/,
    ],
    [{ iterations: 3, unary: ['x * x * x * x'] }, /rules of space 'quick\/3\*' may have up to \d+ nodes/],
  ])('refuse %j', (options, message) => {
    const find = () => findSpace('quick', options);
    expect(find).toThrow(
      expect.objectContaining({ code: 'bad-option', message: expect.stringMatching(message) }),
    );
  });

  it('point at the place in a text that does not parse', () => {
    try {
      findSpace('quick', { binary: ['x + y', 'x * z'] });
      expect.unreachable();
    } catch (error) {
      const { cause } = error as Error;
      if (!(cause instanceof RuleError)) throw error;
      expect(cause).toMatchObject({ text: 'x * z', position: 4 });
    }
  });
});

describe('random chosen spaces', () => {
  it('have as many strings as their size says, in lexicographic order, all within the masks', () => {
    const property = (space: Space): void => {
      let count = 0;
      let before: readonly number[] = [];
      for (const tokens of strings(space)) {
        if (count > 0) expect(ascending(before, tokens)).toBe(true);
        if (count++ < 20) {
          tokens.forEach((token, i) => {
            expect(allowedTokens(space, tokens.slice(0, i))[token]).toBe(true);
          });
        }
        before = tokens;
      }
      expect(BigInt(count)).toBe(spaceSize(space));
    };
    const small = narrowed.filter((space) => spaceSize(space) < 10_000n);
    fc.assert(fc.property(small, property), { seed: 1, numRuns: 60 });
  });

  it('are decoded and encoded there and back, within the bound of their nodes', () => {
    const property = (space: Space, seed: number): void => {
      const rule = decode(space, uniform(space, stream(seed, 'chosen')));
      expect(nodes(rule)).toBeLessThanOrEqual(largestRule(space));
      expect(printRule(parseRule(printRule(rule)))).toBe(printRule(rule));
      const tokens = encode(space, rule);
      expect(tokens).toBeDefined();
      expect(printRule(decode(space, tokens as number[]))).toBe(printRule(rule));
    };
    fc.assert(fc.property(narrowed, fc.nat(), property), { seed: 2, numRuns: 300 });
  });
});

function ascending(a: readonly number[], b: readonly number[]): boolean {
  const place = a.findIndex((token, i) => token !== b[i]);
  return place >= 0 && (a[place] as number) < (b[place] as number);
}

/** Any string: each token uniform among those allowed. */
function uniform(space: Space, random: Stream): number[] {
  const tokens: number[] = [];
  while (tokens.length < 5 * space.iterations) {
    const allowed = allowedTokens(space, tokens).flatMap((yes, token) => (yes ? [token] : []));
    tokens.push(allowed[random.integer(allowed.length)] as number);
  }
  return tokens;
}

const nodes = (e: Expression): number =>
  e.kind === 'call' ? e.args.reduce((sum, arg) => sum + nodes(arg), 1) : 1;

describe('addition', () => {
  it('is the sum of both arguments, in either order', () => {
    expect(['x + y', 'y + x', 'x + x', 'x - y', 'x + y + g', 'x'].map(addition)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
