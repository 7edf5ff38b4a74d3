import { join, resolve } from 'node:path';
import { NosError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import { packageVersion } from '../../version.ts';
import type { Command, Context } from '../command.ts';
import { EVALUATING, evaluating } from '../evaluating.ts';
import { defaults, logDefaults } from '../presets.ts';
import { withStore } from '../store.ts';
import { comparisonText } from '../text/comparison.ts';
import { plural } from '../text/format.ts';
import { SEEDS, tasksOf, writeText } from './compare.ts';

/** What a rule stands beside. */
const REFERENCES = ['sgd', 'momentum', 'adam', 'rmsprop', 'powersign'];

export const cardCommand: Command = {
  name: 'card',
  summary: 'write the transfer card of a rule: what it is, and what it does on tasks, with pictures',
  arguments: '<rule>',
  options: ['task', 'protocol', 'seeds', 'seed', 'against', 'output', ...EVALUATING],
  defaults: { ...logDefaults, protocol: defaults.protocol, seed: 1, seeds: SEEDS },
  example: 'nos card powersign --task digits-mlp --seeds 3\nnos card powersign -o cards/powersign',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout, program } = context;
    const compare = await import('../../compare/index.ts');
    const { taskTitle } = await import('../../tasks/index.ts');
    const [text = ''] = context.arguments;
    const rule = compare.describeRule(text);
    const { against, protocol = '', seed = 1, seeds = SEEDS } = settings;
    const others = REFERENCES.filter((name) => compare.contestant(name).key !== rule.key);
    const tasks = settings.task === undefined ? await storedTasks(context, rule.key) : tasksOf(settings.task);
    const plan = await compare.planComparison({
      rules: [text, ...others],
      ...(against === undefined ? {} : { against }),
      tasks,
      protocol,
      seed,
      seeds,
    });
    const directory = resolve(settings.output ?? `card-${fileName(rule.names[0] ?? rule.key)}`);
    await writable(directory);
    const total = plan.contestants.length * plan.tasks.length * plan.seeds.length;
    const { comparison, evaluations } = await evaluating(
      context,
      { name: 'nos card', tasks: plan.tasks, total },
      (services) => compare.runComparison(plan, services),
    );
    const pictures: Record<string, string> = {
      'comparison.svg': compare.comparisonPicture(comparison),
      ...compare.coursePictures(plan, comparison, evaluations),
    };
    const taskFlags = plan.tasks.map(taskTitle).join(',');
    const card = compare.cardText({
      rule,
      comparison,
      pictures: Object.keys(pictures),
      date: new Date().toISOString().slice(0, 10),
      command: `${program} card '${text}' --task ${taskFlags} --protocol ${plan.protocol} --seed ${seed} --seeds ${seeds}`,
    });
    const files = { 'card.md': card, ...pictures };
    for (const [name, content] of Object.entries(files)) await writeText(join(directory, name), content);
    const wrote = `wrote ${Object.keys(files).join(', ')} to ${directory}`;
    return {
      document: { directory, files: Object.keys(files), rule, comparison },
      text: `${comparisonText(comparison, stdout, taskTitle)}\n\n${wrote}`,
    };
  },
};

const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, '-');

/** The tasks on which this machine has evaluated the rule under the protocol of the settings, the first one first. */
async function storedTasks({ settings, places, stderr }: Context, key: string): Promise<readonly string[]> {
  const { findProtocol, fingerprint } = await import('../../evaluate/index.ts');
  const { resolveTask } = await import('../../tasks/index.ts');
  const protocol = findProtocol(settings.protocol ?? '').name;
  const machine = await fingerprint();
  const all = await withStore(places, (store) => store.evaluations({ key, protocol, environment: 'none' }));
  const own = all.filter(({ fingerprint: of, version }) => of === machine && version === packageVersion);
  if (own.length < all.length) {
    stderr.note(`${plural(all.length - own.length, 'evaluation')} of other machines or versions: left out`);
  }
  const named = [...new Set(own.map(({ task }) => task))];
  const found = await Promise.all(
    // A module that is gone or has changed is another task.
    named.map((task) =>
      resolveTask(task).then(
        () => [task],
        () => [],
      ),
    ),
  );
  if (found.flat().length > 0) return found.flat();
  throw new NosError(
    'bad-option',
    `the store has no evaluation of this rule under protocol ${protocol}`,
    'name the tasks that it is to be tried on: --task digits-mlp',
  );
}

async function writable(directory: string): Promise<void> {
  await makeDirectory(directory).catch((error: Error) => {
    throw new NosError('unwritable', `${directory}: ${error.message}`, 'choose another directory: -o DIR');
  });
}
