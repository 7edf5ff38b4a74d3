import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { makeDirectory } from '../../make-directory.ts';
import { packageVersion } from '../../version.ts';
import type { Command } from '../command.ts';
import { openCounter } from '../live/counter.ts';
import { writable } from '../writable.ts';

export const reproduceCommand: Command = {
  name: 'reproduce',
  summary: "the paper's results: figure6; data, tables, a picture and a page beside what the paper says",
  arguments: '<experiment>',
  options: ['scale', 'output'],
  example: 'nos reproduce figure6 --scale 0.1\nnos reproduce figure6 -o docs/results/figure6',
  stopsGracefully: true,
  async run(context) {
    const { settings, stdout, stderr, signal } = context;
    const { scale = 1 } = settings;
    const [name = ''] = context.arguments;
    const { experimentPage, findExperiment } = await import('../../reproduce/index.ts');
    const { fingerprint } = await import('../../evaluate/index.ts');
    const experiment = findExperiment(name);
    const output = settings.output ?? join('results', name);
    const directory = resolve(output);
    await writable(directory, () => makeDirectory(directory));
    const began = performance.now();
    const counter = await openCounter(experiment.work(scale), 'steps of work', stderr);
    const findings = await experiment.run({ scale, signal, onWork: counter.add }).finally(counter.close);
    const how = {
      command: `nos reproduce ${name}${scale === 1 ? '' : ` --scale ${scale}`} -o ${output}`,
      scale,
      version: packageVersion,
      fingerprint: await fingerprint(),
      machine: `${cpus()[0]?.model ?? 'unknown processor'}, Node.js ${process.version}`,
      date: new Date().toISOString().slice(0, 10),
      seconds: (performance.now() - began) / 1000,
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
