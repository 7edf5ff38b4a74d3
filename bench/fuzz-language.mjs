/**
 * Texts over the whole language, made by a seed, and what has to hold for each of them. Ends with 1 if anything does not.
 *
 *     npm run build && node bench/fuzz-language.mjs [--texts 1000000] [--seed 1]
 *
 * Of ten texts six are rules in random spellings, three are rules with some characters changed, and one is noise; one of a thousand is about as long
 * as a rule may be. A text is refused with a RuleError, or is a rule: then what is printed parses to the same expression, the canonical
 * form is its own, and has the key of the rule, also when its text is parsed. One text of 25 is stepped, compiled and interpreted, to equal
 * bits; and so is every tenth rule that has the key of an earlier one, beside that.
 */

import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { stream } from '../dist/random/index.js';
import {
  canonicalize,
  compileRule,
  interpretRule,
  operations,
  parseRule,
  printRule,
  RuleError,
  ruleKey,
} from '../dist/rules/index.js';

const all = [...operations.values()];
/** Written by name alone; `self` stands in recurrences only, as no other operation of its kind does. */
const LEAVES = all.filter(({ arity, kind }) => arity === 0 && kind !== 'self').map(({ name }) => name);
const CALLS = all.filter(({ arity, notation }) => arity > 0 && notation === undefined);
const INFIX = [
  ...all.flatMap(({ notation }) =>
    notation && notation.associativity !== 'prefix'
      ? [notation.symbol, notation.mirrored ?? notation.symbol]
      : [],
  ),
  ...['**', '×', '·', '÷', '−', '≤', '≥'],
];
const NUMBERS = [
  '0',
  '1',
  '2',
  '3',
  '-1',
  '.5',
  '1e-4',
  '1e-3',
  '0.9',
  '0.999',
  '-0.25',
  '1e30',
  '1e-30',
  '1e-320',
  '7',
  '64',
  '65',
  '1e300',
];
const COEFFICIENTS = [
  '0.9',
  '0.999',
  '0',
  '1',
  '0.3',
  '1 - 1e-3',
  '1 - t^-0.8',
  '0.9 * ld',
  '2',
  'g',
  '1e-4',
  'cd',
];
const ODDITIES = [
  ...'()+-*/^<>=,;:.eE_ 0123456789gmvwtT²⁻ε\u0000\u{1f600}',
  ' where(',
  ' self ',
  '1e999',
  'matrices: ',
  '; eval: ',
  'rec(',
  '\n',
];
const COMMON = ['g', 'g', 'm', 'w', 'v', 'ema(g, 0.9)', 'sign(g)', 'adam'];

/** Makes texts from a stream of random numbers. */
function maker(random) {
  const among = (list) => list[random.integer(list.length)];
  const chance = (share) => random.uniform() < share;

  function atom(inside) {
    if (inside && chance(0.3)) return 'self';
    if (chance(0.45)) return among(COMMON);
    return chance(0.5) ? among(LEAVES) : among(NUMBERS);
  }

  function called(depth, inside) {
    const { name, arity, kind, parameters } = among(CALLS);
    const inner = (within = inside) => rule(depth - 1, within);
    const args =
      kind === 'recurrence'
        ? [chance(0.8) ? among(['0', '1', 'g', 'w', '1e-6', '-2']) : inner(), inner(true)]
        : Array.from({ length: arity }, () => inner());
    return `${name}(${[...args, ...parameters.map(() => among(COEFFICIENTS))].join(among([', ', ',', ' , ']))})`;
  }

  function rule(depth, inside = false) {
    if (depth <= 0 || chance(0.12)) return atom(inside);
    const draw = random.uniform();
    if (draw < 0.42) return called(depth, inside);
    if (draw < 0.48) return `-${rule(depth - 1, inside)}`;
    if (draw < 0.54)
      return `(${rule(depth - 1, inside)})^${among(['2', '3', '0', '-1', '0.5', '-2', 'g', 't'])}`;
    const [x, y] = [rule(depth - 1, inside), chance(0.15) ? undefined : rule(depth - 1, inside)];
    const [left, right] = [chance(0.6) ? `(${x})` : x, y === undefined || chance(0.6) ? `(${y ?? x})` : y];
    return `${left}${among([' ', ''])}${among(INFIX)}${among([' ', ''])}${right}`;
  }

  /** A text that is a rule. */
  function valid(depth) {
    for (;;) {
      const text = rule(depth);
      try {
        parseRule(text);
        return text;
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
      }
    }
  }

  /** Sums, products and functions of rules, one in another or one after another, up to about as many nodes as a rule may have. */
  function long() {
    const deep = chance(0.5);
    let text = valid(3);
    for (const goal = 500 + 4_000 * random.uniform(); text.length < goal; ) {
      const joined = `(${valid(3)}) ${among(['+', '*', '-', '/'])} ${deep ? `(${text})` : text}`;
      text = deep
        ? among([
            joined,
            `exp(${joined})`,
            `ema(${joined}, 0.9)`,
            `norm(${joined}) * g`,
            `rec(0, max(self, ${joined}))`,
          ])
        : joined;
    }
    return text;
  }

  function labelled() {
    const parts = [
      ...['matrices', 'vectors', 'embeddings'].filter(() => chance(0.6)).map((kind) => `${kind}: ${rule(3)}`),
    ];
    const body = parts.length > 0 ? parts.join('; ') : rule(3);
    return chance(0.5) ? `${body}; eval: ${rule(2)}` : body;
  }

  function changed(text) {
    let characters = [...text];
    for (let times = 1 + random.integer(3); times > 0; times--) {
      const at = random.integer(characters.length + 1);
      const to = Math.min(characters.length, at + random.integer(6));
      const put = chance(0.5) ? [among(ODDITIES)] : chance(0.5) ? [] : characters.slice(to, to + 8);
      characters = [...characters.slice(0, at), ...put, ...characters.slice(chance(0.5) ? to : at)];
    }
    return characters.join('');
  }

  return () => {
    const draw = random.uniform();
    if (draw < 0.001) return long();
    if (draw < 0.04) return labelled();
    if (draw < 0.6) return rule(1 + random.integer(5));
    if (draw < 0.9) return changed(rule(1 + random.integer(4)));
    return Array.from({ length: random.integer(40) }, () => among([...ODDITIES, ...LEAVES, ...INFIX])).join(
      '',
    );
  };
}

