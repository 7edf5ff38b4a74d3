import * as z from 'zod';
import * as f from '../../fields.ts';
import { checkRunName } from '../../run/index.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { storeOption } from '../options.ts';

const document = z.strictObject({
  run: f.text('new name of the run'),
  renamedFrom: f.text('old name of the run'),
});

export const command = defineCommand({
  documents: { rename: document },
  arguments: '<run> <new>',
  options: storeOption,
  example: 'nos rename quick-1 with-noise',
  async run({ arguments: [run = '', to = ''], places }) {
    checkRunName(to);
    await withStore(places, (store) => store.renameRun(run, to));
    return { document: { run: to, renamedFrom: run }, text: `run '${run}' is now '${to}'` };
  },
});
