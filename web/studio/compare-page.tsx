import { useMemo } from 'preact/hooks';
import type { CurveDocument, RunsDocument } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { type Address, addressOf } from './address.ts';
import { curveChart } from './curve-chart.ts';
import { figure } from './format.ts';
import { Check, Trouble } from './parts.tsx';
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
    location.replace(addressOf(['compare'], new URLSearchParams(next.map((run) => ['run', run]))));
  };
  return (
    <>
      <h1>Compare runs</h1>
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
