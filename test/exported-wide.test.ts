import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportRule, exportTest, targets } from '../src/export/index.ts';
import {
  canonicalize,
  compileRule,
  type Expression,
  lowerKinds,
  parseRule,
  resolveRule,
} from '../src/rules/index.ts';
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
} from './export/tensors.ts';
import { type Ability, canWrite, needsOf, wideRules } from './export/wide.ts';
import { PYTHON } from './python.ts';

/**
 * Rules of the whole network, of rows and columns, of kinds and with read-outs, exported to Python, step as the rule does in float64, on
 * tensors of all kinds, to within 1e-6 of the way travelled.
 */
const STEPS = 16;
const TOLERANCE = 1e-6;

interface Case extends TensorRule {
  readonly trajectory: TensorTrajectory;
  /** In float32, by the compiled rule. */
  readonly readout: readonly number[] | undefined;
}

const cases: readonly Case[] = [
  ...tensorRules,
  ...wideRules
    .map((title) => ({ title, rule: resolveRule(title) }))
    .filter(({ rule }) => needsOf(rule).join() === 'readout'),
]
  // The frameworks draw random numbers of their own.
  .filter(({ rule }) => lowerKinds(canonicalize(rule)).every(({ program }) => program.draws.length === 0))
  .map((one) => {
    const trajectory = followTensors(one.rule, STEPS);
    return { ...one, trajectory, readout: readoutOf(one.rule, trajectory) };
  });

/** What a rule reads out at the end. */
function readoutOf(
  rule: Expression,
  { gradients, learningRate }: TensorTrajectory,
): readonly number[] | undefined {
  if (!needsOf(rule).includes('readout')) return undefined;
  const stepper = compileRule(rule).start({ size: SIZE, steps: STEPS, seed: 0, tensors: SPANS });
  const weights = Float32Array.from(initial);
  for (const gradient of gradients) stepper.step(weights, Float32Array.from(gradient), learningRate);
  return [...stepper.readout(weights)];
}

const casesOf = (target: string): readonly Case[] => cases.filter(({ rule }) => canWrite(target, rule));

interface Found {
  readonly weights: readonly number[];
  readonly readout: readonly number[];
  readonly error?: string;
}

function replayed(target: string, more: object = {}): readonly Found[] {
  const documents = casesOf(target).map(({ rule, trajectory }) => {
    const code = exportRule(rule, target, { className: 'Exported' });
    return {
      ...{ target, code, class: 'Exported', lr: trajectory.learningRate, options: {} },
      arguments: /^ +total_steps: int,$/m.test(code) ? { total_steps: STEPS } : {},
      shapes: TENSORS.map(({ shape }) => shape),
      kinds: TENSORS.map(({ kind }) => kind),
      weights: apart(initial),
      gradients: trajectory.gradients.map(apart),
      ...more,
    };
  });
  const { stdout, stderr, status } = spawnSync(PYTHON, [join(import.meta.dirname, 'export/wide.py')], {
    input: JSON.stringify(documents),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function check(target: string, found: readonly Found[]): void {
  const wrong = casesOf(target).flatMap(({ title, trajectory: { weights, sure, way } }, i) => {
    const { error, weights: own } = found[i]!;
    if (error !== undefined) return [`${title}: ${error}`];
    const shares = weights.map((w, k) => (sure[k] ? Math.abs(own[k]! - w) / (way[k]! + 1e-9) : 0));
    const share = Math.max(...shares.map((one) => (Number.isNaN(one) ? Infinity : one)));
    return share <= TOLERANCE ? [] : [`${title}: ${share}`];
  });
  expect(wrong).toEqual([]);
  for (const [i, { readout }] of casesOf(target).entries()) {
    if (readout) expect(found[i]!.readout).toBeAllclose(readout, { rtol: 1e-5, atol: 1e-5 });
  }
}

const has = (module: string): boolean => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;

describe.skipIf(!has('numpy'))('in Python', () => {
  // Of all but NumPy, on the shape of their interfaces: the frameworks are not at hand.
  it.each(['numpy', 'optax', 'keras', 'mlx', 'tinygrad'])('%s steps as the rule does', (target) =>
    check(target, replayed(target)),
  );
});

describe.skipIf(!has('torch'))('pytorch', () => {
  it.each([false, true])('steps as the rule does, foreach=%s', (foreach) =>
    check('pytorch', replayed('pytorch', { options: { foreach } })),
  );
  it('goes on after its state was saved and loaded, to the bit, and maximizes', () => {
    const more = { reload: STEPS / 2, options: { maximize: true } };
    expect(replayed('pytorch', more)).toEqual(replayed('pytorch'));
  });
});

it('are refused by targets that cannot write them, in one line that says which can', () => {
  const messages: Readonly<Record<Ability, RegExp>> = {
    kinds: /^no export to .* of rules that tell kinds, rows or columns of tensors apart$/,
    network: /^.* takes the tensors one by one, and the rule reduces over all of them by global\(…\)$/,
    readout: /^no export of weights to read out to .*$/,
  };
  const rules = {
    kinds: 'g / rownorm(g)',
    network: 'g / global(norm(g))',
    readout: 'g; eval: acc(w, 1) / t',
  };
  for (const name of targets.names) {
    for (const [ability, text] of Object.entries(rules) as [Ability, string][]) {
      const rule = parseRule(text);
      if (canWrite(name, rule)) expect(exportRule(rule, name)).toContain('nos export');
      else expect(() => exportRule(rule, name)).toThrow(messages[ability]);
    }
  }
  expect(() => exportTest(parseRule(rules.kinds), 'numpy', 'found')).toThrow('no test');
});