const WEIGHTS = 13;
const TENSORS = [
  { offset: 0, size: 9 },
  { offset: 9, size: 1 },
  { offset: 10, size: 3 },
];
const INITIAL = Float32Array.of(0, -0, 1, -2.5, 1e-40, 3e38, NaN, Infinity, 0.1, 7, -1e-3, 2e-3, 0.5);
const GRADIENTS = [
  Float32Array.of(1, -0, 0, -1e-3, 1e-42, -2e38, 1, -Infinity, 0.01, -3, 2e-3, -0.5, 0),
  Float32Array.of(-1, 0, 2, -1e-3, 1e-3, 1e-3, 0.3, 1, -0.01, 3, 1e-3, 0.5, 1e-8),
  Float32Array.of(0.5, 1, -2, 1e-2, 1e-3, 1e-5, NaN, 1, -0.02, 0, 1e-3, -0.5, 1e-9),
];

/** The weights after every step, as bytes. */
function steps(prepared) {
  const stepper = prepared.start({ size: WEIGHTS, steps: GRADIENTS.length, seed: 1, tensors: TENSORS });
  const weights = INITIAL.slice();
  return GRADIENTS.map((gradient) => {
    const finite = stepper.step(weights, gradient, 0.1);
    // One NaN is as good as another.
    return `${finite} ${weights.map((w) => (Number.isNaN(w) ? NaN : w)).join()} ${weights.map((w) => (Object.is(w, -0) ? 1 : 0)).join('')}`;
  }).join('\n');
}

const STEPPED = 25;
/** Of so many keys the first rule is remembered. */
const REMEMBERED = 200_000;

/**
 * Checks texts.
 *
 * @returns How many there were; the most characters of a canonical form; the most milliseconds of processor time until a rule had its key, was
 *   printed and parsed again; and what did not hold, each with its text.
 */
export function fuzz({ texts, seed, progress = () => {} }) {
  const found = { texts, refused: 0, rules: 0, stepped: 0, equalKeys: 0, largest: 0, slowest: 0, faults: [] };
  const written = new Map();
  let next;
  for (let i = 0; i < texts; i++) {
    if (i % 1_000 === 0) next = maker(stream(seed, 'fuzz', i));
    if (i % 50_000 === 0) progress(i, found);
    const text = next();
    const fault = (what) => found.faults.push({ text, what });
    try {
      check(text, i, fault);
    } catch (error) {
      fault(error.stack);
    }
  }
  return found;

  function check(text, i, fault) {
    const start = process.cpuUsage();
    let rule;
    try {
      rule = parseRule(text);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      if (/\n/.test(error.message) || error.message.length > 300)
        fault(`a message of more than a line: ${error.message}`);
      found.refused++;
      return;
    }
    found.rules++;
    const printed = printRule(rule);
    if (!isDeepStrictEqual(parseRule(printed), rule))
      fault(`printed as ${printed}, which is another expression`);
    const canonical = canonicalize(rule);
    const normal = printRule(canonical);
    const key = ruleKey(rule);
    found.largest = Math.max(found.largest, normal.length);
    if (printRule(canonicalize(canonical)) !== normal) fault(`the canonical form ${normal} has another`);
    if (ruleKey(parseRule(normal)) !== key)
      fault(`the canonical form ${normal} has another key when it is parsed`);
    const { user, system } = process.cpuUsage(start);
    found.slowest = Math.max(found.slowest, (user + system) / 1000);
    const before = written.get(key);
    if (before === undefined && written.size < REMEMBERED) written.set(key, printed);
    const isCopy = before !== undefined && before !== printed;
    if (isCopy) found.equalKeys++;
    if (i % STEPPED !== 0 && !(isCopy && found.equalKeys % 10 === 0)) return;
    found.stepped++;
    const compiled = steps(compileRule(rule));
    if (compiled !== steps(interpretRule(rule))) fault('compiled and interpreted step differently');
    if (isCopy && compiled !== steps(compileRule(parseRule(before))))
      fault(`steps differently from ${before}, of the same key`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { texts: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
  });
  const begin = performance.now();
  const found = fuzz({
    texts: Number(values.texts),
    seed: Number(values.seed),
    progress: (i, { faults }) => process.stderr.write(`${i} texts, ${faults.length} faults\n`),
  });
  const { faults, ...counts } = found;
  console.log({ ...counts, faults: faults.length, seconds: Math.round((performance.now() - begin) / 1000) });
  for (const { text, what } of faults.slice(0, 20)) console.log(`${JSON.stringify(text)}: ${what}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
