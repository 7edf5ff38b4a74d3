import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Metric } from '../../src/evaluation/index.ts';
import type { AnalysisDocument, MetricSeries } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { costChart, metricChart, partsChart, ratesChart, stringsChart, timelineChart } from './charts.ts';
import { MEANINGS } from './metric-meanings.ts';
import { Trouble } from './parts.tsx';
import { useDocument } from './server.ts';

interface AnalysisProps {
  readonly path: string;
  readonly run: string;
  readonly version: number;
}

/** What else the evaluations of a run say; asked for when it is opened. */
export function Analysis({ path, run, version }: AnalysisProps) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(version);
  const { document: found, error } = useDocument<AnalysisDocument>(
    open ? `${path}/analysis` : undefined,
    asked,
  );
  const toggle = () => {
    setAsked(version);
    setOpen(!open);
  };
  return (
    <section aria-labelledby="analysis">
      <h2 id="analysis">Analysis</h2>
      <div class="bar">
        <button type="button" aria-expanded={open} onClick={toggle}>
          {open ? 'Close' : 'What makes rules good, and what the search did'}
        </button>
        {open && asked !== version && (
          <button type="button" onClick={() => setAsked(version)}>
            There is more: look again
          </button>
        )}
      </div>
      {error && <Trouble error={error} />}
      {open && found && <Charts run={run} found={found} />}
    </section>
  );
}

function Charts({ run, found }: { readonly run: string; readonly found: AnalysisDocument }) {
  const { parts, costs, rates, timeline, metrics, strings, score } = found;
  const given = { run, score };
  return (
    <>
      <div class="columns">
        {parts.length > 0 && (
          <Part title="What good rules share" {...given} data={parts} draw={partsChart}>
            Mean {score.metric} of rules with a part, less that of rules without it, with 95 % intervals;{' '}
            {score.goal === 'minimise' ? 'below' : 'above'} zero helps. Parts come together, so this is no
            proof of a cause.
          </Part>
        )}
        {costs.length > 1 && (
          <Part title="Reward, memory and cost" {...given} data={costs} draw={costChart}>
            The best rules. With a ring: none is at least as good in all three.
          </Part>
        )}
        {rates.length > 0 && (
          <Part title="Learning rates of the best rules" {...given} data={rates} draw={ratesChart}>
            A row per rule, the best above. Points: the rate that was chosen.
          </Part>
        )}
        {timeline.length > 0 && (
          <Part title="When evaluations were made" {...given} data={timeline} draw={timelineChart}>
            The last {timeline.length}
            {timeline.some(({ worker }) => worker === null)
              ? '; lanes without a name are made of ends and durations, as earlier versions did not store the workers.'
              : ', on a lane per worker.'}
          </Part>
        )}
      </div>
      {strings.lines.length > 1 && (
        <Part title="The best rules as strings" {...given} data={strings} draw={stringsChart}>
          A line per rule over the positions of its string. What most have stands above.
        </Part>
      )}
      {metrics.length > 0 && (
        <>
          <h3>What the strategy says of itself</h3>
          <div class="columns">
            {metrics.map((series) => (
              <MetricFigure key={series.name} run={run} series={series} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

interface PartProps<T> {
  readonly title: string;
  readonly run: string;
  readonly score: Metric;
  readonly data: T;
  readonly draw: (data: T, width: number, score: Metric) => SVGSVGElement | HTMLElement;
  readonly children: ComponentChildren;
}

function Part<T>({ title, run, score, data, draw, children }: PartProps<T>) {
  const drawn = useMemo(() => (width: number) => draw(data, width, score), [data, draw, score]);
  return (
    <div>
      <h3>{title}</h3>
      <Figure label={`${title}, of ${run}`} file={`${run}-${title}`} draw={drawn}>
        <span>{children}</span>
      </Figure>
    </div>
  );
}

function MetricFigure({ run, series }: { readonly run: string; readonly series: MetricSeries }) {
  const draw = useMemo(() => (width: number) => metricChart(series, width), [series]);
  return (
    <Figure label={`${series.name} by batch, of ${run}`} file={`${run}-${series.name}`} draw={draw}>
      <span>{MEANINGS[series.name] ?? `${series.name}, as the strategy reports it.`}</span>
    </Figure>
  );
}
