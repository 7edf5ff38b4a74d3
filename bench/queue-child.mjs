// An evaluating process that trains nothing, for bench/queue.mjs and bench/scale-out.mjs: answers at once, or after one of the
// BENCH_DELAY_MS (as `200,300`), and reports meanwhile as often as training does, or never with BENCH_SILENT.
import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprint } from '../dist/evaluate/index.js';
import { resolveRule, ruleKey } from '../dist/rules/index.js';
import { packageVersion } from '../dist/version.js';

const DELAYS_MS = (process.env.BENCH_DELAY_MS ?? '0').split(',').map(Number);
const PROGRESS_EVERY_MS = 100;
const machine = { fingerprint: await fingerprint(), version: packageVersion };

process.on('disconnect', () => process.exit());
process.on('message', async ({ request }) => {
  const delay = DELAYS_MS[Math.floor(Math.random() * DELAYS_MS.length)];
  if (delay > 0) {
    const progress = { phase: 'sweep', learningRate: 0.1, done: 0.5 };
    const report = () => process.send({ type: 'progress', progress });
    const reports = process.env.BENCH_SILENT ? undefined : setInterval(report, PROGRESS_EVERY_MS);
    await sleep(delay);
    clearInterval(reports);
  }
  const evaluation = {
    ...request,
    key: ruleKey(resolveRule(request.rule)),
    learningRate: 1,
    edgeOfGrid: false,
    sweep: [],
    reward: 0.5,
    curve: [0.5],
    status: 'ok',
    steps: 0,
    seconds: 0,
    ...machine,
  };
  process.send({ type: 'done', evaluation });
});
process.send({ type: 'ready' });
