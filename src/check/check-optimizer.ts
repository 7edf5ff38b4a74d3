import * as z from 'zod';
import { NosError, unknownName } from '../errors.ts';
import * as f from '../fields.ts';
import { canonicalize, type Expression, lowerKinds } from '../rules/index.ts';
import type { answerSchema, CheckRequest, RunRequest } from './answer.ts';
import { keyOf, runOf, selfChecks, trajectories } from './checks.ts';
import { type ClassReference, classText } from './class-reference.ts';
import type { Precision } from './float64.ts';
import { checkResultSchema, errorText, type Judging, judgeSelf } from './judge.ts';
import { askPython, type PythonOptions } from './python.ts';
import { regimes } from './trajectory.ts';
import { compareWithRule } from './with-rule.ts';

export interface CheckOptions extends PythonOptions {
  /** The rule that the class should follow; unless given, that of its name, if there is one. */
  readonly rule?: Expression | undefined;
  /** Arguments of its constructor. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Steps of every training. */
  readonly steps: number;
  readonly precision: Precision;
}

export const checkReportSchema = z.strictObject({
  class: f.text('the class, as `FILE:Class` without folders'),
  file: f.text('the file that the class stands in'),
  python: z
    .strictObject({
      program: f.text('the Python that ran it'),
      version: f.text('its version'),
      torch: f.text('version of PyTorch'),
    })
    .describe('what ran the class'),
  settings: z
    .record(z.string(), z.unknown())
    .describe('settings of its first group of parameters, by their names'),
  rule: z
    .strictObject({
      text: f.text('the rule as text').nullable(),
      note: f.text('who named the rule, or why there is none'),
    })
    .describe('the rule that it was compared with'),
  steps: f.count('steps of every training'),
  precision: f.oneOf(['float64', 'float32'], 'type of the tensors'),
  bound: f.number('how far a weight may be off, as a share of the way that it should have gone'),
  results: f.list(checkResultSchema, 'one per check'),
});

export type CheckReport = f.DataOf<typeof checkReportSchema>;

/**
 * How far a weight may be off, as a share of the way that it went. In float32, an operation rounds by 6e-8 of its value, and a bias
 * correction such as 1 − 0.999 loses three digits more.
 */
export const BOUNDS: Readonly<Record<Precision, number>> = { float64: 1e-6, float32: 1e-3 };

/**
 * Runs an optimizer class of PyTorch over recorded gradients, and says where it parts from a rule, and from itself run in another way.
 *
 * @throws NosError `bad-rule` for a rule with random operations; `optimizer` for what is no class, or a constructor that throws; and what
 *   {@link askPython} throws.
 */
export async function checkOptimizer(target: ClassReference, options: CheckOptions): Promise<CheckReport> {
  const { rule, steps, precision } = options;
  if (rule !== undefined && lowerKinds(canonicalize(rule)).some(({ program }) => program.draws.length > 0)) {
    throw new NosError('bad-rule', '--against: the rule draws random numbers, and the class draws others');
  }
  const checks = selfChecks(steps);
  const request: CheckRequest = {
    target,
    arguments: options.arguments,
    dtype: precision,
    trajectories: trajectories(steps),
    runs: Object.fromEntries(
      [
        ...regimes.map(runOf),
        ...checks.flatMap(({ pairs }) => pairs.flatMap(({ tried, reference }) => [tried, reference])),
      ].map((run) => [keyOf(run), run] as const),
    ),
  };
  const { program, answer } = await askPython(request, options);
  if ('code' in answer) throw refusal(target, answer);
  const judging: Judging = {
    runs: (run: RunRequest) => answer.runs[keyOf(run)],
    path: (trajectory) => request.trajectories[trajectory]!,
    bound: BOUNDS[precision],
    precision,
  };
  const given = answer.settings.total_steps ?? options.arguments.total_steps;
  const totalSteps = typeof given === 'number' ? given : steps;
  const compared = compareWithRule(
    { className: target.class, rule, settings: answer.settings, totalSteps },
    judging,
  );
  const ofItself = checks
    .filter(({ path }) => path === undefined || answer.parameters.includes(path))
    .map((check) => judgeSelf(check, judging));
  return {
    class: classText(target),
    file: answer.file,
    python: { program, version: answer.python, torch: answer.torch },
    settings: answer.settings,
    rule: compared.rule,
    ...{ steps, precision, bound: BOUNDS[precision] },
    results: [...compared.results, ...ofItself],
  };
}

type Refusal = Exclude<Extract<z.infer<typeof answerSchema>, { code: unknown }>, { code: 'no-torch' }>;

function refusal(target: ClassReference, answer: Refusal): NosError {
  const name = classText(target);
  const place = 'file' in target ? target.file : target.module;
  switch (answer.code) {
    case 'import':
      return new NosError('optimizer', `cannot import ${place}: ${errorText(answer.error)}`);
    case 'constructor': {
      const hint = 'give arguments of the constructor by --option, as in --option lr=0.1';
      return new NosError('optimizer', `the constructor of ${name} throws ${errorText(answer.error)}`, hint);
    }
    case 'no-class':
      return unknownName(`class of ${place}`, target.class, answer.known);
    case 'no-optimizer':
      return new NosError('optimizer', `${name} is no subclass of torch.optim.Optimizer`);
    case 'not-python':
      return new NosError('optimizer', `${place} is no file of Python`, 'its name must end in .py');
  }
}
