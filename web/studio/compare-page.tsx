import { useMemo, useState } from 'preact/hooks';
import type { ComparisonDocument, CurveDocument, RunsDocument } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { type Address, addressOf } from './address.ts';
import { ComparisonTables } from './comparison.tsx';
import { curveChart } from './curve-chart.ts';
import { figure } from './format.ts';
import { Check, Field, Trouble } from './parts.tsx';
import { useDocument } from './server.ts';

interface PageProps {
  readonly address: Address;
  readonly version: number;
}

/** Searches in one picture. */
export function ComparePage({ address, version }: PageProps) {
  const chosen = address.query.getAll('run');
  const { document: list } = useDocument<RunsDocument>('runs', version);
  const asked = new URLSearchParams(chosen.map((run) => ['run', run]));
  const { document: curves, error } = useDocument<readonly CurveDocument[]>(
    chosen.length === 0 ? undefined : `curves?${asked}`,
    version,
  );
  const toggle = (name: string, on: boolean) => {
    const next = on ? [...chosen, name] : chosen.filter((other) => other !== name);
    const query = new URLSearchParams(next.map((run) => ['run', run]));
    for (const rule of address.query.getAll('rule')) query.append('rule', rule);
    location.replace(addressOf(['compare'], query));
  };
  return (
    <>
      <h1>Compare runs and rules</h1>
      {error && <Trouble error={error} />}
      <fieldset class="bar">
        <legend>Runs</legend>
        {list?.runs.map(({ name }) => (
          <Check
            key={name}
            label={name}
            checked={chosen.includes(name)}
            onChange={(on) => toggle(name, on)}
          />
        ))}
      </fieldset>
      {chosen.length > 0 && curves && <Together curves={curves} />}
      <Rules address={address} version={version} />
    </>
  );
}

function Together({ curves }: { readonly curves: readonly CurveDocument[] }) {
  const draw = useMemo(() => (width: number) => curveChart(curves, width), [curves]);
  const names = curves.map(({ run }) => run);
  return (
    <>
      <Figure
        label={`Moving average of the rewards of ${names.join(', ')}`}
        file={names.join('-')}
        draw={draw}
      >
        <span>Lines: moving averages. Dotted: the best so far. Dashed: reference rules of {names[0]}.</span>
      </Figure>
      <ul class="legend">
        {curves.map(({ run, best }, i) => (
          <li key={run}>
            <svg class="swatch" viewBox="0 0 24 10" aria-hidden="true">
              <line x1="0" x2="24" y1="5" y2="5" stroke={`var(--series-${(i % 7) + 1})`} stroke-width="3" />
            </svg>
            <a href={addressOf(['run', run])}>{run}</a> best {figure(best.at(-1)?.[1])}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Rules by what is stored of them, with intervals and tests; the first is what the others are compared with. */
function Rules({ address, version }: PageProps) {
  const rules = address.query.getAll('rule');
  const [typed, setTyped] = useState('');
  const asked = new URLSearchParams(rules.map((rule) => ['rule', rule]));
  const path = rules.length === 0 ? undefined : `compare?${asked}`;
  const { document: comparison, error } = useDocument<ComparisonDocument>(path, version);
  const choose = (next: readonly string[]) => {
    const query = new URLSearchParams(address.query.getAll('run').map((run) => ['run', run]));
    for (const rule of next) query.append('rule', rule);
    location.replace(addressOf(['compare'], query));
  };
  const add = (event: Event) => {
    event.preventDefault();
    if (typed.trim() !== '') choose([...(rules.length === 0 ? ['adam'] : rules), typed.trim()]);
    setTyped('');
  };
  return (
    <section aria-labelledby="rules">
      <h2 id="rules">Rules</h2>
      <form class="bar" onSubmit={add}>
        <Field label="A rule or a name" value={typed} placeholder="sign(m), rmsprop" onChange={setTyped} />
        <button type="submit">Add</button>
      </form>
      <div class="bar">
        {rules.map((rule) => (
          <button key={rule} type="button" onClick={() => choose(rules.filter((other) => other !== rule))}>
            <span class="sr">Leave out </span>
            {rule} ×
          </button>
        ))}
      </div>
      {error && <Trouble error={error} />}
      {path !== undefined && comparison && <ComparisonTables comparison={comparison} />}
    </section>
  );
}
