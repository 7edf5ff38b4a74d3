import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportRule } from '../src/export/index.ts';
import { stream } from '../src/random/index.ts';
import {
  canonicalize,
  decode,
  type Expression,
  findSpace,
  lowerRule,
  positions,
  printRule,
  resolveRule,
} from '../src/rules/index.ts';
import { replayTensorflow } from './export/tensorflow.ts';
import { distanceFrom, float32Bound, follow, type Trajectory } from './export/trajectory.ts';
import { plainRules } from './plain-rules.ts';

/**
 * Exported optimizers step as the interpreter does: their weights after recorded gradients, in float64, are within 1e-6 of the way travelled.
 * EXPORT_RULES and EXPORT_STEPS choose how many random rules of each space, and how many steps; EXPORT_PART, such as `3/12`, takes a part
 * of the rules, and EXPORT_FIGURES names a file that gets a line of JSON per target: `bench/exports.mjs` runs all parts and adds these up.
 */
const RULES = Number(process.env.EXPORT_RULES ?? 8);
const STEPS = Number(process.env.EXPORT_STEPS ?? 60);
const [PART = 1, PARTS = 1] = (process.env.EXPORT_PART ?? '1/1').split('/').map(Number);
const TOLERANCE = 1e-6;

interface Case {
  readonly title: string;
  readonly rule: Expression;
  readonly className: string;
  readonly trajectory: Trajectory;
}

const random = stream(7, 'exported rules');

function sampled(name: string, iterations: number): readonly (readonly [string, Expression])[] {
  const space = findSpace(name, { iterations });
  const sizes = positions(space).map(({ size }) => size);
  return Array.from({ length: RULES / 2 }, () => {
    const rule = decode(
      space,
      sizes.map((size) => random.integer(size)),
    );
    return [`${name}: ${printRule(rule)}`, rule] as const;
  });
}

const cases: readonly Case[] = [
  ...plainRules.map(({ name }) => [name, resolveRule(name)] as const),
  ...['quick', 'icml2017', 'arxiv2017', 'modern2026'].flatMap((name) =>
    [1, 2].flatMap((iterations) => sampled(name, iterations)),
  ),
  ...[
    'prev(prev(w)) * max(g, 0.1)',
    'prev(prev(g)) + prev(g)',
    'prev(ema(g, 0.9)) + ema(g, 0.9)',
    'noise * g + drop(drop(g, 0.3), 0.1)',
    '2^g + min(w, g) - clip(m, 0.1)',
    'prev(ld)',
    'ema(cd, 0.9) + drop(2, 0.5)',
    't^-0.5',
    'rec(0, max(0.9 * self, abs(g))) * sign(g)',
    'rec(1, self * where(g > 0, 1.1, 0.9)) * g + prev(rec(0.5, self + self^2 * 1e-3))',
    'rec(g, 0.9 * self + 0.1 * g) - rec(w, 0.99 * self + 0.01 * w)',
    'rec(0, rec(1, 0.5 * self + g) - 0.3 * self) + rec(0, drop(self, 0.3) + g)',
    'ema(g, 1 - 1 / t) + acc(g * w, 0.9 * ld) - ema(w, min(t / T, 0.9))',
    'where(g * m > 0, m, 0)',
    'where(t < 5, drop(g, 0.3), sqrt(t - 4) * w) + (w < 1) * g',
    'where(w, 1, 2) - where(abs(g) <= 1e-3, w < 1, m) * (w < g)',
    'where(t < 3, t, log(t - 2) / (t - 2)) * g + where(t > 6, (t - 6)^0.5 * g, g)',
    'where(g > 0, where(w > 0, g, w), 1) / (1 + (g < w))',
    'norm(w) / norm(m) * m + g / (amax(g) + sum(1))',
    'rec(0, where(t < 2, sum(g^2), 0.9 * self + 0.1 * sum(g^2))) * g + prev(mean(w)) * w',
    'ema(g / rms(g), 0.9) / norm(ema(g / rms(g), 0.9)) + ema(mean(g), 0.9)',
    'norm(g - mean(g)) * drop(g, 0.3) + mean(noise * g) * w',
    'rec(0, 0.5 * mean(self) + g) - sum(rec(0, sum(self) * 1e-3 + mean(g)) * g)',
    'where(norm(g) < norm(w), g, 1) * (g * m > 0) / max(mean(g * m > 0), 1e-3)',
    'rec(1, rms(tanh(self + g))) * g',
    'amax(g)',
    '3',
  ].map((text) => [text, resolveRule(text)] as const),
]
  .map(([title, rule], i) => ({ title, rule, className: `Rule${i}` }))
  .filter((_, i) => i % PARTS === PART - 1)
  .map((one) => ({ ...one, trajectory: follow(one.rule, STEPS) }));

