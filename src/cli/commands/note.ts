import * as z from 'zod';
import * as f from '../../fields.ts';
import { checkNote } from '../../run/index.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { storeOption } from '../options.ts';

const document = z.strictObject({ run: f.run, note: f.text('the note; empty if it was removed') });

export const command = defineCommand({
  documents: { note: document },
  arguments: '<run> <text...>',
  options: storeOption,
  example: "nos note quick-1 'with the larger grid'\nnos note quick-1 ''",
  async run({ arguments: [run = '', ...words], places }) {
    const note = checkNote(words.join(' '));
    await withStore(places, (store) => store.noteRun(run, note));
    const text = note === '' ? `run '${run}' has no note` : `noted of run '${run}': ${note}`;
    return { document: { run, note }, text };
  },
});
