import { resolve } from 'node:path';
import * as z from 'zod';
import * as compare from '../../compare/index.ts';
import { parseProtocol, printProtocol, taskFileName, taskTitle } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { inTurn } from '../../in-turn.ts';
import {
  allDivergedTexts,
  comparisonText,
  divergedTasks,
  exportCommandText,
  fileName,
  plural,
  remarksOf,
} from '../../report/index.ts';
import { shellWord } from '../../shell.ts';
import { type Context, defineCommand } from '../command.ts';
import { evaluating, prepareTasks } from '../evaluators.ts';
import { makeFolder, withStore, writeFiles, wroteText } from '../files.ts';
import type { SettingsOf } from '../option.ts';
import { described, splitList } from '../option.ts';
import {
  against,
  comparedSeeds,
  evaluatingOptions,
  output,
  protocol,
  seed,
  settings,
  tasks,
} from '../options.ts';
import { programOptions, withProgram } from '../programs.ts';

/** The rules that a card compares its rule with. */
const REFERENCES = ['sgd', 'momentum', 'adam', 'rmsprop', 'powersign'];

const options = {
  task: described(tasks, { otherwise: 'those of the store' }).optional(),
  ...programOptions,
  protocol,
  environment: described(settings.environment.transform(splitList), {
    description: 'numerical environments of the training, with commas in between',
    otherwise: 'those of the store',
  }).optional(),
  seeds: comparedSeeds,
  seed,
  against,
  output: output('the folder to write', "card- and the rule's name"),
  ...evaluatingOptions,
};

const document = z.strictObject({
  directory: f.text('path of the directory of the card'),
  files: f.files,
  rule: compare.ruleDescriptionSchema.describe('the rule'),
  comparison: compare.comparisonSchema.describe('the comparison of the first environment'),
  otherEnvironments: f
    .list(compare.comparisonSchema, 'the comparisons of further environments')
    .exactOptional(),
  remarks: f.remarks,
});

export const command = defineCommand({
  documents: { card: document },
  arguments: '<rule>',
  options,
  example:
    'nos card powersign --task digits-mlp --seeds 3\nnos card powersign -o cards/powersign\nnos card powersign --environment none,4bit',
  stopsGracefully: true,
  async run(given) {
    const context = await withProgram(given);
    const { settings, stdout, call } = context;
    const [text = ''] = context.arguments;
    const rule = compare.describeRule(text);
    const others = REFERENCES.filter((name) => compare.contestant(name).key !== rule.key);
    const { tasks, environments } = await placesOf(context, rule.key);
    const { against, protocol, seed, seeds } = settings;
    const input = { rules: [text, ...others], against, tasks, protocol, seed, seeds };
    const plans = await inTurn(environments, (environment) =>
      compare.planComparison({ ...input, environment }),
    );
    const [first] = plans as [compare.ComparisonPlan];
    const folder = resolve(settings.output ?? `card-${fileName(rule.names[0] ?? rule.key)}`);
    await makeFolder(folder);
    const total = plans.length * first.contestants.length * first.tasks.length * first.seeds.length;
    const work = { name: 'nos card', rules: [text], tasks: first.tasks, total };
    const compared = await evaluating(context, work, (services) => compare.runComparisons(plans, services));
    const results = compared.map((result, i) => ({
      comparison: result.comparison,
      pictures: compare.cardPictures(plans[i]!, result),
    }));
    const card = compare.cardText({
      rule,
      results,
      date: new Date().toISOString().slice(0, 10),
      command: call(`nos card ${shellWord(text)} ${flagsOf(settings, plans)}`),
    });
    const pictures = results.flatMap((result) => result.pictures.map(({ file, svg }) => [file, svg]));
    const files: Record<string, string> = { 'card.md': card, ...Object.fromEntries(pictures) };
    await writeFiles(folder, files);
    const comparisons = results.map((result) => result.comparison);
    const [comparison, ...otherEnvironments] = comparisons as [compare.Comparison, ...compare.Comparison[]];
    const diverged = divergedTasks(comparisons);
    return {
      document: {
        ...{ directory: folder, files: Object.keys(files), rule, comparison },
        ...(otherEnvironments.length === 0 ? {} : { otherEnvironments }),
        ...remarksOf(diverged),
      },
      text: [
        ...comparisons.map((one) => comparisonText(one, stdout, taskTitle)),
        ...allDivergedTexts(diverged, call),
        wroteText(files, folder),
        `next:\n  ${call(exportCommandText(text))}`,
      ].join('\n\n'),
    };
  },
});

type Settings = SettingsOf<typeof options>;

/** The tasks and environments that the settings name; otherwise those of the evaluations that this machine has stored. */
async function placesOf(context: Context<Settings>, key: string): Promise<compare.CardPlaces> {
  const { settings, places, stderr } = context;
  const protocol = printProtocol(parseProtocol(settings.protocol));
  const { fingerprint, version } = await prepareTasks(context, settings.task ?? []);
  const all = await withStore(places, (store) => store.evaluations({ key, protocol }));
  const own = all.filter((one) => one.fingerprint === fingerprint && one.version === version);
  if (own.length < all.length && settings.task === undefined) {
    stderr.note(`${plural(all.length - own.length, 'evaluation')} of other machines or versions: left out`);
  }
  return compare.cardPlaces({ tasks: settings.task, environments: settings.environment, protocol }, own);
}

/** Flags that make the same card again, whatever the store has by then; `none` is said if the user said so. */
function flagsOf({ environment }: Settings, plans: readonly compare.ComparisonPlan[]): string {
  const [{ tasks, protocol, seeds }] = plans as [compare.ComparisonPlan];
  const environments = plans.map((plan) => plan.environment).join(',');
  return [
    `--task ${shellWord(tasks.map(taskFileName).join(','))}`,
    ...(environment === undefined && environments === 'none' ? [] : [`--environment ${environments}`]),
    `--protocol ${protocol} --seed ${seeds[0]} --seeds ${seeds.length}`,
  ].join(' ');
}
