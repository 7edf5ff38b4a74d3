/**
 * Evaluates every rule of the tabulated landscape (`src/bakeoff/tabulated.ts`) once, and writes the table that the project ships:
 *
 *     npm run build && node bench/tabulate.mjs [--workers 2] [-o assets/landscapes/digits-mlp.json.gz]
 *
 * About ten minutes of one core. Rewards go to FILE.jsonl as they come, and those that it has are not evaluated again.
 */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { tabulatedSpace } from '../dist/bakeoff/index.js';
import { dataDirectory } from '../dist/data/index.js';
import { openLocalPool } from '../dist/dispatch/index.js';
import { decode, positions, printRule, ruleKey } from '../dist/rules/index.js';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    output: { type: 'string', short: 'o', default: 'assets/landscapes/digits-mlp.json.gz' },
  },
});
const request = { task: 'digits-mlp', protocol: 'quick', seed: 1 };
/** Of the digits' validation split. */
const EXAMPLES = 300;
const journal = `${values.output}.jsonl`;

/** The index of every string's rule, in the order of `strings`, and the rules, each once. */
const rules = new Map();
const ruleOf = allStrings(positions(tabulatedSpace).map(({ size }) => size)).map((tokens) => {
  const expression = decode(tabulatedSpace, tokens);
  const key = ruleKey(expression);
  if (!rules.has(key)) rules.set(key, printRule(expression));
  return key;
});

const done = new Map(existsSync(journal) ? readLines(readFileSync(journal, 'utf8')) : []);
appendFileSync(journal, '\n');
const pool = openLocalPool({ workers: Number(values.workers), directory: dataDirectory(process.env) });
const start = performance.now();
const missing = [...rules].filter(([key]) => !done.has(key));
console.error(`${rules.size} rules of ${ruleOf.length} strings, ${missing.length} to evaluate`);
for (let from = 0; from < missing.length; from += 500) {
  await Promise.all(missing.slice(from, from + 500).map(([, rule]) => evaluate(rule)));
  console.error(`${done.size}/${rules.size}  ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
await pool.close();

const evaluations = [...done.values()];
const { fingerprint, version } = evaluations[0];
if (evaluations.some((one) => one.fingerprint !== fingerprint))
  throw new Error(`${journal}: of two machines`);
const { operands, unary, binary } = tabulatedSpace;
const table = {
  ...request,
  space: { operands, unary, binary },
  examples: EXAMPLES,
  rules: rules.size,
  version,
  fingerprint,
  counts: ruleOf.map((key) => countOf(done.get(key).reward)),
};
writeFileSync(values.output, gzipSync(JSON.stringify(table), { level: 9 }));
rmSync(journal);
console.error(`${values.output}: ${rules.size} rules, ${((performance.now() - start) / 1000).toFixed(0)} s`);

async function evaluate(rule) {
  const { key, reward, fingerprint, version, status } = await pool.evaluate({ ...request, rule });
  if (status === 'failed') throw new Error(`${key}: ${rule} failed; start this again`);
  const evaluation = { key, reward, fingerprint, version };
  appendFileSync(journal, `${JSON.stringify(evaluation)}\n`);
  done.set(key, evaluation);
}

/** Evaluations by key; a line may have been cut off by a kill. */
function readLines(text) {
  return text.split('\n').flatMap((line) => {
    try {
      const evaluation = JSON.parse(line);
      return [[evaluation.key, evaluation]];
    } catch {
      return [];
    }
  });
}

/** All token strings, in lexicographic order. */
function allStrings(sizes) {
  return sizes.reduce(
    (prefixes, size) =>
      prefixes.flatMap((prefix) => Array.from({ length: size }, (_, token) => [...prefix, token])),
    [[]],
  );
}

function countOf(reward) {
  const count = Math.round(reward * EXAMPLES);
  if (Math.abs(count / EXAMPLES - reward) > 1e-9) throw new Error(`${reward} is no share of ${EXAMPLES}`);
  return count;
}
