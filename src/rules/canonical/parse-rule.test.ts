import { describe, expect, it } from 'vitest';
import { call, leaf, literal } from '../language/expression.ts';
import { pointAt, RuleError } from '../language/rule-error.ts';
import { parseRule } from './parse-rule.ts';

const g = leaf('g');
const w = leaf('w');

function errorOf(text: string): RuleError {
  try {
    parseRule(text);
  } catch (error) {
    if (error instanceof RuleError) return error;
    throw error;
  }
  throw new Error(`no error for '${text}'`);
}

describe('parseRule', () => {
  it('reads operators by precedence', () => {
    expect(parseRule('g + w * g')).toEqual(call('add', [g, call('mul', [w, g])]));
    expect(parseRule('g - w - g')).toEqual(call('sub', [call('sub', [g, w]), g]));
    expect(parseRule('g / (w / g)')).toEqual(call('div', [g, call('div', [w, g])]));
  });

  it('binds ^ tighter than the unary minus, to the right', () => {
    expect(parseRule('-g^2')).toEqual(call('neg', [call('pow', [g, literal(2)])]));
    expect(parseRule('g^w^g')).toEqual(call('pow', [g, call('pow', [w, g])]));
    expect(parseRule('g^-w')).toEqual(call('pow', [g, call('neg', [w])]));
    expect(parseRule('-g * w')).toEqual(call('mul', [call('neg', [g]), w]));
  });

  it('reads a minus before a number as a part of it, except before a power', () => {
    expect(parseRule('-3')).toEqual(literal(-3));
    expect(parseRule('2^-3')).toEqual(call('pow', [literal(2), literal(-3)]));
    expect(parseRule('-3^2')).toEqual(call('neg', [call('pow', [literal(3), literal(2)])]));
    expect(parseRule('g - 3')).toEqual(call('sub', [g, literal(3)]));
    expect(parseRule('-(3)')).toEqual(call('neg', [literal(3)]));
  });

  it.each([
    ['1e-4', 1e-4],
    ['.5', 0.5],
    ['3.', 3],
    ['1E+2', 100],
    ['1.7976931348623157e308', Number.MAX_VALUE],
  ])('reads the number %s', (text, value) => {
    expect(parseRule(text)).toEqual(literal(value));
  });

  it('reads parameters apart from arguments, and their defaults', () => {
    expect(parseRule('ema(g^2, 0.999)')).toEqual(call('ema', [call('pow', [g, literal(2)])], [0.999]));
    expect(parseRule('cd')).toEqual(call('cd', [], [0.5]));
    expect(parseRule('cd()')).toEqual(call('cd', [], [0.5]));
    expect(parseRule('rd(3)')).toEqual(call('rd', [], [3]));
    expect(parseRule('max(g, w)')).toEqual(call('max', [g, w]));
  });

  it('computes a parameter that is written as arithmetic', () => {
    expect(parseRule('ema(g, 1-0.1)')).toEqual(call('ema', [g], [0.9]));
    expect(parseRule('clip(g, sqrt(eps))')).toEqual(call('clip', [g], [1e-4]));
    expect(parseRule('rd(-(-3))')).toEqual(call('rd', [], [3]));
  });

  it.each([
    ['g ** 2', 'g^2'],
    ['w − g – 1', 'w - g - 1'],
    ['2 × g · w ⋅ t ∗ T', '2 * g * w * t * T'],
    ['g ÷ w ∕ t', 'g / w / t'],
    ['g² + g⁻³ + 10⁻⁴·w', 'g^2 + g^-3 + 10^-4 * w'],
    ['-g²', '-(g^2)'],
    ['m\u0302 / (sqrt(v\u0302) + ε)', 'm / (sqrt(v) + eps)'],
    ['γ\u0302', 'gamma'],
  ])('reads %s as %s', (written, text) => {
    expect(parseRule(written)).toEqual(parseRule(text));
  });

  it('does not mind white space', () => {
    expect(parseRule(' \n g+\tw ')).toEqual(call('add', [g, w]));
  });
});

