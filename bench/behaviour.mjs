// What the behaviour of rules tells: how long a hash takes, how many keys of some spaces it joins and whether any two rules of one hash, or
// of one shape up to their scales, step differently elsewhere, and how near random rules are to each other.
// Run after `npm run build`: node bench/behaviour.mjs
import { stream } from '../dist/random/index.js';
import {
  behaviourHash,
  behaviourOf,
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
  uniformTokens,
} from '../dist/rules/index.js';

const SEED = 1;
/** Of the fresh training on which rules of one hash are held against each other. */
const STEPS = 8;
const COPIES = 256;
/** Of so many rules of one hash every pair is looked at: some thousands of rules are 0, or never finite. */
const MOST_OF_ONE_HASH = 200;

function speed() {
  for (const text of ['g', 'adam', 'drop(m, 0.3) * exp(1e-3 * w)']) {
    const rule = parseRule(text);
    const times = [];
    for (let i = 0; i < 1500; i++) {
      const start = process.hrtime.bigint();
      behaviourOf(rule);
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

const LEARNING_RATE = 2 ** 30;
/** What is lost of an update where it is added to the weight. */
const lost = steps.flatMap(({ weights }) =>
  weights.map((w) => 1e-12 + (2 ** -22 * Math.abs(w)) / LEARNING_RATE),
);

/** Means and variances of a rule's updates, as it is trained with, history by history and step by step. */
function updates(rule) {
  const copies = /noise|drop/.test(printRule(rule)) ? COPIES : 1;
  const size = HISTORIES * copies;
  const stepper = compileRule(rule).start({ size, steps: STEPS, seed: SEED });
  const copied = (values) => Float32Array.from({ length: size }, (_, i) => values[Math.floor(i / copies)]);
  const means = [];
  const variances = [];
  for (const { gradient, weights } of steps) {
    const before = copied(weights);
    const after = before.slice();
    stepper.step(after, copied(gradient), LEARNING_RATE);
    const moved = Float64Array.from(after, (w, i) => (before[i] - w) / LEARNING_RATE);
    for (let h = 0; h < HISTORIES; h++) {
      const own = moved.subarray(h * copies, (h + 1) * copies);
      const mean = own.reduce((sum, value) => sum + value, 0) / copies;
      means.push(mean);
      variances.push(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / copies);
    }
  }
  return { copies, means, variances };
}

/**
 * Within rounding; means over copies within seven standard errors, as millions of them are compared.
 *
 * @param factor What y's updates are multiplied by.
 */
function agree(x, y, factor) {
  return x.means.every((a, i) => {
    const b = factor * y.means[i];
    if (Object.is(a, b) || Math.abs(a) === Infinity) return Object.is(a, b);
    const error = 7 * Math.sqrt(x.variances[i] / x.copies + (factor ** 2 * y.variances[i]) / y.copies);
    const slack = lost[i] * Math.max(1, factor);
    return Math.abs(a - b) <= error + 1e-4 * Math.max(Math.abs(a), Math.abs(b)) + slack;
  });
}

/** Rules of a space by key: all, or those of so many random strings. */
function rulesOf(name, options, count) {
  const space = findSpace(name, options);
  const draws = stream(SEED, 'rules', name);
  const drawn = function* () {
    for (let i = 0; i < count; i++) yield uniformTokens(space, draws);
  };
  const byKey = new Map();
  for (const tokens of count === undefined ? strings(space) : drawn()) {
    const rule = canonicalize(decode(space, tokens));
    byKey.set(ruleKey(rule), rule);
  }
  return { name: space.name, rules: [...byKey.values()] };
}

/**
 * Holds the rules of one hash, and those of one shape, against each other on a fresh training.
 *
 * @returns Pairs looked at.
 */
function joined({ name, rules }) {
  const behaviours = rules.map((rule) => ({ rule, ...behaviourOf(rule) }));
  let pairs = 0;
  for (const by of ['hash', 'shape']) {
    const groups = new Map();
    for (const one of behaviours) groups.set(one[by], [...(groups.get(one[by]) ?? []), one]);
    let count = 0;
    const wrong = [];
    for (const group of groups.values()) {
      if (group.length === 1) continue;
      const known = group.slice(0, MOST_OF_ONE_HASH).map((one) => ({ ...one, updates: updates(one.rule) }));
      known.forEach((one, i) => {
        for (const other of known.slice(0, i)) {
          if (by === 'shape' && one.hash === other.hash) continue;
          count++;
          if (agree(one.updates, other.updates, by === 'hash' ? 1 : one.scale / other.scale)) continue;
          wrong.push(`${printRule(one.rule)} and ${printRule(other.rule)}`);
        }
      });
    }
    console.log(
      `${name}: ${rules.length} keys, ${groups.size} of ${by}; ${count} pairs of equal ${by} and different keys: ${wrong.length} step differently elsewhere`,
    );
    for (const pair of wrong.slice(0, 20)) console.log(`  ${pair}`);
    pairs += count;
  }
  return pairs;
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
const pairs = [
  rulesOf('icml2017', { iterations: 1 }),
  rulesOf('icml2017', { iterations: 2 }, 60_000),
  rulesOf('signs', { iterations: 3 }, 8_000),
  rulesOf('quick', { iterations: 3 }, 20_000),
  rulesOf('modern2026', { iterations: 2 }, 25_000),
].reduce((sum, rules) => sum + joined(rules), 0);
console.log(`${pairs} pairs in all`);