const isRandom = ({ trajectory }: Case): boolean => trajectory.draws[0]!.length > 0;

/** What is reduced over a tensor is not that of its parts. */
const reduces = ({ rule }: Case): boolean =>
  lowerRule(canonicalize(rule)).nodes.some(({ kind }) => kind === 'reduction');

const usesTotal = (rule: Expression): boolean =>
  lowerRule(canonicalize(rule)).scalars.some((e) => /\b(?:T|ld|cd|rd)\b/.test(printRule(e)));

function argumentsOf({ rule, trajectory }: Case): Readonly<Record<string, number>> {
  return { lr: trajectory.learningRate, ...(usesTotal(rule) ? { total_steps: STEPS } : {}) };
}

interface Found {
  readonly weights?: readonly string[];
  readonly error?: string;
}

function check(target: string, each: readonly Case[], found: readonly Found[]): void {
  const distances = each.map(({ trajectory }, i) => {
    const weights = found[i]!.weights?.map(numberOf);
    return weights === undefined ? Infinity : distanceFrom(trajectory, weights);
  });
  note({ target, rules: each.length, distance: Math.max(...distances) });
  const wrong = each.flatMap(({ title }, i) =>
    distances[i]! <= TOLERANCE ? [] : [`${title}: ${found[i]!.error ?? distances[i]}`],
  );
  expect(wrong).toEqual([]);
}

