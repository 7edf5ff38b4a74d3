export { type Address, parseAddress } from './address.ts';
export { type MetricDefinition, type MetricName, metricNames, metrics, type Role } from './definitions.ts';
export * from './measures.ts';
export { type Metrics, type MetricsOptions, openMetrics } from './registry.ts';
export { type MetricsServer, type Served, serveMetrics } from './server.ts';
