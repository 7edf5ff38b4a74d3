import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { narrowed } from '../../../test/arbitrary-space.ts';
import { type Stream, stream } from '../../random/index.ts';
import { canonicalize } from '../canonical/canonicalize.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { catalogue } from '../catalogue/catalogue.ts';
import { printRule } from '../language/print.ts';
import { compileRule } from '../program/compile.ts';
import { interpretRule } from '../program/interpret.ts';
import { decode, decoder } from './decode.ts';
import { spaces } from './definitions.ts';
import { encode } from './encode.ts';
import { findSpace } from './find.ts';
import { allowedTokens, spaceSize } from './masks.ts';
import { uniformTokens } from './sample.ts';
import { type Constraint, constraints, positions, type Space, tokenText } from './space.ts';

/** A token string drawn uniformly, token by token, from what the masks allow. */
function sample(space: Space, random: Stream): number[] {
  const tokens: number[] = [];
  while (tokens.length < 5 * space.iterations) {
    const allowed = allowedTokens(space, tokens).flatMap((yes, token) => (yes ? [token] : []));
    expect(allowed.length).toBeGreaterThan(0);
    tokens.push(allowed[random.integer(allowed.length)] as number);
  }
  return tokens;
}

/** Every token string, whatever the constraints. */
function* everyString(space: Space): Generator<readonly number[]> {
  const sizes = positions(space).map(({ size }) => size);
  const tokens = sizes.map(() => 0);
  for (;;) {
    yield tokens;
    let place = sizes.length - 1;
    while (place >= 0 && ++(tokens[place] as number) === sizes[place]) tokens[place--] = 0;
    if (place < 0) return;
  }
}

/** The constraints as NOS §4.1 states them, on whole strings. */
const obeys: Record<Constraint, (space: Space, tokens: readonly number[]) => boolean> = {
  distinct: (_, tokens) => tokens.every((token, i) => i % 5 !== 0 || token !== tokens[i + 1]),
  'no-final-add': (space, tokens) => space.binary[tokens.at(-1) as number] !== 'x + y',
  reuse: (space, tokens) =>
    tokens.every((token, i) => {
      const computed = (t: number): boolean => t >= space.operands.length;
      return i % 5 !== 0 || i === 0 || computed(token) || computed(tokens[i + 1] as number);
    }),
};

const subsets = (list: readonly Constraint[]): Constraint[][] =>
  Array.from({ length: 2 ** list.length }, (_, bits) => list.filter((_, i) => (bits >> i) & 1));

const tiny = (iterations: number, chosen: readonly Constraint[]): Space => ({
  name: 'tiny',
  iterations,
  operands: ['g', 'm'],
  unary: ['x'],
  binary: ['x + y', 'x * y', 'x'],
  constraints: chosen,
});

describe('sizes', () => {
  it('count the whole icml2017 space at one iteration: 16² · 11² · 5 (NOS §4.1)', () => {
    expect(spaceSize(findSpace('icml2017/1'))).toBe(154_880n);
    expect(spaceSize(findSpace('icml2017/2'))).toBe(154_880n * 17n ** 2n * 11n ** 2n * 5n);
    expect(spaceSize(findSpace('icml2017', { iterations: 3 }))).toBe(
      154_880n * 17n ** 2n * 18n ** 2n * (11n ** 2n * 5n) ** 2n,
    );
    expect(spaceSize(findSpace('arxiv2017/1'))).toBe(21n ** 2n * 12n ** 2n * 5n);
    expect(spaceSize(findSpace('icml2017/1', { constraints: ['distinct', 'no-final-add'] }))).toBe(
      16n * 15n * 11n ** 2n * 4n,
    );
  });

  it.each([1, 2, 3])('equal a count by brute force under every set of constraints, %i iterations', (n) => {
    const strings = [...everyString(tiny(n, []))].length;
    expect(spaceSize(tiny(n, []))).toBe(BigInt(strings));
    for (const chosen of subsets(constraints)) {
      const space = tiny(n, chosen);
      let obeying = 0;
      let masked = 0;
      for (const tokens of everyString(space)) {
        const legal = chosen.every((constraint) => obeys[constraint](space, tokens));
        obeying += Number(legal);
        if (n === 3 && masked >= 200) continue;
        const allowed = tokens.every((token, i) => allowedTokens(space, tokens.slice(0, i))[token]);
        expect(allowed).toBe(legal);
        masked += 1;
      }
      expect(spaceSize(space)).toBe(BigInt(obeying));
    }
  });
});

