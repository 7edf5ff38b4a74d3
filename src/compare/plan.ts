import { NosError } from '../errors.ts';
import {
  type IdentifiedRequest,
  inFull,
  type Protocol,
  parseRegime,
  printProtocol,
  printRegime,
  type RegimeInput,
  type RegimeNames,
  regimeOf,
} from '../evaluation/index.ts';
import { inTurn } from '../in-turn.ts';
import { taskReference } from '../tasks/index.ts';
import { type Contestant, contestant, refuseTwins } from './contestant.ts';

/** What a comparison is asked for. */
export interface ComparisonInput extends RegimeInput {
  /** Texts or catalogue names; the reference may be among them. */
  readonly rules: readonly string[];
  /** What the others are compared with; `adam` unless given. */
  readonly against?: string;
  /** Names of tasks, or paths to modules that export one. */
  readonly tasks: readonly string[];
  /** The first seed; the others count on from it. */
  readonly seed: number;
  /** How many seeds, the same ones for every rule and task. */
  readonly seeds: number;
}

/** A comparison whose names are all known: everything that its result depends on, except for fingerprint and version. */
export interface ComparisonPlan extends RegimeNames {
  /** Contestants in the order in which they were named; a reference that was not named comes last. */
  readonly contestants: readonly Contestant[];
  readonly reference: Contestant;
  /** References of tasks, as `taskReference` of tasks/ gives them. */
  readonly tasks: readonly string[];
  readonly seeds: readonly number[];
}

/**
 * @throws NosError `bad-rule`, `unknown-name`; `bad-option` if nothing is left to compare, something is named twice, the
 *   seeds make no sense, or the protocol stops early.
 */
export async function planComparison(input: ComparisonInput): Promise<ComparisonPlan> {
  const { against = 'adam', seed, seeds } = input;
  const regime = parseRegime(input);
  refuseEstimates(regime.protocol);
  const named = input.rules.map(contestant);
  const other = contestant(against);
  const reference = named.find(({ key }) => key === other.key) ?? other;
  const contestants = named.includes(reference) ? named : [...named, reference];
  refuseTwins(contestants);
  if (contestants.length < 2) {
    const what = `there is only '${reference.name}', the rule that others are compared with`;
    throw new NosError('bad-option', what, 'name another rule, or another to compare with: --against RULE');
  }
  return {
    contestants,
    reference,
    tasks: await referencesOf(input.tasks),
    ...printRegime(regime),
    seeds: seedsFrom(seed, seeds),
  };
}

/** Seeds that count on from the first. @throws NosError `bad-option`. */
export function seedsFrom(seed: number, seeds: number): readonly number[] {
  const last = seed + (seeds - 1);
  if (Number.isSafeInteger(seed) && seed >= 0 && Number.isInteger(seeds) && seeds > 0) {
    if (Number.isSafeInteger(last)) return Array.from({ length: seeds }, (_, i) => seed + i);
  }
  throw new NosError('bad-option', `seeds ${seed} to ${last}: expected integers from 0 to 2^53 - 1`);
}

/** @throws NosError `unknown-name`; `bad-option` for no task, a task named twice, and a module that is none. */
export async function referencesOf(tasks: readonly string[]): Promise<readonly string[]> {
  const references = await inTurn(tasks, taskReference);
  const twice = tasks.find((_, i) => references.indexOf(references[i] as string) < i);
  if (twice !== undefined) throw new NosError('bad-option', `task '${twice}' is named twice`, 'name it once');
  if (references.length === 0) throw new NosError('bad-option', 'no task to compare on', 'name one: --task');
  return references;
}

/** The evaluations of a comparison, task by task and seed by seed, so that what is done early already says something of all. */
export function requestsOf(plan: ComparisonPlan): readonly IdentifiedRequest[] {
  const { contestants, tasks, seeds } = plan;
  const regime = regimeOf(plan);
  return tasks.flatMap((task) =>
    seeds.flatMap((seed) => contestants.map(({ rule, key }) => ({ rule, key, task, seed, ...regime }))),
  );
}

/** Rewards of rules that were stopped early are estimates, which show nothing of a difference. */
export function refuseEstimates(protocol: Protocol): void {
  if (protocol.shortcuts.stops === undefined) return;
  throw new NosError(
    'bad-option',
    `protocol '${printProtocol(protocol)}' estimates the rewards of rules that it stops early: a comparison needs trainings that end`,
    `name protocol ${printProtocol(inFull(protocol))}`,
  );
}
