export { type Address, parseAddress } from './address.ts';
export {
  type Chronicle,
  type ChronicleEntry,
  chronicle,
  emptyChronicle,
  type SeriesPoint,
} from './chronicle.ts';
export { type MetricDefinition, type MetricName, metricNames, metrics, type Role } from './definitions.ts';
export { observeDispatch, observeWorker } from './dispatch-events.ts';
export { type MlflowOptions, type MlflowSender, openMlflow } from './mlflow.ts';
export { busyAfter, type Measure, type Observation, type Status } from './observation.ts';
export { type MetricsOptions, type MetricsRegistry, openMetrics } from './registry.ts';
export { observeRun } from './run-events.ts';
export { type MetricsEndpoints, type MetricsServer, serveMetrics } from './server.ts';
export { openTensorBoard, type RunAbout, type TensorBoardWriter } from './tensorboard/writer.ts';
