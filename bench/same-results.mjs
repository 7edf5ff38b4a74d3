// Do two states of this project give the same numbers? With one seed, to the bit:
//
//     node bench/same-results.mjs COMMIT [--only WORD]
//
// builds COMMIT in a scratch folder beside the working tree's own build, runs the same commands in both (a search of 100 rules on
// digits-mlp by each strategy and algorithm, compare, eval, card, Figure 6), and compares what they print as documents and
// what their stores hold. Times, versions and names of places are left out. The store of COMMIT is then opened by
// the working tree, which must print the same of it. Exit code 1 where anything differs. Ten minutes of a core.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { root, withCommit } from './other-commit.mjs';

const [commit, flag, word] = process.argv.slice(2);
if (!commit) throw new Error('usage: node bench/same-results.mjs COMMIT [--only WORD]');
/** The one engine that every commit has; one that has no other does not know the variable. */
const environmentOf = (build) =>
  build === root ? { ...process.env, NOS_ENGINE: 'onnxruntime' } : process.env;

const SEARCH = ['search', '--task', 'digits-mlp', '--protocol', 'quick', '--samples', '100', '--seed', '3'];
/** Name of the run, and how it searches. */
const SEARCHES = [
  ['evolution', '--strategy', 'evolution'],
  ['tree', '--strategy', 'tree'],
  ['random', '--strategy', 'random'],
  ...['trpo', 'trpo-adam', 'ppo', 'reinforce'].map((name) => [name, '--strategy', 'rl', '--algorithm', name]),
  ['arxiv', '--strategy', 'rl', '--space', 'arxiv2017', '--iterations', '2', '--samples', '40'],
  ['environment', '--strategy', 'evolution', '--environment', '4bit', '--samples', '30'],
];
const RULES = ['powersign', 'adam', 'exp(g) * m', 'drop(g, 0.3) + noise'];

/** What each command prints as its one document. */
const COMMANDS = [
  ...SEARCHES.map(([name, ...how]) => [`search ${name}`, [...SEARCH, ...how, '--run', name]]),
  ['compare', ['compare', ...RULES, '--task', 'digits-mlp', '--seeds', '4']],
  ['eval', ['eval', ...RULES, '--task', 'digits-mlp', '--protocol', 'final@3:cosine=1e-2', '--seeds', '2']],
  ['card', ['card', 'powersign', '--task', 'digits-mlp', '--seeds', '3']],
  ['figure6', ['reproduce', 'figure6', '-o', 'figure6']],
];
const FILES = ['figure6/data.json'];
const LOOKS = SEARCHES.flatMap(([name]) => [
  [`top ${name}`, ['top', name, '-n', '20']],
  [`log ${name}`, ['log', name]],
]);

/** What may differ between two runs of one commit, too. */
const FREE = new Set([
  'seconds',
  'time',
  'started',
  'created',
  'updated',
  'elapsed',
  'version',
  'fingerprint',
  'store',
  'directory',
  'millisecondsPerStep',
]);
const FREE_PATTERN =
  /(?:Seconds|Hours|At|PerHour|Elapsed)$|^(?:worker|workers|host|machine|origin|hours|from)$/;

function settled(value) {
  if (Array.isArray(value)) return value.map(settled);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => !FREE.has(name) && !FREE_PATTERN.test(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, settled(inner)]));
}

const only = (list) => list.filter(([name]) => flag !== '--only' || name.includes(word));

/** Runs every command of a build in a folder of its own: the documents by name. */
function documents(build, folder, store, commands) {
  return new Map(
    only(commands).map(([name, args]) => {
      const began = performance.now();
      const out = execFileSync(
        process.execPath,
        [join(build, 'bin/nos'), ...args, '--json', '--store', store],
        {
          cwd: folder,
          env: environmentOf(build),
          encoding: 'utf8',
          maxBuffer: 2 ** 30,
          stdio: ['ignore', 'pipe', 'pipe'],
        },
      );
      console.log(`  ${name}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
      return [name, settled(JSON.parse(out))];
    }),
  );
}

/** The first place where two documents part, as a path; undefined where they do not. */
function difference(a, b, path = '') {
  if (Object.is(a, b)) return undefined;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object')
    return `${path}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[name], b[name], `${path}/${name}`);
    if (found) return found;
  }
  return undefined;
}

let differing = 0;
const compare = (name, a, b) => {
  const found = difference(a, b);
  if (found) differing++;
  console.log(found ? `DIFFERS  ${name}  ${found}` : `same     ${name}`);
};
withCommit(commit, (before, scratch) => {
  const places = { before: mkdtempSync(join(scratch, 'a-')), after: mkdtempSync(join(scratch, 'b-')) };
  const stores = { before: join(places.before, 'nos.db'), after: join(places.after, 'nos.db') };
  console.log(`${basename(before)}, ${cpus()[0]?.model}, Node ${process.version}`);
  const old = documents(before, places.before, stores.before, [...COMMANDS, ...LOOKS]);
  console.log('the working tree');
  const now = documents(root, places.after, stores.after, [...COMMANDS, ...LOOKS]);
  for (const [name, document] of old) compare(name, document, now.get(name));
  for (const file of only(FILES.map((path) => [path]))) {
    const [a, b] = [places.before, places.after].map((place) => readFileSync(join(place, file[0]), 'utf8'));
    compare(file[0], settled(JSON.parse(a)), settled(JSON.parse(b)));
  }
  console.log('the old store, opened by the working tree');
  const opened = documents(root, places.before, stores.before, LOOKS);
  for (const [name, document] of opened) compare(`${name}, old store`, old.get(name), document);
});
console.log(differing === 0 ? 'no difference' : `${differing} differ`);
process.exitCode = differing === 0 ? 0 : 1;
