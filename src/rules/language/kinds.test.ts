import { describe, expect, it } from 'vitest';
import { behaviourHash, distance, ordinaryUpdates, rejection } from '../behaviour/index.ts';
import { canonicalize } from '../canonical/canonicalize.ts';
import { ruleKey } from '../canonical/key.ts';
import { parseRule } from '../canonical/parse-rule.ts';
import { compileRule } from '../program/compile.ts';
import { costsOf } from '../program/cost.ts';
import { interpretRule } from '../program/interpret.ts';
import { remarksOn } from '../program/remarks.ts';
import { latexRule } from './latex.ts';
import { printRule } from './print.ts';
import { pointAt, RuleError } from './rule-error.ts';

const canonical = (text: string): string => printRule(canonicalize(parseRule(text)));

const TENSORS = [
  { offset: 0, size: 4, rows: 2, columns: 2 },
  { offset: 4, size: 2 },
  { offset: 6, size: 2, rows: 2, columns: 1, kind: 'embeddings' },
  { offset: 8, size: 2, rows: 1, columns: 2 },
] as const;

/** u of every weight, after two equal steps. */
function updates(text: string, prepare = compileRule): number[] {
  const stepper = prepare(parseRule(text)).start({ size: 10, steps: 2, seed: 0, tensors: TENSORS });
  const weights = [0, 1].map(() => {
    const zeros = new Float32Array(10);
    expect(stepper.step(zeros, Float32Array.of(3, -4, 0, 0, 1, 2, 2, 2, 5, 12), -1)).toBe(true);
    return [...zeros];
  });
  return weights[1]!;
}

