import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  definitionOf,
  type MetricDefinition,
  type MetricName,
  metricNames,
  type Role,
} from './definitions.ts';
import { type Measure, measuresOfStatus, type Status } from './measures.ts';

export interface MetricsOptions {
  readonly role: Role;
  readonly version: string;
  readonly fingerprint: string;
  /** Whether this process works through a Redis: it counts as away until something else is recorded. */
  readonly redis: boolean;
}

/** The metrics of one process. */
export interface Metrics {
  record(measures: readonly Measure[]): void;
  /** In Prometheus's text format, with what `status` says now. */
  text(status: Status): Promise<string>;
  readonly contentType: string;
}

/** Metrics in a registry of their own, with those of the process (`process_…`, `nodejs_…`) beside them. */
export function openMetrics({ role, version, fingerprint, redis }: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const own = metricNames.filter((name) => {
    const definition = definitionOf(name);
    return (definition.of ?? role) === role && (redis || !definition.redis);
  });
  const notes = new Map(own.map((name) => [name, noteOf(name, registry)]));
  const record: Metrics['record'] = (measures) => {
    for (const { metric, value, labels } of measures) notes.get(metric)?.(value, labels ?? {});
  };
  record([
    { metric: 'nos_build_info', value: 1, labels: { version, fingerprint } },
    { metric: 'nos_redis_up', value: 0 },
  ]);
  return {
    record,
    contentType: registry.contentType,
    text: async (status) => {
      record(measuresOfStatus(status));
      // The format's word is NaN; prom-client 15 writes another.
      return (await registry.metrics()).replaceAll(/ Nan$/gm, ' NaN');
    },
  };
}

type Note = (value: number, labels: Readonly<Record<string, string>>) => void;

/** Registers a metric, and gives what notes a value of it. */
function noteOf(name: MetricName, registry: Registry): Note {
  const { kind, help, labels = {}, buckets = [] }: MetricDefinition = definitionOf(name);
  const shared = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  if (kind === 'histogram') {
    const histogram = new Histogram({ ...shared, buckets: [...buckets] });
    return (value, of) => histogram.observe(of, value);
  }
  if (kind === 'counter') {
    const counter = new Counter(shared);
    for (const series of seriesOf(labels)) counter.inc(series, 0);
    return (value, of) => counter.inc(of, value);
  }
  // Prometheus would read a gauge that nobody has set as 0: it is there from its first value on.
  let gauge: Gauge | undefined;
  return (value, of) => {
    gauge ??= new Gauge(shared);
    // What a process is (its run) is one series: the latest.
    if (name.endsWith('_info')) gauge.reset();
    gauge.set(of, value);
  };
}

/** The series of the one label whose values are known. */
function seriesOf(labels: NonNullable<MetricDefinition['labels']>): readonly Record<string, string>[] {
  return Object.entries(labels).flatMap(([label, values]) => values.map((value) => ({ [label]: value })));
}