/** Adds a line to the figures. */
function note(figures: object): void {
  const file = process.env.EXPORT_FIGURES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figures)}\n`);
}

const numberOf = (text: string): number =>
  text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);

const PYTHON = '/usr/bin/python3';
const has = (module: string): boolean => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;

function python(documents: readonly object[]): readonly Found[] {
  const { stdout, stderr, status } = spawnSync(PYTHON, [join(import.meta.dirname, 'export/replay.py')], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const pythonCase = (one: Case, kind: string, more: object = {}) => ({
  kind: kind === 'pytorch' ? 'torch' : kind,
  code: exportRule(one.rule, kind, { className: one.className }),
  class: one.className,
  arguments: argumentsOf(one),
  weights: one.trajectory.initial,
  gradients: one.trajectory.gradients,
  draws: one.trajectory.draws,
  options: {},
  ...more,
});

it('has rules of which the reference is sure', () => {
  const sure = cases.filter(({ trajectory }) => trajectory.sure.some(Boolean));
  note({ target: 'reference', rules: cases.length, sure: sure.length });
  expect(sure.length).toBeGreaterThan(0.7 * cases.length);
});

describe.skipIf(!has('numpy'))('in Python', () => {
  it('numpy steps as the interpreter', () =>
    check('numpy', cases, python(cases.map((one) => pythonCase(one, 'numpy')))));
  // The frameworks themselves are not at hand: export/frameworks.py has as much of their interfaces as is called.
  it.each(['optax', 'keras', 'mlx', 'tinygrad'])(
    '%s steps as the interpreter, on the shape of its interface',
    (target) => check(target, cases, python(cases.map((one) => pythonCase(one, target)))),
  );
});

describe.skipIf(!has('torch'))('pytorch', () => {
  const plain = cases.filter((one) => !isRandom(one));
  it('steps as the interpreter, tensor by tensor', () =>
    check(
      'pytorch, single tensors',
      cases,
      python(cases.map((one) => pythonCase(one, 'pytorch', { options: { foreach: false } }))),
    ));
  it('steps as the interpreter, all tensors at once', () =>
    check(
      'pytorch, multi tensors',
      cases,
      python(cases.map((one) => pythonCase(one, 'pytorch', { options: { foreach: true } }))),
    ));
  it('goes on after its state was saved and loaded, in groups of parameters, to the bit', () => {
    const reloaded = { reload: Math.floor(STEPS / 2), options: { foreach: true } };
    const [whole, parts] = [() => ({}), (one: Case) => ({ ...reloaded, parts: reduces(one) ? 1 : 3 })].map(
      (more) => python(plain.map((one) => pythonCase(one, 'pytorch', more(one)))),
    );
    expect(parts).toEqual(whole);
  });
  it('steps as torch.optim over 1,000 steps', () => {
    const known = [
      ['sgd', 'SGD', {}],
      ['momentum', 'SGD', { momentum: 0.9 }],
      ['nesterov', 'SGD', { momentum: 0.9, nesterov: true }],
      ['adam', 'Adam', {}],
      ['adamw', 'AdamW', { weight_decay: 1e-2 }],
      ['rmsprop-torch', 'RMSprop', {}],
      ['adagrad', 'Adagrad', {}],
    ] as const;
    const ours = known.map(([title]) => {
      const rule = resolveRule(title);
      return { title, rule, className: 'Exported', trajectory: follow(rule, 1000) };
    });
    const theirs = known.map(([, name, more], i) => {
      const { code: _, ...one } = pythonCase(ours[i]!, 'pytorch');
      return { ...one, class: name, arguments: { lr: 1e-3, ...more } };
    });
    const [found, torch] = [ours.map((one) => pythonCase(one, 'pytorch')), theirs].map(python);
    const references = ours.map((one, i) => {
      const weights = torch![i]!.weights!.map(numberOf);
      return { ...one, trajectory: { ...one.trajectory, weights, sure: weights.map(() => true) } };
    });
    check('torch.optim', references, found!);
  });
  it('maximizes', () =>
    check(
      'pytorch, maximize',
      plain,
      python(plain.map((one) => pythonCase(one, 'pytorch', { options: { maximize: true, foreach: true } }))),
    ));
});

describe('javascript', () => {
  it('steps as the interpreter', async () => {
    const found = await Promise.all(cases.map(replayJavascript));
    check('javascript', cases, found);
  });
});

async function replayJavascript(one: Case) {
  const code = exportRule(one.rule, 'javascript', { className: one.className });
  const { trajectory } = one;
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const queue = drawQueue(one);
  const optimizer = new module[one.className]({
    learningRate: trajectory.learningRate,
    totalSteps: STEPS,
    random: () => queue.next().value as number,
  });
  const weights = Float64Array.from(trajectory.initial);
  for (const gradient of trajectory.gradients) optimizer.step([weights], [Float64Array.from(gradient)]);
  return { weights: [...weights].map(String) };
}

/** Uniform numbers, weight by weight, that give the recorded draws; a normal number is made of two. */
function* drawQueue({ rule, trajectory }: Case): Generator<number> {
  const { draws } = lowerRule(canonicalize(rule));
  for (const step of trajectory.draws) {
    for (let i = 0; i < trajectory.initial.length; i++) {
      for (const [d, { distribution }] of draws.entries()) {
        const value = step[d]![i]!;
        if (distribution === 'mask') yield value === 0 ? 0 : 1 - 1e-16;
        else {
          yield 1 - Math.exp((value * value) / -2);
          yield value < 0 ? 0.5 : 0;
        }
      }
    }
  }
}

describe('tensorflowjs', () => {
  // TensorFlow.js has float32 alone: its weights are within what rounding may do, added up over the training.
  it('steps as the interpreter, to the rounding of float32', async () => {
    const wrong: string[] = [];
    const [bounds, shares, used]: number[][] = [[], [], []];
    for (const { rule, title, className, trajectory } of cases) {
      const code = exportRule(rule, 'tensorflowjs', { className });
      const found = await replayTensorflow(code, className, trajectory);
      const bound = float32Bound(rule, trajectory);
      for (const [i, weight] of trajectory.weights.entries()) {
        const way = trajectory.way[i]!;
        // A bound that is as long as the way says nothing.
        if (!trajectory.sure[i] || !(bound[i]! < 0.1 * way)) continue;
        const distance = Math.abs(found[i]! - weight);
        bounds!.push(bound[i]! / way);
        shares!.push(distance / way);
        used!.push(distance / bound[i]!);
        if (!(distance <= bound[i]!)) wrong.push(`${title}, weight ${i}: ${distance}, not ${bound[i]}`);
      }
    }
    note({ target: 'tensorflowjs', rules: cases.length, bounds, shares, used: Math.max(...used!) });
    expect(wrong).toEqual([]);
    expect(bounds!.length).toBeGreaterThan(5 * cases.length);
  });
});

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

describe.skipIf(compiler === undefined)('c', () => {
  it('steps as the interpreter, and compiles without a warning as C99 and C++', () => {
    const folder = mkdtempSync(join(tmpdir(), 'nos-export-'));
    try {
      for (const one of cases) writeFileSync(join(folder, `${one.className}.h`), headerOf(one));
      writeFileSync(join(folder, 'main.c'), mainOf(cases));
      const flags = [
        '-O1',
        '-ffp-contract=off',
        '-Wall',
        '-Wextra',
        '-Werror',
        '-Wno-unused-function',
        'main.c',
        '-lm',
      ];
      for (const standard of [
        ['-x', 'c', '-std=c99'],
        ['-x', 'c++'],
      ]) {
        const { status, stderr } = spawnSync(compiler!, [...standard, ...flags, '-o', 'main'], {
          cwd: folder,
          encoding: 'utf8',
        });
        expect(stderr).toBe('');
        expect(status).toBe(0);
      }
      const uniform = cases.filter(isRandom).flatMap((one) => [...drawQueue(one)]);
      const { stdout } = spawnSync(join(folder, 'main'), {
        input: Buffer.from(Float64Array.from(uniform).buffer),
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      const rows = stdout
        .trim()
        .split('\n')
        .map((line) => ({ weights: line.trim().split(' ') }));
      check('c', cases, rows);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const headerOf = (one: Case): string => exportRule(one.rule, 'c', { className: one.className });

function mainOf(all: readonly Case[]): string {
  const { initial, gradients } = all[0]!.trajectory;
  const size = initial.length;
  return [
    ...all.flatMap(({ className }) => [
      `#define ${className.toUpperCase()}_REAL double`,
      `#include "${className}.h"`,
    ]),
    '#include <stdio.h>',
    `static const double initial[] = {${initial.join(',')}};`,
    `static const double gradients[] = {${gradients.flat().join(',')}};`,
    'static double recorded(void *source) { double x = 0; return fread(&x, sizeof x, 1, (FILE *)source) == 1 ? x : NAN; }',
    'int main(void) {',
    `  double w[${size}];`,
    '  size_t i, t;',
    ...all.flatMap((one) => {
      const p = one.className.toLowerCase();
      return [
        `  { ${p}_config config = ${p}_defaults(${usesTotal(one.rule) ? STEPS : ''}); ${p}_state state;`,
        `    config.lr = ${one.trajectory.learningRate}; if (${p}_init(&state, ${size})) return 1;`,
        ...(isRandom(one) ? ['    config.uniform = recorded; config.source = stdin;'] : []),
        `    for (i = 0; i < ${size}; i++) w[i] = initial[i];`,
        `    for (t = 0; t < ${gradients.length}; t++) ${p}_step(&config, &state, w, gradients + t * ${size});`,
        `    for (i = 0; i < ${size}; i++) printf("%.17g ", w[i]);`,
        `    printf("\\n"); ${p}_free(&state); }`,
      ];
    }),
    '  return 0;',
    '}',
    '',
  ].join('\n');
}