describe('positions', () => {
  it('stand in the order of NOS §3.1, and the operands grow by one an iteration', () => {
    const all = positions(findSpace('icml2017/3'));
    expect(all.map(({ kind }) => kind[0]).join('')).toBe('oouub'.repeat(3));
    expect(all.map(({ size }) => size)).toEqual([16, 16, 11, 11, 5, 17, 17, 11, 11, 5, 18, 18, 11, 11, 5]);
  });

  it('name their tokens', () => {
    const space = findSpace('icml2017/2');
    const [op1, , u1] = positions(space).slice(5) as [never, never, never];
    expect(tokenText(space, op1, 0)).toBe('g');
    expect(tokenText(space, op1, 16)).toBe('#1');
    expect(tokenText(space, u1, 2)).toBe('exp(x)');
    expect(() => tokenText(space, op1, 17)).toThrow(/expected an integer from 0 to 16/);
  });
});

describe('decoder', () => {
  it('reads each string as decode, canonicalize and ruleKey do, whatever it read before', () => {
    fc.assert(
      fc.property(narrowed, fc.nat(), (space, seed) => {
        const reader = decoder(space);
        const random = stream(seed, 'strings');
        for (let i = 0; i < 20; i++) {
          const tokens = uniformTokens(space, random);
          const rule = decode(space, tokens);
          expect(reader.rule(tokens)).toEqual(rule);
          expect(reader.canonical(tokens)).toEqual(canonicalize(rule));
          expect(reader.key(tokens)).toBe(ruleKey(rule));
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

describe('findSpace', () => {
  it('takes the iterations from the name, an option, or the definition', () => {
    expect(findSpace('icml2017/1').name).toBe('icml2017/1');
    expect(findSpace('icml2017', { iterations: 3 }).name).toBe('icml2017/3');
    expect(findSpace(findSpace('quick').name)).toEqual(findSpace('quick'));
  });

  it.each([
    [() => findSpace('icml2016'), 'unknown-name', /unknown space 'icml2016'/],
    [() => findSpace('icml2017/4'), 'bad-option', /expected 1, 2 or 3, got 4/],
    [() => findSpace('icml2017/one'), 'bad-option', /expected 1, 2 or 3/],
    [() => findSpace('icml2017/1', { iterations: 2 }), 'bad-option', /1 iterations, 2 asked for/],
    [() => findSpace('quick', { constraints: ['new' as Constraint] }), 'bad-option', /constraint 'new'/],
  ])('refuses bad input: %s', (find, code, message) => {
    expect(find).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

const everySpace = spaces.entries.flatMap(({ name }) =>
  [1, 2, 3].flatMap((iterations) =>
    [[], [...constraints]].map((chosen) => findSpace(name, { iterations, constraints: chosen })),
  ),
);

describe.each(everySpace.map((space) => [`${space.name} ${space.constraints.join(' ')}`, space] as const))(
  '%s',
  (_, space) => {
    const weights = Float32Array.of(0, -0, 1, -2.5, 1e-40, 3e38, Number.NaN, Number.POSITIVE_INFINITY);
    const gradient = Float32Array.of(1, -0, 0, -1e-3, 1e-42, -2e38, 1, Number.NEGATIVE_INFINITY);

    it('decodes random strings to rules that print, parse back, compile and step', () => {
      const property = (seed: number): void => {
        const rule = decode(space, sample(space, stream(seed, 'strings')));
        const text = printRule(rule);
        expect(printRule(parseRule(text))).toBe(text);
        expect(parseRule(text)).toEqual(rule);
        const compiled = compileRule(rule).start({ size: 8, steps: 2, seed });
        const interpreted = interpretRule(rule).start({ size: 8, steps: 2, seed });
        const [a, b] = [weights.slice(), weights.slice()];
        for (let step = 0; step < 2; step++) {
          expect(compiled.step(a, gradient, 0.1)).toBe(interpreted.step(b, gradient, 0.1));
          expect(a).toEqual(b);
        }
      };
      // In each of 30 spaces; print.test.ts and compile.test.ts do the same with thousands of other rules.
      fc.assert(fc.property(fc.nat(), property), { seed: 1, numRuns: 100 });
    });

    it('encodes what it decoded', () => {
      const property = (seed: number): void => {
        const rule = decode(space, sample(space, stream(seed, 'strings')));
        const tokens = encode(space, rule);
        expect(tokens).toBeDefined();
        expect(printRule(decode(space, tokens as number[]))).toBe(printRule(rule));
      };
      fc.assert(fc.property(fc.nat(), property), { seed: 1, numRuns: 30 });
    });
  },
);

describe('encode', () => {
  it('finds the very tokens where there is no other string', () => {
    const space = findSpace('icml2017/1');
    for (const tokens of [
      [0, 3, 2, 8, 2],
      [3, 4, 5, 2, 3],
      [1, 15, 1, 3, 1],
    ]) {
      expect(encode(space, decode(space, tokens))).toEqual(tokens);
    }
  });

  it('finds PowerSign, however its factors are ordered', () => {
    for (const name of ['icml2017/2', 'icml2017/3', 'quick/2', 'signs/2', 'signs/3']) {
      const space = findSpace(name);
      for (const text of ['exp(sign(g) * sign(m)) * g', 'g * exp(sign(m) * sign(g))']) {
        const tokens = encode(space, parseRule(text));
        expect(tokens && ruleKey(decode(space, tokens))).toBe(ruleKey(parseRule(text)));
      }
    }
  });

  it('finds every rule of Table 1 in icml2017/3', () => {
    const space = findSpace('icml2017/3');
    for (const { name, text } of catalogue.filter((rule) => rule.name.startsWith('table1-'))) {
      const tokens = encode(space, parseRule(text));
      expect(tokens, name).toBeDefined();
      expect(ruleKey(decode(space, tokens as number[]))).toBe(ruleKey(parseRule(text)));
    }
  });

  it('finds rules that other texts mean', () => {
    for (const [name, text] of [
      ['icml2017/2', 'exp(sign(g) * sign(ema(g, 0.9))) * g'],
      ['quick/2', 'm * exp(g^2)'],
      ['quick/1', 'm / (sqrt(v) + eps)'],
      ['signs/3', '(1 + sign(g) * sign(ema(g, 0.9))) * g'],
      ['arxiv2017/3', 'exp(ld * sign(g) * sign(ema(g, 0.9))) * g'],
    ] as const) {
      const tokens = encode(findSpace(name), parseRule(text));
      expect(tokens, text).toBeDefined();
      expect(ruleKey(decode(findSpace(name), tokens as number[]))).toBe(ruleKey(parseRule(text)));
    }
  });

  it('leaves an iteration unused, or repeats one, where the constraints ask for it', () => {
    const one = { operands: ['g'], unary: ['x'], binary: ['x + y'] };
    for (const [text, constraint] of [
      ['g + (g + g)', 'reuse'],
      ['(g + m) + (g + m)', 'distinct'],
    ] as const) {
      const operands = constraint === 'reuse' ? ['g'] : ['g', 'm'];
      const space = findSpace('quick/3', { ...one, operands, constraints: [constraint] });
      const tokens = encode(space, parseRule(text));
      expect(tokens && printRule(decode(space, tokens))).toBe(printRule(parseRule(text)));
    }
  });

  it('returns undefined where the space has no such rule', () => {
    expect(encode(findSpace('icml2017/1'), parseRule('exp(sign(g) * sign(m)) * g'))).toBeUndefined();
    expect(encode(findSpace('icml2017/3'), parseRule('tanh(g)'))).toBeUndefined();
    expect(encode(findSpace('quick/2', { constraints: ['no-final-add'] }), parseRule('g + m'))).toBeDefined();
    expect(
      encode(findSpace('quick/1', { constraints: ['no-final-add'] }), parseRule('g + m')),
    ).toBeUndefined();
  });
});

describe('decode', () => {
  it('refuses strings that are not of the space', () => {
    const space = findSpace('icml2017/1', { constraints: ['distinct'] });
    expect(() => decode(space, [0, 1])).toThrow(/expected 5/);
    expect(() => decode(space, [0, 0, 0, 0, 0])).toThrow(/token 0 at position 1 is not allowed/);
    expect(() => decode(space, [0, 16, 0, 0, 0])).toThrow(/token 16 at position 1/);
  });
});
