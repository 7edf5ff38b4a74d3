import type { ParameterRange, RuleParameter } from '../parameters.ts';
import type { Plan } from '../plan.ts';
import type { ExportSource } from '../target.ts';
import { pythonNumber } from './python.ts';

/** One argument of a constructor. */
export interface Argument {
  readonly name: string;
  readonly type: string;
  /** Absent for what the user must give. */
  readonly fallback?: string;
  readonly description: string;
  /** A condition that holds for values that make no sense. */
  readonly invalid?: string;
}

const INVALID: Readonly<Record<ParameterRange, ((name: string) => string) | undefined>> = {
  unit: (name) => `not 0.0 <= ${name} < 1.0`,
  positive: (name) => `not ${name} > 0.0`,
  nonnegative: (name) => `not ${name} >= 0.0`,
  any: undefined,
};

/** The constants of a rule as arguments of a constructor. */
export function ruleArguments({ parameters }: Plan): readonly Argument[] {
  return parameters.map(({ name, value, description, range }: RuleParameter) => {
    const invalid = INVALID[range]?.(name);
    const fallback = pythonNumber(value).text;
    return { name, type: 'float', fallback, description, ...(invalid === undefined ? {} : { invalid }) };
  });
}

/** The argument of a rule that decays over the training: nothing for any other. */
export function stepsArgument({ plan, totalSteps }: ExportSource): readonly Argument[] {
  if (!plan.uses.totalSteps) return [];
  const argument = {
    name: 'total_steps',
    type: 'int',
    description: 'number of steps of the whole training, over which the rule decays',
    invalid: 'not total_steps > 0',
  };
  return [{ ...argument, ...(totalSteps !== undefined && { fallback: String(totalSteps) }) }];
}

export const argumentLine = ({ name, type, fallback }: Argument): string =>
  `${name}: ${type}${fallback === undefined ? '' : ` = ${fallback}`},`;

/** Checks of arguments, in torch's words. */
export function checkLines(all: readonly Argument[]): readonly string[] {
  return all.flatMap(({ name, invalid }) =>
    invalid === undefined
      ? []
      : [`if ${invalid}:`, `    raise ValueError(f"Invalid ${name.replaceAll('_', ' ')}: {${name}}")`],
  );
}
