import { useState } from 'preact/hooks';
import type { RunEntry, RunsDocument } from '../../src/studio/documents.ts';
import { Scroll } from '../shell/scroll.tsx';
import { type Address, addressOf, setQuery } from './address.ts';
import { duration, figure, instant, signed, thousands } from './format.ts';
import { Field, Sparkline, Status, Trouble } from './parts.tsx';
import { RunActions } from './run-actions.tsx';
import { useDocument } from './server.ts';

interface PageProps {
  readonly address: Address;
  readonly version: number;
}

/** Every run of the store, the newest first, to open, to choose for a comparison, and to look after. */
export function RunsPage({ address, version }: PageProps) {
  const { document: found, error } = useDocument<RunsDocument>('runs', version);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const filter = address.query.get('filter') ?? '';
  const runs = (found?.runs ?? []).filter((run) => matches(run, filter));
  const toggle = (name: string) => {
    const next = new Set(chosen);
    if (!next.delete(name)) next.add(name);
    setChosen(next);
  };
  return (
    <>
      <h1>Runs</h1>
      {found && <p class="faint small">{found.store}</p>}
      {error && <Trouble error={error} />}
      <div class="bar">
        <Field
          label="Filter"
          type="search"
          value={filter}
          placeholder="name, task, #tag"
          onChange={(value) => setQuery(address, { filter: value })}
        />
        {chosen.size > 0 && (
          <a
            class="button"
            href={`#/compare?${[...chosen].map((name) => `run=${encodeURIComponent(name)}`).join('&')}`}
          >
            Compare {chosen.size === 1 ? 'it with others' : `${chosen.size} runs`}
          </a>
        )}
      </div>
      {found && runs.length === 0 && (
        <p>
          {found.runs.length === 0 ? (
            <>
              There are no runs yet. <code>nos search --preset quick</code> makes one.
            </>
          ) : (
            'No run fits the filter.'
          )}
        </p>
      )}
      {runs.length > 0 && (
        <Scroll label="Runs">
          <table class="runs">
            <thead>
              <tr>
                <th>
                  <span class="sr">Choose</span>
                </th>
                <th>Run</th>
                <th>State</th>
                <th class="number">Rules</th>
                <th class="number">Best</th>
                <th class="number">Beside Adam</th>
                <th>So far</th>
                <th class="number">Rules per hour</th>
                <th>Search</th>
                <th>Task</th>
                <th>Begun</th>
                <th>
                  <span class="sr">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <tr key={run.name}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={`Choose ${run.name}`}
                      checked={chosen.has(run.name)}
                      onChange={() => toggle(run.name)}
                    />
                  </td>
                  <td>
                    <a class="name" href={addressOf(['run', run.name])}>
                      {run.name}
                    </a>
                    {run.note && <div class="note">{run.note}</div>}
                  </td>
                  <td>
                    <Status status={run.status} />
                  </td>
                  <td class="number">
                    {thousands(run.told)} / {thousands(run.samples)}
                  </td>
                  <td class="number">{figure(run.best)}</td>
                  <td class="number">
                    <Beside {...run} />
                  </td>
                  <td>
                    <Sparkline {...run} />
                  </td>
                  <td class="number">{run.rulesPerHour === null ? '—' : thousands(run.rulesPerHour)}</td>
                  <td>
                    {run.strategy}
                    <div class="note">{run.space}</div>
                  </td>
                  <td>
                    {run.task}
                    <div class="note">{run.protocol}</div>
                  </td>
                  <td class="number">
                    {instant(run.createdAt)}
                    <div class="note">{duration(run.seconds)}</div>
                  </td>
                  <td>{found?.allows.changes && <RunActions run={run} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </>
  );
}

function Beside({ best, adam, score }: Pick<RunEntry, 'best' | 'adam' | 'score'>) {
  if (best === null || adam === null) return <>—</>;
  return (
    <span class={(score.goal === 'maximise' ? best > adam : best < adam) ? 'good' : 'faint'}>
      {signed(best - adam)}
    </span>
  );
}

/** Whether every word of the filter is part of something that the row shows. */
function matches({ name, note, tags, task, strategy, space, status }: RunEntry, filter: string): boolean {
  const text = [name, note, task, strategy, space, status, ...tags.map((tag) => `#${tag}`)]
    .join('\n')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
