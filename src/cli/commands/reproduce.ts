import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { NosError } from '../../errors.ts';
import { makeDirectory } from '../../make-directory.ts';
import type { Experiment } from '../../reproduce/index.ts';
import { packageVersion } from '../../version.ts';
import type { Command, Context } from '../command.ts';
import { EVALUATING } from '../evaluating.ts';
import { flagOf } from '../options.ts';
import { logDefaults } from '../presets.ts';
import { prepare } from '../reproduce/conduct.ts';
import { writable } from '../writable.ts';

export const reproduceCommand: Command = {
  name: 'reproduce',
  summary:
    "the paper's results: figure4, figure5, figure6, table1, table2; data, tables, pictures and a page beside what the paper says",
  arguments: '<experiment>',
  options: ['scale', 'seeds', 'task', 'output', ...EVALUATING],
  defaults: logDefaults,
  example:
    'nos reproduce figure6 --scale 0.1\nnos reproduce figure5 --scale 0.01 --task digits-mlp\nnos reproduce figure6 -o docs/results/figure6',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout } = context;
    const [name = ''] = context.arguments;
    const { experimentPage, findExperiment } = await import('../../reproduce/index.ts');
    const { fingerprint } = await import('../../evaluate/index.ts');
    const experiment = findExperiment(name);
    refuseUntaken(experiment, context.flags);
    const conduct = await prepare(experiment, context);
    const output = settings.output ?? join('results', name);
    const directory = resolve(output);
    await writable(directory, () => makeDirectory(directory));
    const began = performance.now();
    const { findings, ...trained } = await conduct();
    const how = {
      command: commandOf(experiment, settings, output),
      scale: settings.scale ?? 1,
      version: packageVersion,
      fingerprint: await fingerprint(),
      machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}`,
      date: new Date().toISOString().slice(0, 10),
      seconds: (performance.now() - began) / 1000,
      ...trained,
    };
    const page = experimentPage(experiment, findings, how);
    const files = { ...findings.files, 'README.md': page };
    for (const [file, text] of Object.entries(files)) {
      await writable(directory, () => writeFile(join(directory, file), text));
    }
    const wrote = `wrote ${Object.keys(files).join(', ')} to ${output}`;
    return {
      document: { experiment: name, directory, files: Object.keys(files), ...how, findings: findings.data },
      text: `${page.trim()}\n\n${stdout.colours.dim(wrote)}`,
    };
  },
};

/** Flags that would change nothing where nothing is trained; settings of the environment and of the file are for every command. */
function refuseUntaken({ kind, name }: Experiment, flags: Context['flags']): void {
  if (kind !== 'computation') return;
  const untaken = (['task', 'seeds'] as const).find((option) => flags.includes(option));
  if (untaken === undefined) return;
  throw new NosError('bad-option', `${flagOf(untaken)}: ${name} trains nothing`, 'leave it out');
}

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
