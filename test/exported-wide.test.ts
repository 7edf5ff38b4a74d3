import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportRule, exportTest, targets } from '../src/export/index.ts';
import { parseRule, resolveRule } from '../src/rules/index.ts';
import {
  type Ability,
  apart,
  distanceOf,
  gradients,
  initial,
  LEARNING_RATE,
  STEPS,
  TENSORS,
  type Trained,
  wideRulesOf,
} from './export/wide.ts';
import { PYTHON } from './python.ts';

/** Rules of the whole network, of rows and columns, of kinds and with read-outs, exported and stepped beside the rule itself. */
const has = (module: string): boolean => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;

type Found = Trained & { readonly error?: string };

function replayed(target: string, rules: readonly string[], more: object = {}): readonly Found[] {
  const cases = rules.map((rule) => {
    const code = exportRule(resolveRule(rule), target, { className: 'Exported' });
    return {
      ...{ target, code, class: 'Exported', lr: LEARNING_RATE, options: {} },
      arguments: /^ +total_steps: int,$/m.test(code) ? { total_steps: STEPS } : {},
      shapes: TENSORS.map(({ shape }) => shape),
      kinds: TENSORS.map(({ kind }) => kind),
      weights: apart(initial),
      gradients: gradients.map(apart),
      ...more,
    };
  });
  const { stdout, stderr, status } = spawnSync(PYTHON, [join(import.meta.dirname, 'export/wide.py')], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function check(rules: readonly string[], found: readonly Found[]): void {
  const wrong = rules.flatMap((rule, i) => {
    const { error } = found[i]!;
    const distance = error === undefined ? distanceOf(rule, found[i]!) : error;
    return typeof distance === 'number' && distance < 1e-5 ? [] : [`${rule}: ${distance}`];
  });
  expect(wrong).toEqual([]);
}

describe.skipIf(!has('numpy'))('numpy', () => {
  it('steps as the rule does, of tensors of all kinds', () =>
    check(wideRulesOf('numpy'), replayed('numpy', wideRulesOf('numpy'))));
});

describe.skipIf(!has('numpy'))('on the shape of its interface', () => {
  it.each(['optax', 'keras', 'mlx', 'tinygrad'])(
    '%s steps as the rule does, of tensors of all kinds',
    (target) => check(wideRulesOf(target), replayed(target, wideRulesOf(target))),
  );
});

describe.skipIf(!has('torch'))('pytorch', () => {
  const rules = wideRulesOf('pytorch');
  it.each([false, true])('steps as the rule does, of tensors of all kinds, foreach=%s', (foreach) =>
    check(rules, replayed('pytorch', rules, { options: { foreach } })),
  );
  it('goes on after its state was saved and loaded, to the bit, and maximizes', () => {
    const more = { reload: STEPS / 2, options: { maximize: true } };
    expect(replayed('pytorch', rules, more)).toEqual(replayed('pytorch', rules));
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
    for (const [ability, rule] of Object.entries(rules) as [Ability, string][]) {
      const target = targets.find(name);
      const can = { kinds: target.writeKinds, network: target.overNetwork, readout: target.readsOut }[
        ability
      ];
      if (can) expect(exportRule(parseRule(rule), name)).toContain('optimizer');
      else expect(() => exportRule(parseRule(rule), name)).toThrow(messages[ability]);
    }
  }
  expect(() => exportTest(parseRule(rules.kinds), 'numpy', 'found')).toThrow('no test');
});
