import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportRule } from '../src/export/index.ts';
import { stream } from '../src/random/index.ts';
import { compileRule, resolveRule } from '../src/rules/index.ts';
import { PYTHON } from './python.ts';

/** Exported optimizers read out what the rule does, after 20 steps at two learning rates. */
const RULES = [
  'schedule-free-sgd',
  'averaged-adam',
  'g / norm(g); eval: w - mean(w) + norm(w - w0)',
  'ema(w, 0.9) - w; eval: rec(w, self + lr * g)',
];

const random = stream(5, 'exported read-outs');
const start = Array.from({ length: 6 }, () => Math.fround(random.normal()));
const gradients = Array.from({ length: 20 }, () => start.map(() => Math.fround(random.normal())));
const rates = gradients.map((_, t) => (t < 10 ? 0.0625 : 0.03125));

const compiler = ['cc', 'gcc', 'clang'].find((name) => spawnSync(name, ['--version']).status === 0);

const folder = mkdtempSync(join(tmpdir(), 'nos-readouts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expected(rule: string): {
  readonly weights: readonly number[];
  readonly readout: readonly number[];
} {
  const stepper = compileRule(resolveRule(rule)).start({ size: start.length, steps: 20, seed: 0 });
  const weights = Float32Array.from(start);
  for (const [t, gradient] of gradients.entries())
    stepper.step(weights, Float32Array.from(gradient), rates[t]!);
  return { weights: [...weights], readout: [...stepper.readout(weights)] };
}

function run(command: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const exported = (rule: string, target: string): string =>
  exportRule(resolveRule(rule), target, { className: 'Exported' });

function check(rule: string, printed: string): void {
  const { weights, readout } = expected(rule);
  const [w, x, before] = JSON.parse(printed) as readonly (readonly number[])[];
  expect(w).toBeAllclose(weights, { rtol: 1e-5, atol: 1e-5 });
  expect(x).toBeAllclose(readout, { rtol: 1e-5, atol: 1e-5 });
  expect(before).toEqual(start);
}

const DATA = { start, gradients, rates };
const has = (module: string): boolean => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;

describe.each(RULES)('%s reads out', (rule) => {
  it.skipIf(!has('numpy'))('in NumPy', () => {
    const script = [
      exported(rule, 'numpy'),
      'import json',
      `data = json.loads('${JSON.stringify(DATA)}')`,
      'weights = np.array(data["start"])',
      'optimizer = Exported()',
      'before = optimizer.readout([weights])[0].tolist()',
      'for gradient, rate in zip(data["gradients"], data["rates"]):',
      '    optimizer.lr = rate',
      '    optimizer.step([weights], [np.array(gradient)])',
      'print(json.dumps([weights.tolist(), optimizer.readout([weights])[0].tolist(), before]))',
    ];
    check(rule, run(PYTHON, ['-c', script.join('\n')]));
  });

  it.skipIf(!has('torch')).each(['False', 'True'])('in PyTorch, foreach=%s', (foreach) => {
    const script = [
      exported(rule, 'pytorch'),
      'import json',
      `data = json.loads('${JSON.stringify(DATA)}')`,
      'param = torch.tensor(data["start"], dtype=torch.float64, requires_grad=True)',
      `optimizer = Exported([param], foreach=${foreach})`,
      'optimizer.eval()',
      'before = param.tolist()',
      'optimizer.train()',
      'for step, (gradient, rate) in enumerate(zip(data["gradients"], data["rates"])):',
      '    optimizer.param_groups[0]["lr"] = rate',
      '    param.grad = torch.tensor(gradient, dtype=torch.float64)',
      '    optimizer.step()',
      '    if step == 12:  # a look at the read-out changes nothing',
      '        optimizer.eval()',
      '        optimizer.eval()',
      '        try:',
      '            optimizer.step()',
      '            raise AssertionError("stepped")',
      '        except RuntimeError:',
      '            pass',
      '        optimizer.train()',
      'trained = param.tolist()',
      'optimizer.eval()',
      'print(json.dumps([trained, param.tolist(), before]))',
    ];
    check(rule, run(PYTHON, ['-c', script.join('\n')]));
  });

  it('in JavaScript', () => {
    writeFileSync(join(folder, 'exported.mjs'), exported(rule, 'javascript'));
    const script = [
      "import { Exported } from './exported.mjs';",
      `const { start, gradients, rates } = ${JSON.stringify(DATA)};`,
      'const weights = Float64Array.from(start);',
      'const optimizer = new Exported();',
      'const before = [...optimizer.readout([weights])[0]];',
      'for (const [t, gradient] of gradients.entries()) {',
      '  optimizer.learningRate = rates[t];',
      '  optimizer.step([weights], [Float64Array.from(gradient)]);',
      '}',
      'console.log(JSON.stringify([[...weights], [...optimizer.readout([weights])[0]], before]));',
    ];
    writeFileSync(join(folder, 'run.mjs'), script.join('\n'));
    check(rule, run(process.execPath, ['run.mjs']));
  });

  it.skipIf(compiler === undefined)('in C', () => {
    writeFileSync(join(folder, 'exported.h'), exported(rule, 'c'));
    const numbers = (values: readonly number[]): string => `{${values.join(', ')}}`;
    const program = [
      '#define EXPORTED_REAL double',
      '#include "exported.h"',
      '#include <stdio.h>',
      `static double weights[] = ${numbers(start)};`,
      `static const double gradients[][6] = {${gradients.map(numbers).join(', ')}};`,
      `static const double rates[] = ${numbers(rates)};`,
      'static void show(const double *x, const char *end) {',
      '    for (int i = 0; i < 6; i++) printf("%s%.17g", i ? ", " : "[", x[i]);',
      '    printf("]%s", end);',
      '}',
      'int main(void) {',
      '    exported_config config = exported_defaults();',
      '    exported_state state;',
      '    double before[6];',
      '    if (exported_init(&state, 6)) return 1;',
      '    for (int i = 0; i < 6; i++) before[i] = exported_readout(&state, weights)[i];',
      '    for (int t = 0; t < 20; t++) {',
      '        config.lr = rates[t];',
      '        exported_step(&config, &state, weights, gradients[t]);',
      '    }',
      '    printf("[");',
      '    show(weights, ", ");',
      '    show(exported_readout(&state, weights), ", ");',
      '    show(before, "]");',
      '    exported_free(&state);',
      '}',
    ];
    writeFileSync(join(folder, 'run.c'), program.join('\n'));
    run(compiler!, ['-Wall', '-Wextra', '-Werror', '-o', 'run', 'run.c', '-lm']);
    check(rule, run(join(folder, 'run'), []));
  });

  it.skipIf(!has('ast'))('in optax, as a text that parses', () => {
    const text = exported(rule, 'optax');
    expect(text).toContain('def exported_readout(state, params');
    expect(
      spawnSync(PYTHON, ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: text }).status,
    ).toBe(0);
  });
});
