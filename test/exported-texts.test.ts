import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportRule, exportTest, targets } from '../src/export/index.ts';
import { type Expression, parseRule, printRule, resolveRule } from '../src/rules/index.ts';
import { readoutRules, tensorRules } from './export/tensors.ts';
import { wideRulesOf } from './export/wide.ts';
import { plainRules } from './plain-rules.ts';
import { sampledRules } from './sampled-rules.ts';

/** What formatters, linters and type checkers of the languages say of exported texts: nothing. */
const rules: readonly (readonly [string, Expression, string])[] = [
  ...plainRules.map(({ name }) => [name, resolveRule(name), name] as const),
  ...[...sampledRules(1)].map((rule, i) => [`sample-${i}`, rule, printRule(rule)] as const),
  ...[
    'noise * g',
    'prev(prev(w)) * max(g, 0.1)',
    'drop(2, 0.3) * rd(3)',
    '3',
    'where(g * m > 0, m, 0) * (w < 1)',
    'rec(g, max(0.9 * self, g)) + ema(g * w, 1 - 1 / t) - acc(2 * g, 0.9 * ld)',
    'where(t < 5, g, sqrt(t - 5) / (t - 5)^0.5 * w) + where(t < 3, log(t), t)',
    'where(g > 0, where(w > 0, g, w), where(w, 1, 2)) + where(t > 3, w < g, g)',
  ].map((text, i) => [`written-${i}`, parseRule(text), text] as const),
];

const shaped = [...tensorRules, ...readoutRules].map(
  ({ rule, title }, i) => [`tensors-${i}`, rule, title] as const,
);

const PYTHON = ['pytorch', 'optax', 'keras', 'mlx', 'tinygrad', 'numpy'];
const JAVASCRIPT = ['tensorflowjs', 'javascript'];

/** Which of the rules are checked in a target. */
const rulesOf = (target: string): typeof rules =>
  JAVASCRIPT.includes(target) ? [...rules, ...shaped] : rules;

const TESTED = ['adam', 'powersign-cd', 'sgd'];

const folder = mkdtempSync(join(tmpdir(), 'nos-exported-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const { name, extension, writeTest } of targets.entries) {
  mkdirSync(join(folder, name));
  for (const [file, rule, text] of rulesOf(name)) {
    const options = {
      ...(file === 'written-1' ? { className: 'AdaptiveMomentumOfLongName' } : {}),
      command: `nos export '${text}' --to ${name}`,
      advice: [
        'Learning rates that were good: 0.01 on digits-mlp under protocol quick, with a reward of 0.9512.',
      ],
    };
    const module = file.replaceAll('-', '_');
    writeFileSync(join(folder, name, `${module}.${extension}`), exportRule(rule, name, options));
    if (writeTest && TESTED.includes(file))
      writeFileSync(
        join(folder, name, `test_${module}.${extension}`),
        exportTest(rule, name, module, options),
      );
  }
}

for (const name of PYTHON) {
  for (const [i, rule] of wideRulesOf(name).entries())
    writeFileSync(join(folder, name, `wide_${i}.py`), exportRule(resolveRule(rule), name));
}

function run(command: string, ...args: readonly string[]): string {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (error) throw error;
  return `${stdout}${stderr}`;
}

/** Whether a program is there; a line says so if it is not. */
function has(program: string): boolean {
  const there = spawnSync(program, ['--version']).status === 0;
  if (!there) console.warn(`SKIPPED: no ${program} here, so nothing checks the exported Python with it`);
  return there;
}

it('covers every target whose texts are programs', () => {
  const others = ['c', 'latex', 'markdown'];
  expect([...PYTHON, ...JAVASCRIPT, ...others].sort()).toEqual([...targets.names].sort());
});

describe('Python', () => {
  it.skipIf(!has('black'))('is as Black writes it', () => {
    expect(run('black', '--check', '--quiet', '--diff', ...PYTHON)).toBe('');
  });
  it.skipIf(!has('flake8'))("has nothing that flake8 finds, at Black's length of lines", () => {
    expect(run('flake8', '--max-line-length', '88', ...PYTHON)).toBe('');
  });
});

describe('JavaScript', () => {
  it('is as Biome writes it, and has nothing that its recommended rules find', () => {
    const settings = {
      formatter: { indentStyle: 'space', lineWidth: 100 },
      javascript: { formatter: { quoteStyle: 'single' } },
    };
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(settings));
    const said = run(resolve('node_modules/.bin/biome'), 'check', '--error-on-warnings', ...JAVASCRIPT);
    expect(said).toMatch(/^Checked \d+ files in \S+ No fixes applied\.\n$/);
  });

  it('has types that tsc --strict follows', () => {
    const library = resolve('node_modules/@tensorflow/tfjs-core/dist/index.d.ts');
    const compilerOptions = {
      ...{ target: 'es2023', lib: ['es2023', 'dom'], module: 'nodenext', types: [] },
      ...{ strict: true, checkJs: true, noEmit: true, skipLibCheck: true, noUnusedLocals: true },
      paths: { '@tensorflow/tfjs': [library] },
    };
    const texts = JAVASCRIPT.flatMap((name) =>
      rulesOf(name).map(([file]) => `${name}/${file.replaceAll('-', '_')}.js`),
    );
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: texts }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    expect(run(resolve('node_modules/.bin/tsc'), '--project', folder)).toBe('');
  });
});
