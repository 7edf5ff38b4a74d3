export * from './dispatcher.ts';
export { type LocalPoolOptions, openLocalPool } from './local-pool.ts';
export { type Attendance, listWorkers } from './redis/inspect.ts';
export { openRedisQueue, type RedisQueueOptions } from './redis/queue.ts';
export {
  type DropReason,
  type RedisWorkerOptions,
  runRedisWorker,
  type WorkerEvent,
  type WorkerReport,
} from './redis/worker.ts';
