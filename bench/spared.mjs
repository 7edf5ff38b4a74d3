// What share of a search's proposals needs no training: rules that were proposed before, that do what an earlier one does, that differ from an
// earlier one by a power of ten alone, and that cannot learn. Of uniform samples; or of the proposals of a run in a store, as
// `nos log RUN --json` prints them. Run after `npm run build`: node bench/spared.mjs [FILE]
import { readFileSync } from 'node:fs';
import { stream } from '../dist/random/index.js';
import {
  behaviourOf,
  decoder,
  findSpace,
  parseRule,
  rejection,
  ruleKey,
  uniformTokens,
} from '../dist/rules/index.js';

const SEED = 1;
const SAMPLES = 2_000;

function shares(name, rules) {
  const keys = new Set();
  const hashes = new Set();
  const shapes = new Set();
  const counts = { rejected: 0, 'same key': 0, 'same behaviour': 0, rescaled: 0, 'to train': 0 };
  const reasons = {};
  let seconds = 0;
  for (const rule of rules) {
    const start = process.cpuUsage();
    const key = ruleKey(rule);
    const { hash, shape } = behaviourOf(rule);
    const reason = rejection(rule);
    const { user, system } = process.cpuUsage(start);
    seconds += (user + system) / 1e6;
    const known = keys.has(key)
      ? 'same key'
      : hashes.has(hash)
        ? 'same behaviour'
        : shapes.has(shape)
          ? 'rescaled'
          : undefined;
    if (reason !== undefined) {
      counts.rejected++;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    } else counts[known ?? 'to train']++;
    keys.add(key);
    hashes.add(hash);
    shapes.add(shape);
  }
  const share = (count) => `${((100 * count) / rules.length).toFixed(1)} %`;
  const list = Object.entries(counts).map(([what, count]) => `${what} ${share(count)}`);
  console.log(
    `${name}, ${rules.length} proposals: ${list.join(', ')}; ${((1e3 * seconds) / rules.length).toFixed(2)} ms of processor time each`,
  );
  for (const [reason, count] of Object.entries(reasons)) console.log(`  ${reason}: ${share(count)}`);
}

const [, , file] = process.argv;
if (file === undefined) {
  for (const iterations of [1, 2, 3]) {
    const space = findSpace('icml2017', { iterations });
    const { rule } = decoder(space);
    const random = stream(SEED, 'spared', iterations);
    shares(
      `uniform samples of ${space.name}`,
      Array.from({ length: SAMPLES }, () => rule(uniformTokens(space, random))),
    );
  }
} else {
  const { evaluations } = JSON.parse(readFileSync(file, 'utf8'));
  const proposed = evaluations.filter(({ role }) => role === 'proposal').map(({ rule }) => parseRule(rule));
  shares(file, proposed);
}
