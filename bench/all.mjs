// Every benchmark of speed, one after another, each in a process of its own: the figures of the documentation.
//   npm run bench
// On a quiet machine, about ten minutes. Not among them: controller-learning.mjs (how the controller's defaults were
// chosen) and reference.mjs (the reference rules under protocol `paper`), which take many minutes each.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BENCHMARKS = [
  'rules.mjs',
  'rule-steps.mjs',
  'engine.mjs',
  'step.mjs',
  'wide-resnet.mjs',
  'controller.mjs',
  'protocols.mjs',
];

let failures = 0;
for (const name of BENCHMARKS) {
  console.log(`\n== bench/${name}\n`);
  const script = fileURLToPath(new URL(name, import.meta.url));
  const { status } = spawnSync(process.execPath, [script], { stdio: 'inherit' });
  if (status !== 0) failures++;
}
process.exitCode = failures === 0 ? 0 : 1;
