/**
 * Holds exported optimizers against the interpreter at full size: 200 random rules of each space and the whole catalogue, 1,000 steps, in
 * PyTorch, NumPy, C, JavaScript and TensorFlow.js. `node bench/exports.mjs FOLDER` makes the parts that the folder lacks, one after
 * another, each in some minutes, and prints what all parts so far show; with `--one` it stops after one part. What does not agree ends
 * it, with status 1; the last part leaves status 3 with `--one`, so that a loop ends.
 *
 *   while node bench/exports.mjs /tmp/exports --one; do :; done
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const [RULES, STEPS, PARTS] = [200, 1000, 24];
// The other targets run on the shape of their interface alone, at the size of the test suite.
const TESTS = '^(?!.*(shape of|maximizes)).*(steps as the interpreter|is sure)';

const [folder, only] = process.argv.slice(2);
if (folder === undefined) throw new Error('which folder? node bench/exports.mjs FOLDER');
mkdirSync(folder, { recursive: true });
const fileOf = (part) => join(folder, `part-${part}-of-${PARTS}.jsonl`);
const missing = Array.from({ length: PARTS }, (_, i) => i + 1).filter((part) => !existsSync(fileOf(part)));
for (const part of only === '--one' ? missing.slice(0, 1) : missing) {
  const figures = `${fileOf(part)}.part`;
  rmSync(figures, { force: true });
  const variables = {
    EXPORT_RULES: RULES,
    EXPORT_STEPS: STEPS,
    EXPORT_PART: `${part}/${PARTS}`,
    EXPORT_FIGURES: figures,
  };
  const { status } = spawnSync('npx', ['vitest', 'run', 'test/exports.test.ts', '--testNamePattern', TESTS], {
    stdio: 'inherit',
    env: { ...process.env, ...variables },
  });
  if (status !== 0) process.exit(1);
  renameSync(figures, fileOf(part));
}
print();
if (only === '--one' && missing.length < 2) process.exit(3);

/** A row per target: its rules, and the largest distance from the interpreter as a share of the way travelled. */
function print() {
  const parts = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const lines = parts.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
  const targets = [...new Set(lines.map(({ target }) => target))];
  console.log(`${parts.length} of ${PARTS} parts, ${STEPS} steps`);
  for (const target of targets) {
    const all = lines.filter((line) => line.target === target);
    const sum = (name) => all.reduce((total, line) => total + line[name], 0);
    const largest = (name) => Math.max(...all.map((line) => line[name])).toExponential(1);
    if (target === 'reference')
      console.log(`rules that rounding does not decide: ${sum('sure')} of ${sum('rules')}`);
    else if (target !== 'tensorflowjs')
      console.log(`${target}: ${sum('rules')} rules, at most ${largest('distance')} of the way`);
    else {
      const [shares, bounds] = ['shares', 'bounds'].map((name) =>
        all.flatMap((line) => line[name]).sort((a, b) => a - b),
      );
      const median = (sorted) => sorted[sorted.length >> 1].toExponential(1);
      console.log(
        `${target}: ${sum('rules')} rules, ${shares.length} weights, ${median(shares)} of the way in the median and at most ` +
          `${shares.at(-1).toExponential(1)}; bounds of ${median(bounds)} in the median, of which at most ${largest('used')} is used`,
      );
    }
  }
}
