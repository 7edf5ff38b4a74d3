import { useRef, useState } from 'preact/hooks';
import type { RunEntry } from '../../src/studio/documents.ts';
import { addressOf } from './address.ts';
import { Field, Trouble } from './parts.tsx';
import { change, type Refused } from './server.ts';

/** A note, another name, removal: a dialog for what `nos note`, `nos rename` and `nos rm` do. */
export function RunActions({ run }: { readonly run: Pick<RunEntry, 'name' | 'note' | 'status'> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [name, setName] = useState(run.name);
  const [note, setNote] = useState(run.note);
  const [removes, setRemoves] = useState(false);
  const [error, setError] = useState<Refused>();

  const open = () => {
    setName(run.name);
    setNote(run.note);
    setRemoves(false);
    setError(undefined);
    dialog.current?.showModal();
  };
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
      dialog.current?.close();
    } catch (refused) {
      setError(refused as Refused);
    }
  };
  const save = () =>
    attempt(async () => {
      if (note !== run.note) await change({ change: 'note', run: run.name, note });
      if (name === run.name) return;
      await change({ change: 'rename', run: run.name, to: name });
      if (location.hash.startsWith(addressOf(['run', run.name]))) location.replace(addressOf(['run', name]));
    });
  const remove = () =>
    attempt(async () => {
      await change({ change: 'remove', run: run.name });
      if (location.hash.startsWith(addressOf(['run', run.name]))) location.replace(addressOf([]));
    });

  return (
    <>
      <button type="button" onClick={open}>
        Edit<span class="sr"> {run.name}</span>
      </button>
      <dialog ref={dialog} aria-label={`Edit ${run.name}`}>
        <h2>{run.name}</h2>
        {error && <Trouble error={error} />}
        <Field label="Name" value={name} onChange={setName} />
        <Field label="Note; words with # are tags" value={note} onChange={setNote} />
        <div class="actions">
          <button type="button" class="primary" onClick={save}>
            Save
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          {removes ? (
            <button type="button" class="danger" onClick={remove}>
              Remove it with its evaluations
            </button>
          ) : (
            <button type="button" class="danger" onClick={() => setRemoves(true)}>
              Remove…
            </button>
          )}
        </div>
      </dialog>
    </>
  );
}
