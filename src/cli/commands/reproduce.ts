import { readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { readableText } from '../../decode-text.ts';
import { NosError } from '../../errors.ts';
import * as f from '../../fields.ts';
import {
  type Experiment,
  type ExperimentResult,
  experiments,
  readData,
  resultFiles,
  resultFromData,
  STAGES,
} from '../../reproduce/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { thisMachine } from '../evaluators.ts';
import { makeFolder, writeFiles, wroteText } from '../files.ts';
import { described, flag, flagOf, number, type SettingsOf, text } from '../option.ts';
import { evaluatingOptions, output, settings } from '../options.ts';
import { prepareEngine } from '../prepare.ts';
import { discoveryDryRun, discoveryDryRunDocument } from '../run-discovery.ts';
import { planExperiment } from '../run-experiment.ts';

const options = {
  scale: number("share of the paper's size: docs/cli.md says what shrinks", {
    maximum: 1,
    source: 'flag',
  }).default(1),
  seeds: described(settings.seeds, {
    description: 'evaluations of each training or search, with seeds 1, 2, …',
    otherwise: '2; figure4 1; discovery 20',
  }).optional(),
  task: described(settings.task, {
    description: "a task in the place of the paper's: a name of `nos tasks`, or a module",
  }).optional(),
  fromData: text("make the folder again from its data.json, or from another experiment's; train nothing", {
    ...{ value: 'DIR', path: true, source: 'flag' },
  }).optional(),
  stage: text('do one stage of discovery alone, with what is there of those before', {
    ...{ source: 'flag', names: () => [...STAGES] },
  }).optional(),
  timeout: described(settings.timeout, {
    description: 'begin nothing new after 90s, 10m, 2h, …: of discovery; the same command goes on',
  }).optional(),
  dryRun: flag('say what each stage of discovery costs; make nothing'),
  output: output('the folder to write', 'results/ and its name'),
  ...evaluatingOptions,
};

const trained = {
  count: f.count('number of evaluations'),
  seconds: f.figure('their seconds added up'),
};

const document = z.strictObject({
  experiment: f.text('name of the experiment'),
  directory: f.text('path of the directory of the results'),
  files: f.files,
  command: f.text('the command that makes the results again'),
  trainedBy: f.text('the command that trained, if the data are of another experiment').exactOptional(),
  scale: f.number("size as a share of the paper's"),
  version: f.version,
  fingerprint: f.fingerprint,
  machine: f.text('processor and Node.js'),
  date: f.text('day on which it was made, ISO 8601'),
  seconds: f.figure('seconds that the command took'),
  trained: z.strictObject(trained).describe('evaluations, if networks are trained').exactOptional(),
  added: f
    .list(
      z.strictObject({
        date: f.text('day on which they were made, ISO 8601'),
        commands: f.texts('the commands that made them'),
        ...trained,
        note: f.text('what was different').exactOptional(),
      }),
      'evaluations that were added later',
    )
    .exactOptional(),
  findings: z
    .record(z.string(), z.unknown())
    .describe('what was found, as in `data.json` of the directory; its shape depends on the experiment'),
});

export const command = defineCommand({
  documents: { reproduce: document, 'reproduce --dry-run': discoveryDryRunDocument },
  arguments: '<experiment>',
  options,
  example:
    'nos reproduce figure6 --scale 0.1\nnos reproduce figure5 --scale 0.01 --task digits-mlp\nnos reproduce table1 --from-data docs/results/table1 -o table1',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout } = context;
    const [name = ''] = context.arguments;
    const experiment = experiments.find(name);
    refuseUnused(experiment, context);
    if (settings.dryRun) return discoveryDryRun(context);
    const began = performance.now();
    const { output, ...result } =
      settings.fromData === undefined
        ? await runHere(experiment, context)
        : await fromData(experiment, settings.fromData, settings.output);
    const directory = resolve(output);
    const files = resultFiles(experiment, result);
    await writeFiles(directory, files);
    const { findings, made } = result;
    return {
      document: {
        ...{ experiment: name, directory, files: Object.keys(files), ...made },
        seconds: (performance.now() - began) / 1000,
        findings: findings.data,
      },
      text: `${files['README.md']?.trim()}\n\n${stdout.colours.dim(wroteText(files, output))}`,
    };
  },
});

type Settings = SettingsOf<typeof options>;

/** What was found, how, and the folder for it. */
type Written = ExperimentResult & { readonly output: string };

/** The folder if nobody names one. */
const usualOutput = ({ name }: Experiment): string => join('results', name);

/** Runs an experiment on this machine, or on its workers. */
async function runHere(experiment: Experiment, context: Context<Settings>): Promise<Written> {
  const { settings } = context;
  const { output = usualOutput(experiment), scale } = settings;
  const run = await planExperiment(experiment, context);
  // Trainings prepare theirs.
  if (experiment.kind === 'computation') await prepareEngine(context, { begun: 'onnxruntime' });
  await makeFolder(resolve(output));
  const began = performance.now();
  const { findings, ...trained } = await run();
  const { fingerprint, version } = await thisMachine();
  const made = {
    command: commandOf(experiment, settings, output),
    scale,
    version,
    fingerprint,
    machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    ...(trained.trained === undefined ? { seconds: (performance.now() - began) / 1000 } : trained),
  };
  return { findings, made, output };
}

/** Takes everything from a folder that this command wrote: back into it, if it is of this experiment and nobody names another. */
async function fromData(experiment: Experiment, from: string, named: string | undefined): Promise<Written> {
  const file = join(from, 'data.json');
  const bytes = await readFile(file).catch((cause: Error) => {
    const message = `cannot read ${file}: ${cause.message}`;
    throw new NosError('bad-text', message, 'name a folder that nos reproduce wrote', { cause });
  });
  const data = readData(readableText(bytes, file).text);
  const output = named ?? (data.experiment === experiment.name ? from : usualOutput(experiment));
  const command = `nos reproduce ${experiment.name} --from-data ${from} -o ${output}`;
  return { ...resultFromData(experiment, data, command), output };
}

/** Refuses flags that would change nothing; settings of the environment and of the file are for every command. */
function refuseUnused({ kind, name }: Experiment, { sourceOf }: Context): void {
  const again = sourceOf('fromData') === 'flag';
  const stages = ['stage', 'timeout', 'dryRun'];
  const unused = [
    ...(again ? ['scale', 'task', 'seeds', ...stages] : []),
    ...(kind === 'computation' ? ['task', 'seeds'] : []),
    ...(kind === 'chain' ? [] : stages),
  ];
  const option = unused.find((one) => sourceOf(one) === 'flag');
  if (option === undefined) return;
  const why = again
    ? `the data of ${flagOf('fromData')} has its own`
    : stages.includes(option)
      ? `${name} has no stages`
      : `${name} trains nothing`;
  throw new NosError('bad-option', `${flagOf(option)}: ${why}`, 'leave it out');
}

/** The command as a user would type it, without what has its default. */
function commandOf(experiment: Experiment, { scale, seeds, task }: Settings, output: string): string {
  const own = experiment.kind === 'computation' ? undefined : experiment.seeds;
  return [
    `nos reproduce ${experiment.name}`,
    ...(scale === 1 ? [] : [`--scale ${scale}`]),
    ...(own !== undefined && seeds !== undefined && seeds !== own ? [`--seeds ${seeds}`] : []),
    ...(own !== undefined && task !== undefined ? [`--task '${task}'`] : []),
    `-o ${output}`,
  ].join(' ');
}
