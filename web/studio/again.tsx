import { useState } from 'preact/hooks';
import type { JobDocument, JobsDocument } from '../../src/studio/documents.ts';
import { Field, Trouble } from './parts.tsx';
import { askJob, type Refused, useDocument } from './server.ts';

interface AgainProps {
  readonly run: string;
  readonly ruleKey: string;
  readonly version: number;
}

/** Evaluates a rule and Adam with more of the run's fresh seeds; nothing unless the server may train. */
export function Again({ run, ruleKey, version }: AgainProps) {
  const { document: found } = useDocument<JobsDocument>('jobs', version);
  const [seeds, setSeeds] = useState('10');
  const [error, setError] = useState<Refused>();
  const ask = (job: Parameters<typeof askJob>[0]) =>
    askJob(job).then(
      () => setError(undefined),
      (refused: Refused) => setError(refused),
    );
  if (!found?.allowed) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    ask({ job: 'evaluate', run, key: ruleKey, seeds: Number(seeds) });
  };
  return (
    <>
      <form class="bar" onSubmit={submit}>
        <Field label="Fresh seeds" type="number" step="1" value={seeds} onChange={setSeeds} />
        <button type="submit">Evaluate again</button>
        <span class="faint small">
          Trains this rule and Adam with this many seeds in all; what is stored is not trained again.
        </span>
      </form>
      {error && <Trouble error={error} />}
      <ul class="jobs" aria-live="polite">
        {found.jobs
          .filter((job) => job.run === run && job.key === ruleKey)
          .map((job) => (
            <Job key={job.id} job={job} onStop={() => ask({ job: 'stop', id: job.id })} />
          ))}
      </ul>
    </>
  );
}

function Job({ job, onStop }: { readonly job: JobDocument; readonly onStop: () => void }) {
  const { seeds, state, done, total, error } = job;
  const busy = state === 'waiting' || state === 'running';
  return (
    <li class="bar">
      {busy && <progress value={done} max={total} aria-label={`Evaluations with ${seeds} seeds`} />}
      <span>
        {seeds} {seeds === 1 ? 'seed' : 'seeds'}: {state}, {done} of {total} evaluations
        {error && <span class="bad"> — {error}</span>}
      </span>
      {busy && (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      )}
    </li>
  );
}
