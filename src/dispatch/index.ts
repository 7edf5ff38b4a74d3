export * from './dispatcher.ts';
export { type LocalPoolOptions, openLocalPool } from './local-pool.ts';
export { listWorkers, type RedisOverview } from './redis/overview.ts';
export { openRedisQueue, type RedisQueueOptions } from './redis/queue.ts';
export { type RedisWorkerOptions, runRedisWorker, type WorkerReport } from './redis/worker.ts';
export type { DropReason, WorkerEvent } from './redis/worker-events.ts';