describe('a text that is no rule', () => {
  it.each([
    ['', 1, /empty rule/],
    ['   ', 1, /empty rule/],
    ['foo(g)', 1, /unknown function 'foo'/],
    ['g * exq(w)', 5, /unknown function 'exq'/],
    ['g + q', 5, /unknown operand 'q'/],
    ['add(g, w)', 1, /unknown function 'add'/],
    ['(g + w', 1, /'\(' is never closed/],
    ['exp(g', 4, /'\(' is never closed/],
    ['ema(g, 0.9', 4, /'\(' is never closed/],
    ['g + w)', 6, /'\)' without '\('/],
    ['g w', 3, /expected an operator or the end, but found 'w'/],
    ['(g w)', 4, /expected an operator or \), but found 'w'/],
    ['g +', 4, /but the rule ends/],
    ['g * * w', 5, /expected a number, a name or \(, but found '\*'/],
    ['ema(g)', 6, /wrong number of arguments of 'ema'/],
    ['exp(g, w)', 8, /wrong number of arguments of 'exp'/],
    ['exp()', 5, /wrong number of arguments of 'exp'/],
    ['ema(g, 1)', 8, /b of ema\(x, b\) must be in \[0, 1\), not 1/],
    ['acc(g, 1.5)', 8, /b of acc\(x, b\) must be in \[0, 1\], not 1.5/],
    ['drop(g, -0.1)', 9, /p of drop\(x, p\) must be in \[0, 1\), not -0.1/],
    ['clip(g, 0)', 9, /l of clip\(x, l\) must be positive and finite/],
    ['clip(g, 1e39)', 9, /l of clip\(x, l\) must be positive and finite/],
    ['cd(0)', 4, /n of cd\(n\) must be positive/],
    ['ema(g, w)', 8, /expected a number for b of ema\(x, b\), but found 'w'/],
    ['ema(g 0.9)', 7, /but found '0.9'/],
    ['rec(-(sign(g\n  )), self)', 5, /but found '-\(sign\(g \)\)'/],
    ['exp', 1, /'exp' needs its arguments/],
    ['g(2)', 2, /'g' takes no arguments/],
    ['1e999', 1, /1e999 is too large/],
    ['1e-999', 1, /1e-999 is too small/],
    ['g # w', 3, /unexpected character '#'/],
    ['ema(g, 1-g)', 8, /expected a number for b of ema\(x, b\), but found '1-g'/],
    ['ema(g, 2-0.5)', 8, /b of ema\(x, b\) must be in \[0, 1\), not 1.5/],
    ['clip(g, 0/0)', 9, /must be positive and finite in float32, not NaN/],
    ['drop(g, )', 9, /wrong number of arguments of 'drop'|expected a number for p/],
    ['where(g, w)', 11, /wrong number of arguments of 'where'/],
    ['0 < g < 1', 7, /comparisons do not chain/],
    ['g >= w > 1', 8, /comparisons do not chain/],
    ['g <', 4, /but the rule ends/],
    ['self + g', 1, /'self' outside rec/],
    ['rec(0, self) + self', 16, /'self' outside rec/],
    ['rec(0, g)', 8, /x of rec\(init, x\) without self/],
    ['rec(w, rec(0, self + g) + w)', 8, /x of rec\(init, x\) without self/],
    ['rec(m, self)', 5, /init of rec\(init, x\) must be a number, g or w, but found 'm'/],
    ['rec(self, self)', 5, /'self' outside rec/],
    ['rec(1 / 0, self)', 5, /init of rec\(init, x\) must be a number, g or w/],
    ['rec(0)', 6, /wrong number of arguments of 'rec'/],
    ['rec(0, self, 1)', 14, /wrong number of arguments of 'rec'/],
    ['ema(g, t)', 8, /b of ema\(x, b\) must be in \[0, 1\), not 1 as at step 1 of 1000/],
    ['acc(g, t / 10)', 8, /must be in \[0, 1\], not 10 as at step 100 of 1000/],
    ['drop(g, ld)', 9, /expected a number for p of drop\(x, p\), but found 'ld'/],
    ['norm()', 6, /wrong number of arguments of 'norm'/],
    ['global(g)', 8, /'global' of what is no reduction/],
    ['g / global(2 * norm(g))', 12, /'global' of what is no reduction/],
    ['global(norm(g) * 2)', 16, /'global' of what is no reduction/],
    ['global(global(norm(g)))', 8, /'global' of what is no reduction/],
    ['global(norm)', 8, /'global' of what is no reduction/],
    ['global * g', 1, /'global' needs a reduction/],
    ['global(norm(g)', 7, /'\(' is never closed/],
    ['global(norm(g, 2))', 16, /wrong number of arguments of 'norm'/],
    ['g; vectors: g / global(norm(g))', 17, /'global' in a rule per kind of tensors/],
    ['eval: w', 1, /no rule before eval/],
    ['eval: w; g', 1, /no rule before eval/],
    ['g; eval: w / 2; eval: 1', 17, /a second eval/],
    ['g; eval: self', 10, /'self' outside rec/],
    ['g; evl: w', 4, /unknown kind of tensors 'evl'/],
    ['globl(norm(g))', 1, /unknown function 'globl'/],
    ['norm(g, 2)', 9, /wrong number of arguments of 'norm'/],
    ['g / norm', 5, /'norm' needs its arguments/],
    ['clip(g, norm(g))', 9, /expected a number for l of clip\(x, l\), but found 'norm\(g\)'/],
    ['ema(g, mean(g))', 8, /expected a number for b of ema\(x, b\), but found 'mean\(g\)'/],
    ['rec(norm(g), self)', 5, /init of rec\(init, x\) must be a number, g or w/],
    ['std(g)', 1, /unknown function 'std'/],
    ['g + 𝛾', 5, /unexpected character '𝛾'/],
  ])('%j is an error at column %i', (text, column, message) => {
    const error = errorOf(text);
    expect(error.code).toBe('bad-rule');
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`at column ${column}`);
    expect(error.message).not.toContain('\n');
    expect(error.position).toBe(column - 1);
  });

  it('gets a hint at the nearest name', () => {
    expect(errorOf('sgn(g)').hint).toContain("did you mean 'sign'?");
    expect(errorOf('adm').hint).toContain("did you mean 'adam'?");
    expect(errorOf('clip(g)').hint).toBe('write clip(x, l)');
  });

  it.each([
    ['ln(g)', 'write log(x)'],
    ['pow(g, 2)', 'write x^y'],
    ['V', "did you mean 'v'?"],
    ['SIGN(g)', "did you mean 'sign'?"],
    ['η * g', 'the learning rate is outside the rule'],
    ['grad / 2', 'write g, the gradient'],
    ['\\frac{g}{w}', 'LaTeX is not read'],
    ['$g$', 'LaTeX is not read'],
    ['w = w - g', 'write the right-hand side alone'],
    ['|g|', 'write abs(x) for |x|'],
    ['np.sqrt(v)', 'names have no dots'],
    ['g ? 1', 'write where(c, x, y)'],
    ['g == w', 'write (x <= y) * (y <= x)'],
    ['if(g, 1, 2)', 'write where(c, x, y)'],
    ['gt(g, 0)', 'write x > y'],
    ['2g', 'write * between factors'],
    ['(2 g)', 'write * between factors'],
    ['adam, sgd', 'several rules are separate arguments'],
  ])('gets a hint at what to write instead of %s', (text, hint) => {
    let error: unknown;
    try {
      parseRule(text);
    } catch (thrown) {
      error = thrown;
    }
    expect((error as RuleError).hint).toContain(hint);
  });

  it('repeats only the beginning of a very long word, and does not compare all of it', () => {
    const { message, hint } = errorOf('a'.repeat(1_000_000));
    expect(message.length).toBeLessThan(120);
    expect(hint).not.toContain('did you mean');
  });

  it('is too long with more than 1,000 nodes', () => {
    const sum = (terms: number): string => Array.from({ length: terms }, () => 'g').join('+');
    expect(() => parseRule(sum(500))).not.toThrow();
    expect(errorOf(sum(501)).message).toBe('more than 1000 nodes at column 1000');
  });

  it.each(['(', '-', 'exp(', '2^', 'min(g,'])(
    'is nested too deep, without a stack overflow: %s',
    (opening) => {
      expect(errorOf(`${opening.repeat(10_000)}g`).message).toMatch(
        /nested more than 1020 deep|more than 1000 nodes/,
      );
    },
  );

  it('is told where vectors have no matrix, in their rule and in the weights to read out', () => {
    expect(errorOf('orth(g)').message).toBe("'orth' of vectors, which are no matrices, at column 1");
    const { message, hint } = errorOf('matrices: m; vectors: g; eval: orth(w)');
    expect(message).toBe("'orth' of vectors, which are no matrices, at column 32");
    expect(hint).toBe('leave it out: eval is for all tensors');
  });

  it('is told where a matrix comes to one number for many weights, whose canonical form would be no rule', () => {
    const rule = (x: string): string => `matrices: orth(${x}); vectors: g`;
    expect(errorOf(rule('where(1, norm(g), g)')).message).toBe(
      'x of orth(x) comes to one number for many weights, and is no matrix, at column 11',
    );
    for (const x of ['g^0', 'norm(g) + 0 * g', 'where(0, g, rows)']) errorOf(rule(x));
    expect(() => parseRule(rule('norm(g) + g'))).not.toThrow();
  });

  it('is shown with a caret under the place', () => {
    expect(pointAt(errorOf('g * exq(w)'))).toBe('g * exq(w)\n    ^');
    expect(pointAt(errorOf('g +'))).toBe('g +\n   ^');
    const [line, caret] = pointAt(errorOf(`${'g + '.repeat(100)}q + ${'g + '.repeat(100)}g`)).split('\n') as [
      string,
      string,
    ];
    expect(line.length).toBeLessThan(130);
    expect(line[caret.length - 1]).toBe('q');
  });
});
