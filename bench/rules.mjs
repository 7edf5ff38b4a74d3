// Rules per second (parse, canonicalise, hash, compile), and how well keys tell the rules of the one-iteration icml2017
// space apart. Run after `npm run build`: node bench/rules.mjs [--show]
import { createHash } from 'node:crypto';
import { stream } from '../dist/random/index.js';
import {
  canonicalize,
  compileRule,
  decode,
  decoder,
  findSpace,
  interpretRule,
  parseRule,
  positions,
  printRule,
  ruleKey,
  uniformTokens,
} from '../dist/rules/index.js';

const SEED = 1;
const RULES = 20_000;
const COMPILED = 2_000;
const ROUNDS = 5;
/** The training in which rules are told apart. */
const WEIGHTS = 64;
const STEPS = 3;

const show = process.argv.includes('--show');

/** Rules per second of processor time: the best of a few rounds, on fresh objects each time, so that nothing is remembered from the round before. */
function rate(name, count, prepare, run) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const items = prepare();
    const start = process.cpuUsage();
    for (const item of items) run(item);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1e6);
  }
  console.log(
    `${name.padEnd(44)} ${Math.round(count / best)
      .toLocaleString('en-US')
      .padStart(10)} rules/s of processor time`,
  );
}

function randomTexts(space, count) {
  const random = stream(SEED, 'bench');
  const sizes = positions(space).map(({ size }) => size);
  return Array.from({ length: count }, () =>
    printRule(
      decode(
        space,
        sizes.map((size) => random.integer(size)),
      ),
    ),
  );
}

function speeds() {
  const space = findSpace('icml2017', { iterations: 2 });
  const texts = randomTexts(space, RULES);
  console.log(
    `random rules of icml2017 with 2 iterations, best of ${ROUNDS} rounds, one core of node ${process.version}`,
  );
  const { key } = decoder(space);
  const random = stream(SEED, 'strings');
  const draws = () => Array.from({ length: RULES });
  rate('sample, canonicalise and hash', RULES, draws, () => key(uniformTokens(space, random)));
  rate('parse', RULES, () => texts, parseRule);
  rate('canonicalise (parsed, nothing remembered)', RULES, () => texts.map(parseRule), canonicalize);
  rate('hash (of canonical forms)', RULES, () => texts.map((text) => canonicalize(parseRule(text))), ruleKey);
  rate(
    'parse, canonicalise and hash',
    RULES,
    () => texts,
    (text) => ruleKey(parseRule(text)),
  );
  rate(
    'compile (canonical form to a step function)',
    COMPILED,
    () => texts.slice(0, COMPILED).map(parseRule),
    compileRule,
  );
}

const random = stream(SEED, 'inputs');
/** Normal numbers over nine magnitudes, so that clips are met on both sides and small terms show. */
const numbers = () =>
  Float32Array.from({ length: WEIGHTS }, () => random.normal() * 10 ** (1 - 9 * random.uniform()));
const initial = numbers();
const gradients = Array.from({ length: STEPS }, numbers);

/** A hash of the bits of the weights after every step. */
function behaviour(rule) {
  const stepper = interpretRule(rule).start({ size: WEIGHTS, steps: STEPS, seed: SEED });
  const weights = initial.slice();
  const hash = createHash('sha256');
  for (const gradient of gradients) {
    stepper.step(weights, gradient, 1);
    hash.update(weights);
  }
  return hash.digest('base64');
}

function* tokenStrings(sizes, prefix = []) {
  if (prefix.length === sizes.length) yield prefix;
  else
    for (let token = 0; token < sizes[prefix.length]; token++) yield* tokenStrings(sizes, [...prefix, token]);
}

function separation() {
  const space = findSpace('icml2017', { iterations: 1 });
  const byKey = new Map();
  let strings = 0;
  for (const tokens of tokenStrings(positions(space).map(({ size }) => size))) {
    strings++;
    const rule = decode(space, tokens);
    const key = ruleKey(rule);
    if (!byKey.has(key)) byKey.set(key, canonicalize(rule));
  }
  const byBehaviour = new Map();
  for (const rule of byKey.values()) {
    const bits = behaviour(rule);
    byBehaviour.set(bits, [...(byBehaviour.get(bits) ?? []), rule]);
  }
  const spare = byKey.size - byBehaviour.size;
  console.log(`icml2017 with 1 iteration: ${strings} strings, ${byKey.size} keys`);
  console.log(
    `stepped ${STEPS} times on ${WEIGHTS} random weights: ${byBehaviour.size} different results; ` +
      `${spare} keys (${((100 * spare) / byKey.size).toFixed(1)} %) are numerically equal to another there`,
  );
  if (show) showGroups([...byBehaviour.values()].filter((rules) => rules.length > 1));
}

function showGroups(groups) {
  groups.sort((a, b) => b.length - a.length);
  for (const rules of groups.filter((_, i) => i % Math.ceil(groups.length / 40) === 0)) {
    console.log(`${rules.length} keys: ${rules.slice(0, 4).map(printRule).join('   |   ')}`);
  }
}

speeds();
separation();
