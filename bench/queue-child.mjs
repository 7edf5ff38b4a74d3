// An evaluating process that trains nothing, for bench/queue.mjs: answers at once, or after BENCH_DELAY_MS, and reports meanwhile as
// often as training does.
import { setTimeout as sleep } from 'node:timers/promises';

const DELAY_MS = Number(process.env.BENCH_DELAY_MS ?? 0);
const PROGRESS_EVERY_MS = 100;

process.on('disconnect', () => process.exit());
process.on('message', async ({ request }) => {
  if (DELAY_MS > 0) {
    const progress = { phase: 'sweep', learningRate: 0.1, done: 0.5 };
    const reports = setInterval(() => process.send({ type: 'progress', progress }), PROGRESS_EVERY_MS);
    await sleep(DELAY_MS);
    clearInterval(reports);
  }
  const evaluation = {
    ...request,
    key: 'none',
    learningRate: 1,
    edgeOfGrid: false,
    sweep: [],
    reward: 0.5,
    curve: [0.5],
    status: 'ok',
    steps: 0,
    seconds: 0,
    fingerprint: 'none',
    version: 'none',
  };
  process.send({ type: 'done', evaluation });
});
process.send({ type: 'ready' });
