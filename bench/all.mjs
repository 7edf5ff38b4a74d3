// Every benchmark of speed, one after another, each in a process of its own: the figures of the documentation.
//   npm run bench
// On a quiet machine, about twenty minutes. Not among them: controller-learning.mjs (how the controller's defaults were
// chosen), reference.mjs (the reference rules under protocol `paper`) and scale-out.mjs --measure (a search on many workers, from
// figures that some of these print), which take many minutes each.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BENCHMARKS = [
  'rules.mjs',
  'rule-steps.mjs',
  'tensor-steps.mjs',
  'engine.mjs',
  'step.mjs',
  'wide-resnet.mjs',
  'lstm.mjs',
  'native.mjs',
  'controller.mjs',
  'coordinator.mjs',
  'protocols.mjs',
  'evaluating.mjs',
  'task-command.mjs',
];
const WITH_REDIS = ['queue.mjs', 'workers.mjs'];

const redis = spawnSync('redis-server', ['--version']).status === 0;
if (!redis) console.log(`no redis-server here: ${WITH_REDIS.join(' and ')} are left out`);
let failures = 0;
for (const name of [...BENCHMARKS, ...(redis ? WITH_REDIS : [])]) {
  console.log(`\n== bench/${name}\n`);
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) failures++;
}
process.exitCode = failures === 0 ? 0 : 1;
