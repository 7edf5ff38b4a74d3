import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { readableText } from '../../decode-text.ts';
import { NosError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import type { Experiment, Result } from '../../reproduce/index.ts';
import { packageVersion } from '../../version.ts';
import type { Command, Context } from '../command.ts';
import { prepareEngine } from '../engine.ts';
import { EVALUATING } from '../evaluating.ts';
import { flagOf } from '../options.ts';
import { logDefaults } from '../presets.ts';
import { prepare } from '../reproduce/conduct.ts';
import { writable } from '../writable.ts';

export const reproduceCommand: Command = {
  name: 'reproduce',
  summary:
    "the paper's results: figure4, figure5, figure6, figure7, table1, table2; data, tables, pictures and a page beside what the paper says",
  arguments: '<experiment>',
  options: ['scale', 'seeds', 'task', 'fromData', 'output', ...EVALUATING],
  defaults: logDefaults,
  example:
    'nos reproduce figure6 --scale 0.1\nnos reproduce figure5 --scale 0.01 --task digits-mlp\nnos reproduce table1 --from-data docs/results/table1 -o table1',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout } = context;
    const [name = ''] = context.arguments;
    const { experiments, resultFiles } = await import('../../reproduce/index.ts');
    const experiment = experiments.find(name);
    refuseUntaken(experiment, context.flags);
    const began = performance.now();
    const { output, ...result } =
      settings.fromData === undefined
        ? await conducted(experiment, context)
        : await fromData(experiment, settings.fromData, settings.output);
    const directory = resolve(output);
    const files = resultFiles(experiment, result);
    await writable(directory, () => makeDirectory(directory));
    for (const [file, text] of Object.entries(files)) {
      await writable(directory, () => writeFile(join(directory, file), text));
    }
    const { findings, made } = result;
    const wrote = `wrote ${Object.keys(files).join(', ')} to ${output}`;
    return {
      document: {
        ...{ experiment: name, directory, files: Object.keys(files), ...made },
        seconds: (performance.now() - began) / 1000,
        findings: findings.data,
      },
      text: `${files['README.md']?.trim()}\n\n${stdout.colours.dim(wrote)}`,
    };
  },
};

/** What was found, how, and the directory for it. */
type Written = Result & { readonly output: string };

/** Where nobody names a directory. */
const usualOutput = ({ name }: Experiment): string => join('results', name);

/** Does it, with everything around it. */
async function conducted(experiment: Experiment, context: Context): Promise<Written> {
  const { settings } = context;
  const { output = usualOutput(experiment) } = settings;
  const conduct = await prepare(experiment, context);
  await prepareEngine(context);
  const directory = resolve(output);
  await writable(directory, () => makeDirectory(directory));
  const { fingerprint } = await import('../../evaluate/index.ts');
  const began = performance.now();
  const { findings, ...trained } = await conduct();
  const made = {
    command: commandOf(experiment, settings, output),
    scale: settings.scale ?? 1,
    version: packageVersion,
    fingerprint: await fingerprint(),
    machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    ...(trained.trained === undefined ? { seconds: (performance.now() - began) / 1000 } : trained),
  };
  return { findings, made, output };
}

/** Takes everything from a folder that this command wrote: back into it, where it is of this experiment and nobody names another. */
async function fromData(experiment: Experiment, from: string, named: string | undefined): Promise<Written> {
  const { readData, resultFromData } = await import('../../reproduce/index.ts');
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

/** Flags that would change nothing; settings of the environment and of the file are for every command. */
function refuseUntaken({ kind, name }: Experiment, flags: Context['flags']): void {
  const again = flags.includes('fromData');
  const options = again ? SIZES : kind === 'computation' ? TRAINED : [];
  const untaken = options.find((option) => flags.includes(option));
  if (untaken === undefined) return;
  const why = again ? `the data of ${flagOf('fromData')} has its own` : `${name} trains nothing`;
  throw new NosError('bad-option', `${flagOf(untaken)}: ${why}`, 'leave it out');
}

const TRAINED = ['task', 'seeds'] as const;
const SIZES = ['scale', ...TRAINED] as const;

/** As a user would type it, without what has its default. */
function commandOf(experiment: Experiment, settings: Context['settings'], output: string): string {
  const { scale = 1, seeds, task } = settings;
  const own = experiment.kind === 'computation' ? undefined : experiment.seeds;
  return [
    `nos reproduce ${experiment.name}`,
    ...(scale === 1 ? [] : [`--scale ${scale}`]),
    ...(own !== undefined && seeds !== undefined && seeds !== own ? [`--seeds ${seeds}`] : []),
    ...(own !== undefined && task !== undefined ? [`--task '${task}'`] : []),
    `-o ${output}`,
  ].join(' ');
}
