import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportRule } from '../src/export/index.ts';
import { canonicalize, compileRule, lowerKinds } from '../src/rules/index.ts';
import {
  apart,
  followTensors,
  initial,
  SIZE,
  SPANS,
  TENSORS,
  type TensorRule,
  type TensorTrajectory,
  tensorRules,
  weightsAfter,
} from './export/tensors.ts';

/**
 * Exported optimizers whose rules see kinds, rows, columns, matrices or the whole network step as the rule does in float64, on tensors of all
 * kinds, to within 1e-6 of the way travelled; and read out what it says.
 */
const STEPS = 16;
const TOLERANCE = 1e-6;

interface Case extends TensorRule {
  readonly className: string;
  readonly trajectory: TensorTrajectory;
  readonly isRandom: boolean;
  readonly readsOut: boolean;
}

const cases: readonly Case[] = tensorRules.map(({ title, rule }, i) => {
  const programs = lowerKinds(canonicalize(rule)).map(({ program }) => program);
  return {
    ...{ title, rule, className: `Rule${i}`, trajectory: followTensors(rule, STEPS) },
    isRandom: programs.some(({ draws }) => draws.length > 0),
    readsOut: programs.some(({ readout }) => readout !== undefined),
  };
});

/** What a training leaves: the weights, and what is read out before the first step and after the last. */
interface Found {
  readonly weights: readonly number[];
  readonly before: readonly number[];
  readonly readout: readonly number[];
}

function check(found: readonly Found[]): void {
  const wrong = cases.flatMap(({ title, trajectory: { weights, sure, way } }, i) => {
    const shares = weights.map((weight, k) =>
      sure[k] ? Math.abs(found[i]!.weights[k]! - weight) / (way[k]! + 1e-9) : 0,
    );
    const share = Math.max(...shares.map((one) => (Number.isNaN(one) ? Infinity : one)));
    return share <= TOLERANCE ? [] : [`${title}: ${share}`];
  });
  expect(wrong).toEqual([]);
}

/** In float32, by the compiled rule. */
function checkReadouts(found: readonly Found[]): void {
  for (const [i, { rule, readsOut, trajectory }] of cases.entries()) {
    if (!readsOut) continue;
    const stepper = compileRule(rule).start({ size: SIZE, steps: STEPS, seed: 0, tensors: SPANS });
    const weights = Float32Array.from(initial);
    for (const gradient of trajectory.gradients)
      stepper.step(weights, Float32Array.from(gradient), trajectory.learningRate);
    expect(found[i]!.before).toEqual(initial);
    expect(found[i]!.readout).toBeAllclose([...stepper.readout(weights)], { rtol: 1e-5, atol: 1e-5 });
  }
}

/** Gradients that are zero, infinite or no number at some weights of some tensors. */
const EDGES = [0, Number.NaN, Infinity, -Infinity].map((value) =>
  [0, 1, 2].map((t) => initial.map((w, i) => (t === 1 && i % 4 === 0 ? value : value === 0 ? 0 : w))),
);

/** Where weights are finite, and where they are which infinity or no number. */
const classOf = (x: number): string => (Number.isFinite(x) ? 'finite' : String(x));

const edgeWeights = EDGES.map((gradients) => cases.map(({ rule }) => weightsAfter(rule, STEPS, gradients)));

function checkEdges(found: readonly (readonly number[])[], edge: number): void {
  const wrong = cases.flatMap(({ title, isRandom }, i) => {
    if (isRandom) return [];
    const weights = edgeWeights[edge]![i]!;
    const at = weights.findIndex((w, k) => classOf(w) !== classOf(found[i]![k]!));
    return at < 0 ? [] : [`${title}, weight ${at}: ${found[i]![at]}, not ${weights[at]}`];
  });
  expect(wrong).toEqual([]);
}

it('has rules of which the reference is sure', () => {
  const sure = cases.filter(({ trajectory }) => trajectory.sure.some(Boolean));
  expect(sure.length).toBeGreaterThan(0.9 * cases.length);
});

