/**
 * Calibrates the early stops of protocol `fast` on `cifar10-convnet`, from the rules of the yardstick (`yardstick.mjs`): what their
 * trainings look like early, against the mean of their rewards under `paper`.
 *
 *     npm run build && node bench/calibrate.mjs collect [--seeds 1]   early figures: appended to bench/yardstick/early.csv
 *     npm run build && node bench/calibrate.mjs fit                   src/evaluate/calibrated/cifar10-convnet.ts, and what it is worth
 *
 * Only what the tables lack is computed, so that both may be stopped and started at will, and fitted again as they grow.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { dataDirectory } from '../dist/data/index.js';
import { openEvaluator } from '../dist/evaluate/index.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1' }, seconds: { type: 'string', default: 'Infinity' } },
});

const TASK = 'cifar10-convnet';
const folder = new URL('yardstick/', import.meta.url);
const earlyFile = new URL('early.csv', folder);
const EARLY = 'key,seed,learningRate,loss,accuracy,status,steps,sweep,fingerprint\n';
process.env.NOS_ENGINE ??= 'native';

/** Rows of a table as objects; the last column may hold commas in quotes. */
function read(name) {
  const file = new URL(name, folder);
  if (!existsSync(file)) return [];
  const [head, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
  const names = head.split(',');
  return lines.map((line) => {
    const cells = line.match(/"[^"]*"|[^,]+/g) ?? [];
    return Object.fromEntries(names.map((column, i) => [column, cells[i]?.replace(/^"|"$/g, '')]));
  });
}

if (positionals[0] === 'collect') await collect();

/** Every rule that learns, in an order that is none, under `fast` as far as the end of its first epoch. */
async function collect() {
  const learning = read('rules.csv').filter(({ loss }) => Number(loss) < 2.2);
  const everyone = { largest: Number.POSITIVE_INFINITY, reward: [[0, 0]] };
  const noone = { smallest: Number.POSITIVE_INFINITY, reward: [[0, 0]] };
  const calibrationOf = () => ({ loss: everyone, epochs: [noone] });
  const evaluator = await openEvaluator({ task: TASK, directory: dataDirectory(process.env), calibrationOf });
  if (!existsSync(earlyFile)) writeFileSync(earlyFile, EARLY);
  const end = performance.now() + 1_000 * Number(values.seconds);
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const { key, rule } of learning.sort((a, b) => (a.key < b.key ? -1 : 1))) {
      if (performance.now() > end) break;
      if (read('early.csv').some((row) => row.key === key && Number(row.seed) === seed)) continue;
      const found = await evaluator.evaluate({
        rule,
        task: TASK,
        protocol: 'fast-filters',
        environment: 'none',
        seed,
      });
      const { learningRate, sweep, curve, status, steps, fingerprint } = found;
      const { loss } = sweep.find((point) => point.learningRate === learningRate) ?? { loss: Number.NaN };
      const points = sweep.map(
        (point) => `${point.learningRate.toExponential()}=${point.loss.toFixed(4)}/${point.steps}`,
      );
      const row = [
        key,
        seed,
        learningRate,
        loss,
        curve[0] ?? Number.NaN,
        status,
        steps,
        points.join(' '),
        fingerprint,
      ];
      appendFileSync(earlyFile, `${row.join(',')}\n`);
      console.error(`seed ${seed} ${rule}: loss ${loss.toFixed(3)}, accuracy ${curve[0]}`);
    }
  }
  await evaluator.close();
}
