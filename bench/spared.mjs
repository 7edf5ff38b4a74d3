// What share of a search's proposals needs no training: rules that were proposed before, that do what an earlier one does, that differ from an
// earlier one by a power of ten alone, that are near copies of an earlier one, and that cannot learn. Of uniform samples; or of the proposals of a
// table of `nos table`. If these were all trained, as those of a run under `fast-near` are, it also tells how far the reward of a near copy
// lies from that of the rule that would have stood for it. Run after `npm run build`: node bench/spared.mjs [TABLE]
import { stream } from '../dist/random/index.js';
import {
  behaviourOf,
  decoder,
  findSpace,
  isNearCopy,
  likenessOf,
  parseRule,
  rejection,
  ruleKey,
  uniformTokens,
} from '../dist/rules/index.js';
import { proposalsOf } from './table-of-run.mjs';

const SEED = 1;
const SAMPLES = 2_000;

/** @param proposals Rules in the order of the run, with their rewards if they were trained. */
function shares(name, proposals) {
  const keys = new Set();
  const hashes = new Set();
  const shapes = new Set();
  const apart = [];
  const counts = {
    rejected: 0,
    'same key': 0,
    'same behaviour': 0,
    rescaled: 0,
    'near copy': 0,
    'to train': 0,
  };
  const reasons = {};
  const differences = [];
  let seconds = 0;
  for (const { rule, status, reward } of proposals) {
    const start = process.cpuUsage();
    const key = ruleKey(rule);
    const { hash, shape } = behaviourOf(rule);
    const likeness = likenessOf(rule);
    const reason = rejection(rule);
    const first = apart.find((one) => isNearCopy(one.likeness, likeness));
    const { user, system } = process.cpuUsage(start);
    seconds += (user + system) / 1e6;
    const known = keys.has(key)
      ? 'same key'
      : hashes.has(hash)
        ? 'same behaviour'
        : shapes.has(shape)
          ? 'rescaled'
          : first && learns(first.status)
            ? 'near copy'
            : undefined;
    if (reason !== undefined) {
      counts.rejected++;
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    } else counts[known ?? 'to train']++;
    if (reason === undefined && known === 'near copy' && reward !== undefined) {
      differences.push({ by: Math.abs(reward - first.reward), status });
    }
    keys.add(key);
    hashes.add(hash);
    shapes.add(shape);
    if (first === undefined) apart.push({ likeness, status, reward });
  }
  const share = (count) => `${((100 * count) / proposals.length).toFixed(1)} %`;
  const list = Object.entries(counts).map(([what, count]) => `${what} ${share(count)}`);
  console.log(
    `${name}, ${proposals.length} proposals: ${list.join(', ')}; ${((1e3 * seconds) / proposals.length).toFixed(2)} ms of processor time each`,
  );
  for (const [reason, count] of Object.entries(reasons)) console.log(`  ${reason}: ${share(count)}`);
  if (differences.length === 0) return;
  const sorted = differences.map(({ by }) => by).sort((a, b) => a - b);
  const at = (part) => sorted[Math.min(Math.floor(part * sorted.length), sorted.length - 1)].toFixed(5);
  const lost = differences.filter(({ status }) => !learns(status)).length;
  console.log(
    `  ${sorted.length} near copies were trained: their rewards lie ${at(0.5)} (median), ${at(0.9)} (nine of ten), ${at(0.99)} (99 of 100) from those of the rules that would have stood for them; ${lost} did not learn`,
  );
}

const learns = (status) => status === undefined || status === 'ok' || status === 'stopped';

const [, , file] = process.argv;
if (file === undefined) {
  for (const iterations of [1, 2, 3]) {
    const space = findSpace('icml2017', { iterations });
    const { rule } = decoder(space);
    const random = stream(SEED, 'spared', iterations);
    shares(
      `uniform samples of ${space.name}`,
      Array.from({ length: SAMPLES }, () => ({ rule: rule(uniformTokens(space, random)) })),
    );
  }
} else {
  const proposed = proposalsOf(file).map(({ rule, status, reward }) => ({
    ...{ rule: parseRule(rule), status, reward: Number(reward) },
  }));
  shares(file, proposed);
}