describe('javascript', () => {
  const optimizerOf = async ({ rule, className, trajectory }: Case) => {
    const code = exportRule(rule, 'javascript', { className });
    const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
    const uniforms = trajectory.uniforms.values();
    return new module[className]({
      ...{ tensors: TENSORS, learningRate: trajectory.learningRate, totalSteps: STEPS },
      random: () => uniforms.next().value,
    });
  };
  const arraysOf = (values: readonly number[]): Float64Array[] =>
    apart(values).map((tensor) => Float64Array.from(tensor));

  it('steps as the rule does, on tensors of all kinds', async () => {
    const found = await Promise.all(
      cases.map(async (one): Promise<Found> => {
        const { trajectory, readsOut } = one;
        const optimizer = await optimizerOf(one);
        const params = arraysOf(initial);
        const readout = (): number[] =>
          readsOut ? optimizer.readout(params).flatMap((one: Float64Array) => [...one]) : [];
        const before = readout();
        for (const gradient of trajectory.gradients) optimizer.step(params, arraysOf(gradient));
        return { weights: params.flatMap((one) => [...one]), before, readout: readout() };
      }),
    );
    check(found);
    checkReadouts(found);
  });

  it('has numbers where the rule has some', async () => {
    for (const [edge, gradients] of EDGES.entries()) {
      const found = await Promise.all(
        cases.map(async (one) => {
          const optimizer = await optimizerOf(one);
          const params = arraysOf(initial);
          for (const gradient of gradients) optimizer.step(params, arraysOf(gradient));
          return params.flatMap((one) => [...one]);
        }),
      );
      checkEdges(found, edge);
    }
  });

  it('says which array has another shape', async () => {
    const optimizer = await optimizerOf(cases.find(({ title }) => title === 'muon')!);
    const params = arraysOf(initial);
    expect(() => optimizer.step(params.toReversed(), params)).toThrow(
      'params[0] has 1 weights, not of shape [3,5]',
    );
    expect(() => optimizer.step([], [])).toThrow('0 params, not 7');
  });
});

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

describe.skipIf(compiler === undefined)('c', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nos-tensors-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('steps as the rule does, on tensors of all kinds, and compiles without a warning as C99 and C++', () => {
    const headers = cases.map(({ rule, className }) => exportRule(rule, 'c', { className }));
    for (const [i, header] of headers.entries())
      writeFileSync(join(folder, `${cases[i]!.className}.h`), header);
    writeFileSync(join(folder, 'main.c'), mainOf(headers));
    const flags = ['-O1', '-ffp-contract=off', '-Wall', '-Wextra', '-Werror', '-Wno-unused-function'];
    for (const standard of [
      ['-x', 'c', '-std=c99'],
      ['-x', 'c++'],
    ]) {
      const { status, stderr } = spawnSync(
        compiler!,
        [...standard, ...flags, 'main.c', '-lm', '-o', 'main'],
        { cwd: folder, encoding: 'utf8' },
      );
      expect(stderr).toBe('');
      expect(status).toBe(0);
    }
    const uniforms = cases.flatMap(({ isRandom, trajectory }) => (isRandom ? trajectory.uniforms : []));
    const { stdout, status } = spawnSync(join(folder, 'main'), {
      input: Buffer.from(Float64Array.from(uniforms).buffer),
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    expect(status).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(' ').map(numberOf));
    const found = cases.map(({ readsOut }): Found => {
      const weights = rows.shift()!;
      return { weights, before: readsOut ? rows.shift()! : [], readout: readsOut ? rows.shift()! : [] };
    });
    check(found);
    checkReadouts(found);
    for (const edge of EDGES.keys()) {
      checkEdges(
        cases.map(({ isRandom }) => (isRandom ? [] : rows.shift()!)),
        edge,
      );
    }
  });
});

const numberOf = (text: string): number =>
  /nan/.test(text) ? Number.NaN : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text);

const cNumber = (x: number): string =>
  Number.isFinite(x) ? String(x) : Number.isNaN(x) ? 'NAN' : x > 0 ? 'INFINITY' : '-INFINITY';

