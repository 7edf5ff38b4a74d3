import type { Gauge, Registry } from 'prom-client';
import {
  definitionOf,
  type MetricDefinition,
  type MetricName,
  metricNames,
  type Role,
} from './definitions.ts';
import { type Measure, measuresOfStatus, type Status } from './observation.ts';

export interface MetricsOptions {
  readonly role: Role;
  readonly version: string;
  readonly fingerprint: string;
  /** Whether this process works through a Redis, which counts as down until something else is recorded. */
  readonly redis: boolean;
}

/** The metrics of one process. */
export interface MetricsRegistry {
  record(measures: readonly Measure[]): void;
  /** Writes all metrics in Prometheus's text format, with the present status. */
  text(status: Status): Promise<string>;
  readonly contentType: string;
}

/** Opens a registry with the metrics of the program and those of the process (`process_…`, `nodejs_…`). */
export async function openMetrics({
  role,
  version,
  fingerprint,
  redis,
}: MetricsOptions): Promise<MetricsRegistry> {
  const prometheus = await import('prom-client');
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry });
  const own = metricNames.filter((name) => {
    const definition = definitionOf(name);
    return (definition.of ?? role) === role && (redis || !definition.redis);
  });
  const notes = new Map(own.map((name) => [name, noteOf(name, registry, prometheus)]));
  const record: MetricsRegistry['record'] = (measures) => {
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
      // The format writes NaN; prom-client 15 writes Nan.
      return (await registry.metrics()).replaceAll(/ Nan$/gm, ' NaN');
    },
  };
}

type Note = (value: number, labels: Readonly<Record<string, string>>) => void;

/** Registers a metric, and returns the function that records a value of it. */
function noteOf(name: MetricName, registry: Registry, prometheus: typeof import('prom-client')): Note {
  const { kind, help, labels = {}, buckets = [] }: MetricDefinition = definitionOf(name);
  const shared = { name, help, labelNames: Object.keys(labels), registers: [registry] };
  if (kind === 'histogram') {
    const histogram = new prometheus.Histogram({ ...shared, buckets: [...buckets] });
    return (value, of) => histogram.observe(of, value);
  }
  if (kind === 'counter') {
    const counter = new prometheus.Counter(shared);
    for (const series of seriesOf(labels)) counter.inc(series, 0);
    return (value, of) => counter.inc(of, value);
  }
  // Prometheus would read a gauge that was never set as 0, so it exists only from its first value on.
  let gauge: Gauge | undefined;
  return (value, of) => {
    gauge ??= new prometheus.Gauge(shared);
    // Information on a process, such as its run, is one series: the latest.
    if (name.endsWith('_info')) gauge.reset();
    gauge.set(of, value);
  };
}

/** Returns the series of the one label whose values are known. */
function seriesOf(labels: NonNullable<MetricDefinition['labels']>): readonly Record<string, string>[] {
  return Object.entries(labels).flatMap(([label, values]) => values.map((value) => ({ [label]: value })));
}
