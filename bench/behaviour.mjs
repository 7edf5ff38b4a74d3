// What the behaviour of rules tells: how long a hash takes, how many of the one-iteration icml2017 space's keys it joins and whether
// any two of one hash step differently elsewhere, and how near random rules are to each other.
// Run after `npm run build`: node bench/behaviour.mjs
import { stream } from '../dist/random/index.js';
import {
  behaviourHash,
  canonicalize,
  compileRule,
  decode,
  distance,
  findSpace,
  ordinaryUpdates,
  parseRule,
  positions,
  printRule,
  ruleKey,
  strings,
} from '../dist/rules/index.js';

const SEED = 1;
/** Of the fresh training on which rules of one hash are held against each other. */
const STEPS = 8;
const COPIES = 256;
/** Pairs are counted up to so many members of one hash: some thousands of rules are 0, or never finite. */
const MOST_OF_ONE_HASH = 700;

function speed() {
  for (const text of ['g', 'adam', 'drop(m, 0.3) * exp(1e-3 * w)']) {
    const rule = parseRule(text);
    const times = [];
    for (let i = 0; i < 1500; i++) {
      const start = process.hrtime.bigint();
      behaviourHash(rule);
      times.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    const [median] = times
      .slice(500)
      .sort((a, b) => a - b)
      .slice(500);
    console.log(`hash of ${text}: ${median.toFixed(3)} ms, warm, median of 1,000`);
  }
}

const random = stream(SEED, 'inputs');
const HISTORIES = 32;
/** Every history has magnitudes of its own for gradients and weights, and zeros among them; a third has ordinary ones. */
const ranges = Array.from({ length: HISTORIES }, (_, i) =>
  i % 3 === 0 ? [-2, -0.5] : [random.uniform() * 28 - 18, random.uniform() * 12 - 6],
);
const value = (decade) =>
  random.uniform() < 0.08 ? 0 : 10 ** (decade + random.uniform() - 0.5) * (random.uniform() < 0.5 ? -1 : 1);
const steps = Array.from({ length: STEPS }, () => ({
  gradient: ranges.map(([g]) => value(g)),
  weights: ranges.map(([, w]) => value(w)),
}));

/** Means and variances of a rule's updates, as it is trained with, history by history and step by step. */
function updates(rule) {
  const copies = /noise|drop/.test(printRule(rule)) ? COPIES : 1;
  const size = HISTORIES * copies;
  const stepper = compileRule(rule).start({ size, steps: STEPS, seed: SEED });
  const copied = (values) => Float32Array.from({ length: size }, (_, i) => values[Math.floor(i / copies)]);
  const means = [];
  const variances = [];
  for (const { gradient, weights } of steps) {
    const updated = copied(weights);
    stepper.step(updated, copied(gradient), 2 ** 30);
    for (let h = 0; h < HISTORIES; h++) {
      const own = updated.subarray(h * copies, (h + 1) * copies);
      const mean = own.reduce((sum, value) => sum + value, 0) / copies;
      means.push(mean);
      variances.push(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / copies);
    }
  }
  return { copies, means, variances };
}

/** Within rounding; means over copies within seven standard errors, as millions of them are compared. */
function agree(x, y) {
  return x.means.every((a, i) => {
    const b = y.means[i];
    if (Object.is(a, b) || Math.abs(a) === Infinity) return Object.is(a, b);
    const error = 7 * Math.sqrt(x.variances[i] / x.copies + y.variances[i] / y.copies);
    return Math.abs(a - b) <= error + 1e-4 * Math.max(Math.abs(a), Math.abs(b)) + 1e-3;
  });
}

function joined() {
  const space = findSpace('icml2017', { iterations: 1 });
  const byKey = new Map();
  for (const tokens of strings(space)) {
    const rule = decode(space, tokens);
    const key = ruleKey(rule);
    if (!byKey.has(key)) byKey.set(key, canonicalize(rule));
  }
  const groups = new Map();
  for (const rule of byKey.values()) {
    const hash = behaviourHash(rule);
    groups.set(hash, [...(groups.get(hash) ?? []), rule]);
  }
  console.log(`${space.name}: ${byKey.size} keys, ${groups.size} behaviour hashes`);
  let pairs = 0;
  const wrong = [];
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const known = group.slice(0, MOST_OF_ONE_HASH).map((rule) => [rule, updates(rule)]);
    known.forEach(([one, x], i) => {
      for (const [other, y] of known.slice(0, i)) {
        pairs++;
        if (!agree(x, y)) wrong.push(`${printRule(one)} and ${printRule(other)}`);
      }
    });
  }
  console.log(`${pairs} pairs of equal hash and different keys: ${wrong.length} step differently elsewhere`);
  for (const pair of wrong.slice(0, 20)) console.log(`  ${pair}`);
}

const EDGES = [0, 1e-4, 1e-3, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, Infinity];

function distances(name) {
  const space = findSpace(name);
  const sizes = positions(space).map(({ size }) => size);
  const draws = stream(SEED, 'distances', name);
  const rules = new Map();
  while (rules.size < 500) {
    const rule = decode(
      space,
      sizes.map((size) => draws.integer(size)),
    );
    rules.set(behaviourHash(rule), rule);
  }
  const all = [...rules.values()].map(ordinaryUpdates);
  const counts = EDGES.slice(1).map(() => 0);
  all.forEach((x, i) => {
    for (const y of all.slice(0, i)) {
      const d = distance(x, y);
      const bin = EDGES.findIndex((edge, k) => d >= edge && d < (EDGES[k + 1] ?? Infinity));
      if (bin >= 0 && bin < counts.length) counts[bin]++;
    }
  });
  const shown = counts.map((count, k) => `${EDGES[k]}–${EDGES[k + 1]}: ${count}`);
  console.log(
    `${space.name}: pairs of 500 random rules of different behaviour, by distance\n  ${shown.join('   ')}`,
  );
}

speed();
distances('quick');
distances('icml2017');
joined();