describe('rules per kind of tensors', () => {
  it.each([
    ['matrices: g; vectors: m', 'matrices: g; vectors: m'],
    ['vectors: m; matrices: g;', 'matrices: g; vectors: m'],
    ['g; vectors: m', 'matrices: g; vectors: m; embeddings: g'],
    ['g; embeddings: w', 'matrices: g; vectors: g; embeddings: w'],
    ['embeddings: w; matrices: g + w; vectors: m', 'matrices: g + w; vectors: m; embeddings: w'],
  ])('parse %s and print it as %s', (text, printed) => {
    expect(printRule(parseRule(text))).toBe(printed);
    expect(printRule(parseRule(printed))).toBe(printed);
  });

  it.each([
    ['matrices: g + g; vectors: 2 * g', '2 * g'],
    ['g + w - w; vectors: g * g', 'matrices: g; vectors: g^2'],
    ['g; embeddings: sign(2 * g)', 'matrices: g; vectors: g; embeddings: sign(g)'],
  ])('have a canonical form: of %s it is %s', (text, form) => {
    expect(canonical(text)).toBe(form);
    expect(canonical(form)).toBe(form);
    expect(ruleKey(parseRule(text))).toBe(ruleKey(parseRule(form)));
  });

  it.each([
    ['biases: g', 0, "unknown kind of tensors 'biases'", 'vectors: …'],
    ['matrices: g; vector: g', 13, "unknown kind of tensors 'vector'", 'vectors: …'],
    ['g; vectors: g; vectors: m', 15, 'a second rule for vectors', 'one rule for each kind'],
    ['matrices: g', 11, 'no rule for vectors', "add '; vectors: …'"],
    ['embeddings: g; vectors: m', 25, 'no rule for matrices', "add '; matrices: …'"],
    ['matrices: g; m', 13, 'a second rule without a label', 'its label'],
    ['g; matrices: g; vectors: m; embeddings: w', 0, 'a rule for no tensors', 'leave it out'],
    ['matrices: ; vectors: g', 10, 'expected a number, a name or (', ''],
    ['(matrices: g)', 1, "unknown operand 'matrices'", ''],
    ['g + w: g', 5, 'a colon behind what is no label', 'right-hand side'],
    ['u: g', 0, "unknown kind of tensors 'u'", 'right-hand side'],
    ['kinds(g, w)', 0, "unknown function 'kinds'", ''],
  ])('refuse %s at column %d', (text, position, message, hint) => {
    try {
      parseRule(text);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      expect([error.position, error.message, error.hint]).toEqual([
        position,
        expect.stringContaining(message),
        expect.stringContaining(hint),
      ]);
      expect(error.message).not.toContain('\n');
      expect(pointAt(error).split('\n')[1]).toBe(`${' '.repeat(position)}^`);
    }
  });

  it.each([
    ['matrices: g; vectors: -g', [3, -4, 0, 0, -1, -2, 2, 2, 5, 12]],
    ['matrices: g; vectors: w; embeddings: prev(g) + 1', [3, -4, 0, 0, 0, 0, 3, 3, 5, 12]],
    [
      'norm(g); vectors: rec(0, self + sum(g))',
      [5, 5, 5, 5, 6, 6, Math.fround(Math.sqrt(8)), Math.fround(Math.sqrt(8)), 13, 13],
    ],
    ['2; embeddings: acc(amax(g), 1)', [2, 2, 2, 2, 2, 2, 4, 4, 2, 2]],
  ])('step each tensor by the rule of its kind: %s', (text, expected) => {
    expect(updates(text)).toEqual(expected);
    expect(updates(text, interpretRule)).toEqual(expected);
  });

  it('draw for a weight what the rule alone would', () => {
    const both = updates('matrices: drop(g, 0.5); vectors: noise');
    const [drop, noise] = ['drop(g, 0.5)', 'noise'].map((text) => updates(text));
    expect(both).toEqual(both.map((_, i) => (i === 4 || i === 5 ? noise : drop)![i]));
  });

  it('take all weights for a vector where no tensors are known', () => {
    const weights = new Float32Array(2);
    const rule = compileRule(parseRule('matrices: g; vectors: 2 * g'));
    rule.start({ size: 2, steps: 1, seed: 0 }).step(weights, Float32Array.of(1, 2), -1);
    expect([...weights]).toEqual([2, 4]);
  });

  it('cost what each costs', () => {
    expect(costsOf(parseRule('matrices: acc(g, 0.9); vectors: adam; embeddings: g'))).toMatchObject([
      { kinds: ['matrices'], cost: { slots: 1 } },
      { kinds: ['vectors'], cost: { slots: 2 } },
      { kinds: ['embeddings'], cost: { slots: 0 } },
    ]);
  });

  it('behave as what they do to each kind', () => {
    const hash = (text: string) => behaviourHash(parseRule(text));
    expect(hash('matrices: sign(adam); vectors: sign(m)')).toBe(hash('sign(m)'));
    expect(hash('matrices: sign(adam); vectors: g')).toBe(hash('g; matrices: sign(m); embeddings: sign(m)'));
    expect(hash('matrices: g; vectors: m')).not.toBe(hash('matrices: m; vectors: g'));
    const apart = (a: string, b: string) =>
      distance(ordinaryUpdates(parseRule(a)), ordinaryUpdates(parseRule(b)));
    expect(apart('matrices: sign(adam); vectors: sign(m)', 'sign(m)')).toBeLessThan(1e-6);
    expect(apart('matrices: m; vectors: sign(g)', 'm')).toBeGreaterThan(0.1);
  });

  it('are rejected if no kind would learn, or one would not stay finite', () => {
    expect(rejection(parseRule('g; vectors: 0'))).toBeUndefined();
    expect(rejection(parseRule('-g; vectors: 0'))).toContain('descends');
    expect(rejection(parseRule('1; vectors: w'))).toContain('gradient');
    expect(rejection(parseRule('g; vectors: g / 0'))).toContain('finite');
    expect(remarksOn(parseRule('g; vectors: g / 0'))).toEqual([expect.stringContaining('not finite')]);
    expect(remarksOn(parseRule('g; vectors: 0'))).toEqual([]);
  });

  it('are written as cases', () => {
    expect(latexRule(parseRule('matrices: g; vectors: m'))).toBe(
      '\\begin{cases} g & \\text{matrices, embeddings} \\\\ \\hat m & \\text{vectors} \\end{cases}',
    );
  });

  it('want tensors of kinds and shapes that there can be', () => {
    const start = (tensor: object) => () =>
      compileRule(parseRule('g')).start({
        size: 6,
        steps: 1,
        seed: 0,
        tensors: [{ offset: 0, size: 6, ...tensor }],
      });
    expect(start({ rows: 4, columns: 2 })).toThrow('tensors: expected 6 weights at 0, got 4 rows of 2');
    expect(start({ rows: 0.5, columns: 12 })).toThrow(RangeError);
    expect(start({ kind: 'biases' })).toThrow('tensors: expected one of matrices, vectors, embeddings');
    expect(start({ rows: 3 })).not.toThrow();
  });
});
