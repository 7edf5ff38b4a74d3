// A worker of bench/queue.mjs: `node queue-worker.mjs URL`. Says when each evaluation starts.
import { fileURLToPath } from 'node:url';
import { runRedisWorker } from '../dist/dispatch/index.js';

const stop = new AbortController();
process.on('SIGTERM', () => stop.abort());
await runRedisWorker({
  url: process.argv[2],
  directory: '.',
  concurrency: 1,
  signal: stop.signal,
  program: fileURLToPath(new URL('queue-child.mjs', import.meta.url)),
  onEvent: ({ type }) => {
    if (type === 'started' || type === 'joined') process.send({ type, at: Date.now() });
  },
});
process.disconnect();
