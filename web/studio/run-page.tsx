import { useMemo } from 'preact/hooks';
import type { CurveDocument, RunDocument } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { type Address, setQuery } from './address.ts';
import { Analysis } from './analysis.tsx';
import { Board } from './board.tsx';
import { curveChart } from './curve-chart.ts';
import { duration, figure, signed, thousands } from './format.ts';
import { Facts, Field, Status, Trouble } from './parts.tsx';
import { RunActions } from './run-actions.tsx';
import { useDocument } from './server.ts';

interface PageProps {
  readonly name: string;
  readonly address: Address;
  readonly version: number;
}

/** One run, as it goes on: how its rewards rose, and which rules are the best. */
export function RunPage({ name, address, version }: PageProps) {
  const path = `runs/${encodeURIComponent(name)}`;
  const { document: found, error } = useDocument<RunDocument>(path, version);
  const part = new URLSearchParams(['from', 'to'].map((end) => [end, address.query.get(end) ?? '']));
  const { document: curve } = useDocument<CurveDocument>(`${path}/curve?${part}`, version);
  return (
    <>
      <div class="bar">
        <h1>{name}</h1>
        {found && <Status status={found.run.status} />}
        {found && <RunActions run={found.run} />}
      </div>
      {error && <Trouble error={error} />}
      {found && <Summary found={found} />}
      {curve && <Course curve={curve} address={address} />}
      <Board path={path} run={name} address={address} version={version} />
      <Analysis path={path} run={name} version={version} />
    </>
  );
}

function Summary({ found: { run, config, endings, distinct, verdict } }: { readonly found: RunDocument }) {
  const beside = run.best === null || run.adam === null ? undefined : run.best - run.adam;
  const ended = Object.entries(endings).filter(([name, count]) => name !== 'ok' && count > 0);
  return (
    <>
      {run.note && <p class="faint">{run.note}</p>}
      <Facts
        facts={[
          ['rules', `${thousands(run.told)} of ${thousands(run.samples)}`],
          ['distinct', thousands(distinct)],
          [run.score.metric === 'accuracy' ? 'best reward' : `best ${run.score.metric}`, figure(run.best)],
          ['Adam', figure(run.adam)],
          ['best beside Adam', beside === undefined ? '—' : signed(beside)],
          ['rules per hour', run.rulesPerHour === null ? '—' : thousands(run.rulesPerHour)],
          ['time', duration(run.seconds)],
          ['search', `${run.strategy} in ${run.space}`],
          ['scored by', `${run.task}, ${run.protocol}`],
          ['seed', String(config.seed)],
          ...ended.map(([name, count]): [string, string] => [name, thousands(count)]),
        ]}
      />
      <p class={`notice${verdict.finding === 'diverged' ? ' bad' : ''}`}>{verdict.text}</p>
    </>
  );
}

interface CourseProps {
  readonly curve: CurveDocument;
  readonly address: Address;
}

/** The rewards, or those of a part of the run that somebody drags over; the address keeps which. */
function Course({ curve, address }: CourseProps) {
  const draw = useMemo(() => (width: number) => curveChart([curve], width), [curve]);
  const { scored, samples, step, window, run, shown } = curve;
  const zoom = (from: number | string, to: number | string) =>
    setQuery(address, { from: String(from), to: String(to) });
  const onRange = (low: number, high: number) => zoom(Math.max(Math.ceil(low), 1), Math.floor(high));
  const whole = shown.from === 1 && shown.to === samples;
  const label = `Rewards of the rules of ${run} in the order in which they were proposed: ${scored} of ${samples}`;
  return (
    <section aria-labelledby="course">
      <h2 id="course">How the rewards went</h2>
      <div class="bar">
        <Field
          label="From rule"
          type="number"
          step="1"
          value={address.query.get('from') ?? ''}
          placeholder="1"
          onChange={(from) => zoom(from, address.query.get('to') ?? '')}
        />
        <Field
          label="to rule"
          type="number"
          step="1"
          value={address.query.get('to') ?? ''}
          placeholder={String(samples)}
          onChange={(to) => zoom(address.query.get('from') ?? '', to)}
        />
        <button type="button" disabled={whole} onClick={() => zoom('', '')}>
          Whole run
        </button>
        <span class="faint small">Drag over the picture to look closer.</span>
      </div>
      <Figure label={label} file={`${run}-rewards`} draw={draw} onRange={onRange}>
        <span>
          Points: {step === 1 ? 'every rule' : `one rule in ${step}`}. Line: mean of the last {window} rules.
          Dotted: the best so far. Dashed: reference rules.
        </span>
      </Figure>
    </section>
  );
}
