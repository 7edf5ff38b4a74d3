import * as z from 'zod';
import { NosError } from '../../errors.ts';
import * as f from '../../fields.ts';
import { bytes, plural } from '../../report/index.ts';
import type { Removed, RunRecord } from '../../store/index.ts';
import { removedSchema } from '../../store/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { flag } from '../option.ts';
import { storeOption } from '../options.ts';

const removed = z.strictObject({ run: f.run, ...removedSchema.shape });

const document = z.strictObject({ removed: f.list(removed, 'the runs that were removed') });

export const command = defineCommand({
  documents: { rm: document },
  arguments: '<run...>',
  options: { yes: flag('ask nothing', { short: 'y' }), ...storeOption },
  example: 'nos rm quick-1\nnos rm quick-1 quick-2 --yes',
  async run(context) {
    const names = [...new Set(context.arguments)];
    const records = await withStore(context.places, (store) =>
      Promise.all(names.map((name) => store.run(name))),
    );
    if (!context.settings.yes && !(await confirmed(records, context))) {
      return { document: { removed: [] }, text: 'nothing is removed', exitCode: 1 };
    }
    const removed = await withStore(context.places, async (store) => {
      const done: Row[] = [];
      for (const run of names) done.push({ run, ...(await store.removeRun(run)) });
      return done;
    });
    return { document: { removed }, text: removed.map(sentence).join('\n') };
  },
});

type Row = Removed & { readonly run: string };

/** @throws NosError `bad-option` if nobody can be asked. */
async function confirmed(
  records: readonly RunRecord[],
  { ask, json, arguments: names }: Context,
): Promise<boolean> {
  if (ask === undefined || json) {
    const what = `to remove ${names.length === 1 ? `run '${names[0]}'` : plural(names.length, 'run')}`;
    throw new NosError('bad-option', `${what}, --yes is needed: nobody can be asked`, 'add --yes');
  }
  const runs = records.map(({ name, told, note }) => {
    const said = note === undefined ? '' : ` (${note})`;
    return `  ${name}: ${plural(told, 'scored rule')}${said}`;
  });
  const answer = await ask(`${runs.join('\n')}\nRemove ${records.length === 1 ? 'it' : 'them'}? [y/N] `);
  return /^y(es)?$/i.test(answer.trim());
}

function sentence({ run, proposals, evaluations, shared, bytes: freed }: Row): string {
  const kept = shared === 0 ? '' : `; ${plural(shared, 'evaluation')} stay, as other runs hold them`;
  const went = `${plural(proposals, 'proposal')} and ${plural(evaluations, 'evaluation')}`;
  return `removed run '${run}': ${went}, ${bytes(freed)} freed${kept}`;
}
