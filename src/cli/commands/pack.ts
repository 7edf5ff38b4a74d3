import * as z from 'zod';
import * as f from '../../fields.ts';
import { bytes, fileName, plural } from '../../report/index.ts';
import { packRun, readRun } from '../../run/index.ts';
import { shellWord } from '../../shell.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { output, storeOption } from '../options.ts';

const document = z.strictObject({
  run: f.run,
  file: f.text('path of the file'),
  bytes: f.count('bytes of the file'),
  proposals: f.count('proposals in it'),
  evaluations: f.count('evaluations in it'),
});

export const command = defineCommand({
  documents: { pack: document },
  arguments: '<run>',
  options: { output: output('the file to write', 'the name of the run, as .run.gz'), ...storeOption },
  example: 'nos pack quick-1 -o quick-1.run.gz',
  stopsGracefully: true,
  async run({ arguments: [run = ''], settings, places, call, signal, stderr, underWay }) {
    const file = settings.output ?? `${fileName(run)}.run.gz`;
    return withStore(places, async (store) => {
      const { status } = await readRun(store, run);
      if (status === 'running')
        stderr.note('a process drives the run: the file has what it is at this moment');
      const { bytes: size, counts } = await underWay(() => packRun(store, run, file, signal));
      const { proposals, evaluations } = counts;
      const held = `${plural(proposals, 'proposal')}, ${plural(evaluations, 'evaluation')}`;
      return {
        document: { run, file, bytes: size, proposals, evaluations },
        text: `packed run '${run}' as ${file}: ${held}, ${bytes(size)}\ntake it out elsewhere: ${call(`nos unpack ${shellWord(file)}`)}`,
      };
    });
  },
});
