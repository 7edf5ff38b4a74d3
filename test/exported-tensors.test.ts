import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import { exportRule } from '../src/export/index.ts';
import { canonicalize, compileRule, lowerKinds, printRule } from '../src/rules/index.ts';
import { classOf as optimizerClass } from './export/tensorflow.ts';
import {
  apart,
  float32BoundOfTensors,
  followTensors,
  initial,
  readoutRules,
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

const caseOf = ({ title, rule }: TensorRule, i: number): Case => {
  const programs = lowerKinds(canonicalize(rule)).map(({ program }) => program);
  return {
    ...{ title, rule, className: `Rule${i}`, trajectory: followTensors(rule, STEPS) },
    isRandom: programs.some(({ draws }) => draws.length > 0),
    readsOut: programs.some(({ readout }) => readout !== undefined),
  };
};

const cases = tensorRules.map(caseOf);
const readoutCases = readoutRules.map(caseOf);

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
function checkReadouts(found: readonly Found[], of = cases): void {
  for (const [i, { rule, readsOut, trajectory }] of of.entries()) {
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

/** TensorFlow.js has a layer's outputs last: the shape of each variable, and its values from and to those of a matrix. */
const LAYOUTS = TENSORS.map(({ shape, kind }) => {
  const [rows = 1, ...others] = shape as readonly number[];
  if (kind === 'embeddings' || others.length === 0) return { shape: [...shape], columns: 1, rows: 1 };
  return { shape: [...others, rows], rows, columns: others.reduce((size, n) => size * n, 1) };
});

/** [rows, columns] to [columns, rows]. */
const turned = (values: readonly number[], rows: number, columns: number): number[] =>
  rows * columns === 1
    ? [...values]
    : Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)]!);

const tensorsOf = (values: readonly number[]): tf.Tensor[] =>
  apart(values).map((tensor, k) => {
    const { shape, rows, columns } = LAYOUTS[k]!;
    return tf.tensor(turned(tensor, rows, columns), shape);
  });

const valuesOf = (tensors: readonly tf.Tensor[]): number[] =>
  tensors.flatMap((one, k) => turned([...one.dataSync()], LAYOUTS[k]!.columns, LAYOUTS[k]!.rows));

/** Replays a training on an exported TensorFlow.js optimizer, with recorded draws; its state is saved and loaded in the middle. */
async function replayTensorflow(
  { rule, className, trajectory, readsOut }: Case,
  gradients = trajectory.gradients,
): Promise<Found> {
  const code = exportRule(rule, 'tensorflowjs', { className });
  const queue = trajectory.draws.values();
  const recorded = (shape: number[]): tf.Tensor => {
    const { rows, columns } = LAYOUTS.find((layout) => String(layout.shape) === String(shape)) ?? {
      rows: 1,
      columns: 1,
    };
    return tf.tensor(turned(queue.next().value!, rows, columns), shape);
  };
  const Optimizer = optimizerClass(code, className, {
    ...tf,
    randomUniform: recorded,
    randomNormal: recorded,
  });
  const variables = tensorsOf(initial).map((tensor) => tf.variable(tensor));
  const embeddings = variables.flatMap(({ name }, k) => (TENSORS[k]!.kind === 'embeddings' ? [name] : []));
  const options = { learningRate: trajectory.learningRate, totalSteps: STEPS, embeddings };
  let optimizer = new Optimizer(options);
  const readout = (): number[] =>
    readsOut ? tf.tidy(() => valuesOf((optimizer as ReadOut).readout(variables))) : [];
  const before = readout();
  for (const [t, gradient] of gradients.entries()) {
    if (t === Math.floor(gradients.length / 2)) {
      const saved = await optimizer.getWeights();
      optimizer = Optimizer.fromConfig(Optimizer, optimizer.getConfig());
      await optimizer.setWeights(saved);
    }
    tf.tidy(() =>
      optimizer.applyGradients(
        tensorsOf(gradient).map((tensor, k) => ({ name: variables[k]!.name, tensor })),
      ),
    );
  }
  const found = { weights: valuesOf(variables), before, readout: readout() };
  optimizer.dispose();
  tf.dispose(variables);
  return found;
}

interface ReadOut extends tf.Optimizer {
  readout(variables: readonly tf.Variable[]): readonly tf.Tensor[];
}

describe('tensorflowjs', () => {
  // TensorFlow.js has float32 alone: its weights are within what rounding may do, added up over the training.
  it('steps as the rule does, to the rounding of float32, on tensors of all kinds', async () => {
    const wrong: string[] = [];
    let compared = 0;
    const found: Found[] = [];
    for (const one of cases) {
      const { rule, title, trajectory } = one;
      found.push(await replayTensorflow(one));
      const bound = float32BoundOfTensors(rule, trajectory);
      for (const [i, weight] of trajectory.weights.entries()) {
        // A bound that is as long as the way says nothing.
        if (!trajectory.sure[i] || !(bound[i]! < 0.1 * trajectory.way[i]!)) continue;
        compared++;
        const distance = Math.abs(found.at(-1)!.weights[i]! - weight);
        if (!(distance <= bound[i]!)) wrong.push(`${title}, weight ${i}: ${distance}, not ${bound[i]}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(20 * cases.length);
    checkReadouts(found);
  });

  it('has numbers where the rule has some', async () => {
    // The sign of NaN is 0 in TensorFlow.js.
    for (const [edge, gradients] of EDGES.entries()) {
      const found: (readonly number[])[] = [];
      for (const one of cases) {
        if (one.isRandom || /sign/.test(printRule(canonicalize(one.rule))))
          found.push(edgeWeights[edge]![found.length]!);
        else found.push((await replayTensorflow(one, gradients)).weights);
      }
      checkEdges(found, edge);
    }
  });

  it('reads out what a rule of one vector says', async () => {
    const found: Found[] = [];
    for (const one of readoutCases) found.push(await replayTensorflow(one));
    checkReadouts(found, readoutCases);
  });

  it('leaves no tensor behind', () => {
    for (const title of ['muon', 'adafactor', 'prodigy', 'scion']) {
      const { rule } = cases.find((other) => other.title === title)!;
      const Optimizer = optimizerClass(
        exportRule(rule, 'tensorflowjs', { className: 'Exported' }),
        'Exported',
        tf,
      );
      const optimizer = new Optimizer({ totalSteps: STEPS });
      const variable = tf.variable(tf.ones([3, 2]));
      const counts = [1, 2, 3].map(() => {
        tf.tidy(() => optimizer.applyGradients({ [variable.name]: tf.ones([3, 2]) }));
        return tf.memory().numTensors;
      });
      expect(new Set(counts).size, title).toBe(1);
      optimizer.dispose();
      variable.dispose();
    }
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
