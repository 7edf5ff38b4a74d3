import * as z from 'zod';
import { NosError } from '../errors.ts';
import { contradictionIn, declaredShape } from '../evaluation/index.ts';
import { buildClassifier, openModel } from '../nn/index.ts';
import { shown } from '../shown.ts';
import { messageOf } from '../thrown.ts';
import { openClassifierChild } from './classifier-child.ts';
import type { RegressionTask } from './regression.ts';
import type { ClassifierTask, Task } from './task.ts';

/**
 * Checks a task and freezes it: one of classification by its data and its network, any other by the function that opens
 * its child. A module that exports the result as `task` can be named wherever a task is asked for, by its path.
 *
 * @throws NosError `bad-option` that names the first property that is wrong.
 * @example export const task = defineTask({ name: 'spirals', description: '…', load, inputShape: [2], … });
 */
export function defineTask(definition: Task | ClassifierTask): Task {
  const read = readDefinition(definition);
  check(read, 'open' in read ? taskSchema : classifierSchema);
  const odd = 'open' in read ? contradictionIn(read) : undefined;
  if (odd) throw refused(nameOf(read), `${odd.field}: ${odd.problem}`);
  return Object.freeze('open' in read ? { ...read } : classification(read));
}

/** What `defineRegression` is given, read once and checked. @throws NosError `bad-option` that names the first property that is wrong. */
export function checkedRegression(definition: RegressionTask): RegressionTask {
  const read = readDefinition(definition);
  check(read, regressionSchema);
  return read;
}

function check(read: { readonly name: string }, schema: z.ZodType): void {
  const issue = schema.safeParse(read).error?.issues[0];
  if (issue) throw refused(nameOf(read), `${String(issue.path[0])}: ${issue.message}`);
}

function refused(task: string, problem: string, cause?: unknown): NosError {
  return new NosError('bad-option', `${task}: ${problem}`, 'see docs/tasks.md', { cause });
}

const nameOf = ({ name }: { readonly name: string }): string =>
  typeof name === 'string' ? `task '${name}'` : 'a task';

const PROPERTIES = [
  ...[
    'name',
    'description',
    'batchSize',
    'dataSet',
    'trainExamples',
    'goal',
    'metric',
    'chance',
    'checksum',
    'open',
    'prepare',
    'classifier',
  ],
  ...['load', 'inputShape', 'classes', 'network', 'augment', 'weightDecay'],
] as const;

/**
 * Everything that a definition has, read once: what a getter or a proxy gives is what is checked, and what is used. A method that
 * stands on a prototype keeps its object.
 */
function readDefinition<Definition extends object>(definition: Definition): Definition {
  if (typeof definition !== 'object' || definition === null) {
    throw refused('a task', `expected its definition, got ${shown(definition)}`);
  }
  try {
    const read: Record<string, unknown> = { ...(definition as Record<string, unknown>) };
    for (const name of PROPERTIES) {
      if (Object.hasOwn(read, name) || !(name in definition)) continue;
      const value: unknown = Reflect.get(definition, name);
      read[name] = typeof value === 'function' ? value.bind(definition) : value;
    }
    if (Array.isArray(read.inputShape)) read.inputShape = [...read.inputShape];
    return read as unknown as Definition;
  } catch (cause) {
    throw refused('a task', `its definition cannot be read: ${messageOf(cause)}`, cause);
  }
}

function classification(classifier: ClassifierTask): Task {
  const { name, description, batchSize, dataSet, trainExamples, classes, load } = classifier;
  return {
    name,
    description,
    batchSize,
    ...(dataSet === undefined ? {} : { dataSet }),
    ...(trainExamples === undefined ? {} : { trainExamples }),
    chance: 1 / classes,
    checksum: async (options) => (await load(options)).checksum,
    open: (options) => openClassifierChild(classifier, options),
    prepare: async (options) => (await openModel(buildClassifier(classifier), options)).close(),
    classifier: Object.freeze({ ...classifier }),
  };
}

/** Definitions come from JavaScript too, so nothing is taken on trust. */
const expected = (what: string) => `expected ${what}`;
const got = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) => `expected ${what}, got ${shown(input)}`,
});
const count = z.custom<number>(isCount, got('a positive integer'));
/** A number from 0 to 1, less than 1. */
const part = (what: string) => z.number(got(what)).min(0, got(what)).lt(1, got(what));
const method = z.custom((value) => typeof value === 'function', expected('a function'));

const NAME = expected('lower-case letters, digits and hyphens, a letter first');
const facts = {
  name: z.string(NAME).regex(/^[a-z][a-z0-9-]*(\([^()/\\]*\))?$/, NAME),
  description: z.string(expected('one line of text')),
  batchSize: count,
  dataSet: z.string(got('the name of a data set')).optional(),
  trainExamples: count.optional(),
};

/** A copy of a task with another `load` would train on the old one's data. */
const absent = z
  .never("a task has this, or 'open', not both; a task's 'classifier' is what can be changed")
  .exactOptional();
const taskSchema = z.looseObject({
  ...facts,
  ...declaredShape,
  checksum: method,
  open: method,
  prepare: method.optional(),
  ...{ load: absent, network: absent, inputShape: absent, classes: absent },
});

/** A network with classes is scored by its accuracy, whose chance follows from them. */
const fixed = z
  .never(
    "a task of classification is scored by its accuracy: give 'open' in the place of 'network' for another score",
  )
  .exactOptional();

const sizesText = (sizes: unknown): string =>
  Array.isArray(sizes) ? `[${sizes.map(shown).join(',')}]` : shown(sizes);
const classifierSchema = z.looseObject({
  ...facts,
  inputShape: z.custom((sizes) => Array.isArray(sizes) && sizes.every(isCount), {
    error: ({ input }) => `expected positive integers, got ${sizesText(input)}`,
  }),
  classes: z.custom((classes) => isCount(classes) && classes >= 2, got('2 or more')),
  load: method,
  network: method,
  augment: method.optional(),
  weightDecay: part('a number from 0 to 1').optional(),
  ...{ goal: fixed, metric: fixed },
});

/** What a regression is scored by follows from what it is. */
const squared = z
  .never('a regression is scored by its mean squared error: defineTask makes a task with another score')
  .exactOptional();
const regressionSchema = z.looseObject({
  ...{ ...facts, description: facts.description.optional() },
  load: method,
  network: method,
  weightDecay: part('a number from 0 to 1').optional(),
  ...{ goal: squared, metric: squared, chance: squared, open: squared },
});

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