function mainOf(headers: readonly string[]): string {
  const list = (values: readonly number[]): string => values.map(cNumber).join(',');
  const { gradients } = cases[0]!.trajectory;
  const n = TENSORS.length;
  const overAll = (lines: string): string =>
    `for (k = 0; k < ${n}; k++) for (j = 0; j < sizes[k]; j++) { ${lines} }`;
  const show = (what: string): string => `${overAll(`printf("%.17g ", ${what});`)}\n  printf("\\n");`;
  const training = (header: string, i: number): readonly string[] => {
    const { className, isRandom, trajectory, readsOut } = cases[i]!;
    const p = className.toLowerCase();
    const hasRows = header.includes('size_t rows; /*');
    const hasKinds = header.includes(`typedef enum ${p}_kind`);
    const total = header.includes('defaults(double total_steps)') ? STEPS : '';
    const fields = SPANS.map(({ offset, size, rows, columns, kind }) =>
      [
        ...[`w + ${offset}`, 'NULL', ...(hasRows ? [rows ?? size, columns ?? 1] : [size])],
        ...(hasKinds ? [`${p.toUpperCase()}_${kind.toUpperCase()}`] : []),
      ].join(', '),
    );
    return [
      `static int train_${p}(const double *table, size_t steps, int shows) {`,
      `  ${p}_config config = ${p}_defaults(${total}); ${p}_state state;`,
      `  ${p}_tensor tensors[] = {${fields.map((field) => `{${field}}`).join(', ')}};`,
      `  double before[${SIZE}]; size_t i, j, k, t; (void)before; (void)j;`,
      `  config.lr = ${trajectory.learningRate}; for (i = 0; i < ${SIZE}; i++) w[i] = initial[i];`,
      ...(isRandom ? ['  config.uniform = recorded; config.source = stdin;'] : []),
      `  if (${p}_init(&state, tensors, ${n})) return 1;`,
      ...(readsOut ? [`  ${overAll(`before[offsets[k] + j] = ${p}_readout(&state, tensors, k)[j];`)}`] : []),
      '  for (t = 0; t < steps; t++) {',
      `    for (k = 0; k < ${n}; k++) tensors[k].gradient = table + t * ${SIZE} + offsets[k];`,
      `    ${p}_step(&config, &state, tensors);`,
      '  }',
      `  ${show('w[offsets[k] + j]')}`,
      ...(readsOut
        ? [
            '  if (shows) {',
            `    ${show('before[offsets[k] + j]')}`,
            `    ${show(`${p}_readout(&state, tensors, k)[j]`)}`,
            '  }',
          ]
        : ['  (void)shows;']),
      `  ${p}_free(&state); return 0;`,
      '}',
    ];
  };
  const names = cases.map(({ className }) => className.toLowerCase());
  return [
    ...cases.flatMap(({ className }) => [
      `#define ${className.toUpperCase()}_REAL double`,
      `#include "${className}.h"`,
    ]),
    '#include <stdio.h>',
    `static const size_t sizes[] = {${SPANS.map(({ size }) => size)}}, offsets[] = {${SPANS.map(({ offset }) => offset)}};`,
    `static const double initial[] = {${list(initial)}};`,
    `static const double gradients[] = {${list(gradients.flat())}};`,
    ...EDGES.map((edge, e) => `static const double edge${e}[] = {${list(edge.flat())}};`),
    `static double w[${SIZE}];`,
    'static double recorded(void *source) { double x = 0; return fread(&x, sizeof x, 1, (FILE *)source) == 1 ? x : NAN; }',
    ...headers.flatMap(training),
    'int main(void) {',
    '  int failed = 0;',
    ...names.map((name) => `  failed |= train_${name}(gradients, ${STEPS}, 1);`),
    ...EDGES.flatMap((edge, e) =>
      names.flatMap((name, i) =>
        cases[i]!.isRandom ? [] : [`  failed |= train_${name}(edge${e}, ${edge.length}, 0);`],
      ),
    ),
    '  return failed;',
    '}',
    '',
  ].join('\n');
}
