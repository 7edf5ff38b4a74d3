import * as z from 'zod';
import { NosError } from '../errors.ts';
import * as f from '../fields.ts';
import { type Environment, environments, NO_ENVIRONMENT } from './environments.ts';
import { type Protocol, parseProtocol, printProtocol } from './protocol.ts';

/**
 * How rules are trained and scored, wherever and with whatever seed: what all evaluations of a run or a comparison share.
 * A new condition of evaluations is a field here, in the three tables and the three functions below.
 */
export interface Regime {
  readonly protocol: Protocol;
  readonly environment: Environment;
}

/** Everything but the rule that an evaluation depends on, on one machine. */
export interface Conditions extends Regime {
  /** A task's reference, as `taskReference` of tasks/ gives it. */
  readonly task: string;
  readonly seed: number;
}

/** A regime by names, every condition by its one name. */
export const regimeFields = {
  protocol: f.text('name of the protocol'),
  environment: f.text('name of the environment; `none` for the usual one'),
};

/** The same of what has a usual name, which is then absent. */
export const unusualFields = {
  environment: f.text('name of the environment, unless it is `none`').exactOptional(),
};

/** A regime as rows of a store and messages hold it: stores of version 1 knew no other environment than the usual. */
export const regimeShape = {
  protocol: regimeFields.protocol,
  environment: regimeFields.environment.default(NO_ENVIRONMENT),
};

/** Conditions the same way. */
export const conditionShape = {
  task: f.task,
  protocol: regimeShape.protocol,
  seed: f.seed,
  environment: regimeShape.environment,
};

const regimeSchema = z.strictObject(regimeShape);
const conditionSchema = z.strictObject(conditionShape);

export type RegimeNames = Readonly<z.output<typeof regimeSchema>>;
export type ConditionNames = Readonly<z.output<typeof conditionSchema>>;
/** Conditions as somebody names them: those that have defaults may be absent. */
export type ConditionInput = Readonly<z.input<typeof conditionSchema>>;
export type RegimeInput = Readonly<z.input<typeof regimeSchema>>;

/**
 * @param protocolOf What knows protocols by their names; tests know small ones.
 * @throws NosError `unknown-name`, `bad-option`.
 */
export function parseRegime(
  { protocol, environment = NO_ENVIRONMENT }: RegimeInput,
  protocolOf = parseProtocol,
): Regime {
  return { protocol: protocolOf(protocol), environment: environments.find(environment) };
}

/** Prints a regime as the names that parse to it; each regime has one such form. */
export function printRegime({ protocol, environment }: Regime): RegimeNames {
  return { protocol: printProtocol(protocol), environment: environment.name };
}

/** What holds of a condition if nobody names it. */
const usual = { environment: NO_ENVIRONMENT } as const;

/** The conditions of a regime that are not the usual ones, by name. */
export function unusual(regime: Partial<RegimeInput>): { readonly [Name in keyof typeof usual]?: string } {
  const entries = Object.entries(usual) as [keyof typeof usual, string][];
  const named = entries.map(([name, value]) => [name, regime[name] ?? value, value] as const);
  return Object.fromEntries(named.filter(([, own, value]) => own !== value));
}

/** Writes what is unusual, to stand behind a text: `, environment 4bit`; empty if there is nothing. */
export function unusualText(regime: Partial<RegimeInput>): string {
  return Object.entries(unusual(regime))
    .map(([name, value]) => `, ${name} ${value}`)
    .join('');
}

/**
 * Writes a regime for people; what is usual goes without saying.
 *
 * @example regimeText({ protocol: 'quick', environment: '4bit' }) // 'protocol quick, environment 4bit'
 */
export function regimeText(regime: RegimeInput): string {
  return `protocol ${regime.protocol}${unusualText(regime)}`;
}

/**
 * Picks the regime out of things that have one among other fields: each condition from the first that names it.
 *
 * @param from Settings, a run's configuration, an evaluation, a plan; the last one names all conditions.
 */
export function regimeOf(...from: readonly [...Named[], RegimeNames]): RegimeNames {
  const names = Object.keys(regimeShape) as (keyof RegimeNames)[];
  const named = names.map((name) => [name, from.find((one) => one[name] !== undefined)?.[name]]);
  return Object.fromEntries(named) as RegimeNames;
}

type Named = { readonly [Name in keyof RegimeNames]?: string | undefined };

/** @throws NosError as {@link parseRegime}; `bad-option` for a seed that is no integer from 0 to 2^53 − 1. */
export function parseConditions(
  { task, seed, ...regime }: ConditionInput,
  protocolOf = parseProtocol,
): Conditions {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new NosError('bad-option', `seed ${seed}: expected an integer from 0 to 2^53 - 1`);
  }
  return { task, ...parseRegime(regime, protocolOf), seed };
}

export function printConditions({ task, seed, ...regime }: Conditions): ConditionNames {
  const { protocol, ...others } = printRegime(regime);
  return { task, protocol, seed, ...others };
}
