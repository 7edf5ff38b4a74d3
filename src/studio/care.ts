import * as z from 'zod';
import { NosError } from '../errors.ts';
import { checkNote, checkRunName } from '../run/index.ts';
import { openStore, type Store } from '../store/index.ts';

/** What a page may ask to be done to a run, as `nos note`, `nos rename` and `nos rm` do it. */
const changeSchema = z.discriminatedUnion('change', [
  z.strictObject({ change: z.literal('note'), run: z.string(), note: z.string() }),
  z.strictObject({ change: z.literal('rename'), run: z.string(), to: z.string() }),
  z.strictObject({ change: z.literal('remove'), run: z.string() }),
]);

export type Change = z.output<typeof changeSchema>;

/**
 * Changes a run. The store is open for writing only meanwhile.
 *
 * @throws NosError `bad-option`, `unknown-name`, `run-exists`, `run-locked`, `unwritable`.
 */
export async function changeRun(path: string, input: unknown): Promise<void> {
  const parsed = changeSchema.safeParse(input);
  if (!parsed.success) throw new NosError('bad-option', 'no such change of a run', 'note, rename or remove');
  const store = await openStore(path);
  try {
    await apply(store, parsed.data);
  } finally {
    await store.close();
  }
}

async function apply(store: Store, change: Change): Promise<unknown> {
  switch (change.change) {
    case 'note':
      return store.noteRun(change.run, checkNote(change.note));
    case 'rename':
      checkRunName(change.to);
      return store.renameRun(change.run, change.to);
    case 'remove':
      return store.removeRun(change.run);
  }
}
