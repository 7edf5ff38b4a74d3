export { type Address, parseAddress } from './address.ts';
export { type MetricDefinition, type MetricName, metricNames, metrics, type Role } from './definitions.ts';
export * from './measures.ts';
export { type MetricsOptions, type MetricsRegistry, openMetrics } from './registry.ts';
export { type MetricsEndpoints, type MetricsServer, serveMetrics } from './server.ts';
