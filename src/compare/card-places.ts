import { NosError } from '../errors.ts';
import { type Evaluation, environments } from '../evaluation/index.ts';
import { inTurn } from '../in-turn.ts';
import { isRegistered, taskReference } from '../tasks/index.ts';

/** The tasks and environments that a card's rule is tried in: each task in each environment. */
export interface CardPlaces {
  readonly tasks: readonly string[];
  /** `none` first, then in the order of `environments` of evaluate/. */
  readonly environments: readonly string[];
}

/** The names that a user gave. */
export interface NamedPlaces {
  readonly tasks: readonly string[] | undefined;
  readonly environments: readonly string[] | undefined;
  readonly protocol: string;
}

/**
 * Chooses where a card's rule is tried: in the places that are named, otherwise in those of its stored evaluations, which are on
 * registered tasks. A module of the user's own has to be named: most of them are left from some trial, and would turn up in
 * the card of every rule.
 *
 * @throws NosError `unknown-name`; `bad-option` if no task is named or stored, or an environment is named twice.
 */
export async function cardPlaces(named: NamedPlaces, stored: readonly Evaluation[]): Promise<CardPlaces> {
  const known = named.environments?.map((name) => environments.find(name).name);
  const twice = known?.find((name, i) => known.indexOf(name) < i);
  if (twice !== undefined)
    throw new NosError('bad-option', `environment '${twice}' is named twice`, 'name it once');
  const tasks = named.tasks ?? [...new Set(stored.map(({ task }) => task))].filter(isRegistered);
  if (named.tasks === undefined && tasks.length === 0) {
    throw new NosError(
      'bad-option',
      `the store has no evaluation of this rule on a registered task under protocol ${named.protocol}`,
      'name the tasks that it is to be tried on: --task digits-mlp',
    );
  }
  const references = await inTurn(tasks, taskReference);
  const used = stored.filter(({ task }) => references.includes(task)).map(({ environment }) => environment);
  const chosen = known ?? (used.length === 0 ? ['none'] : used);
  return {
    tasks,
    environments: environments.names.filter((name) => chosen.includes(name)),
  };
}
