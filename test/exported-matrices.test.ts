import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportRule, exportTest, targets } from '../src/export/index.ts';
import { stream } from '../src/random/index.ts';
import { catalogue, compileRule, parseRule, resolveRule } from '../src/rules/index.ts';
import { plainRules } from './plain-rules.ts';

const PYTHON = '/usr/bin/python3';
const has = (module: string): boolean => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;

const TENSORS = [
  { shape: [3, 5], kind: 'matrices' },
  { shape: [4], kind: 'vectors' },
  { shape: [4, 3, 2, 1], kind: 'matrices' },
  { shape: [6, 2], kind: 'embeddings' },
] as const;
const sizes = TENSORS.map(({ shape }) => shape.reduce<number>((a, b) => a * b, 1));
const SPANS = TENSORS.map(({ shape, kind }, i) => ({
  offset: sizes.slice(0, i).reduce((a, b) => a + b, 0),
  size: sizes[i]!,
  kind,
  ...(shape.length > 1 && { rows: shape[0] }),
}));
const SIZE = sizes.reduce((a, b) => a + b, 0);
const STEPS = 40;
const LR = 1e-2;

const RULES = [
  ...catalogue
    .filter((entry) => !plainRules.includes(entry) && !/global\(|eval:|\blr\b/.test(entry.text))
    .map(({ name }) => name),
  'matrices: orth(m) * rows / columns; vectors: where(g > 0, m, g); embeddings: g / rowamax(g)',
  'colnorm(g) * rowrms(w) + rowsum(colmean(g)) + prev(rowsum(g)) * ld',
  'rec(0, max(self, colamax(g))) * sign(g) + sum(rowmean(g)) + norm(colsum(g)) / columns',
  'where(rowmean(g) > 0, g, 0) + mean(g) * max(rowmean(g), 0.1)',
];

const random = stream(6, 'exported matrices');
const weights = Float32Array.from({ length: SIZE }, () => random.normal());
const gradients = Array.from({ length: STEPS }, () =>
  Float32Array.from({ length: SIZE }, (_, i) => (0.3 + random.normal()) * 10 ** ((i % 8) / 4 - 2)),
);
const apart = (values: Float32Array): readonly (readonly number[])[] =>
  SPANS.map(({ offset, size }) => [...values.subarray(offset, offset + size)]);

function replayed(target: string): readonly (readonly number[])[] {
  const cases = RULES.map((rule) => {
    const code = exportRule(resolveRule(rule), target, { className: 'Exported' });
    return {
      ...{ target, code, class: 'Exported', lr: LR },
      arguments: /^ {8}total_steps: int,$/m.test(code) ? { total_steps: STEPS } : {},
      shapes: TENSORS.map(({ shape }) => shape),
      kinds: TENSORS.map(({ kind }) => kind),
      weights: apart(weights),
      gradients: gradients.map(apart),
    };
  });
  const { stdout, stderr, status } = spawnSync(PYTHON, [join(import.meta.dirname, 'export/matrices.py')], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as number[][][]).map((tensors) => tensors.flat());
}

describe.each([
  ['numpy', 'numpy'],
  ['pytorch', 'torch'],
])('%s', (target, module) => {
  it.skipIf(!has(module))('steps as the rule does, of tensors of all kinds', () => {
    const found = replayed(target);
    const wrong = RULES.flatMap((rule, i) => {
      const expected = weights.slice();
      const stepper = compileRule(resolveRule(rule)).start({
        size: SIZE,
        steps: STEPS,
        seed: 0,
        tensors: SPANS,
      });
      let way = 0;
      for (const gradient of gradients) {
        const before = expected.slice();
        stepper.step(expected, gradient, LR);
        way += Math.hypot(...expected.map((w, k) => w - before[k]!));
      }
      const distance = Math.hypot(...expected.map((w, k) => w - found[i]![k]!)) / way;
      return distance < 1e-5 ? [] : [`${rule}: ${distance}`];
    });
    expect(wrong).toEqual([]);
  });
});

it('are refused by targets that cannot write them, and have no test', () => {
  const rule = parseRule('g / rownorm(g)');
  for (const name of targets.names) {
    if (targets.find(name).writeKinds) expect(exportRule(rule, name)).toContain('optimizer');
    else
      expect(() => exportRule(rule, name)).toThrow(
        /no export to .* of rules that tell kinds, rows or columns/,
      );
  }
  expect(() => exportTest(rule, 'numpy', 'found')).toThrow('no test');
});
