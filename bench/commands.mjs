// How long commands take beside another commit's, on one small store:
//
//     node bench/commands.mjs COMMIT [REPEATS]
//
// builds COMMIT in a scratch folder, makes a store of one search with it, and runs each command of both in turns. Prints medians of the
// processor's time, user and system, which other work on the machine disturbs least, and the ratio of COMMIT's to the working
// tree's: 2 is twice as fast now.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { root, withCommit } from './other-commit.mjs';
import { median } from './text.mjs';

const [commit, repeats = '11'] = process.argv.slice(2);
if (!commit) throw new Error('usage: node bench/commands.mjs COMMIT [REPEATS]');

const COMMANDS = [
  ['--help'],
  ['rule', 'g'],
  ['export', 'powersign', '--to', 'pytorch'],
  ['top', 'first'],
  ['show', 'first', '1'],
  ['runs'],
  ['log', 'first'],
  ['space', 'quick'],
];

/** The processor's seconds, user and system, of one call. */
function nos(build, store, args) {
  const line = '"$@" > /dev/null || exit 1; times';
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', line, 'sh', process.execPath, join(build, 'bin/nos'), ...args],
    { env: { ...process.env, NOS_STORE: store }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`nos ${args.join(' ')}: ${stderr}`);
  const children = stdout
    .trim()
    .split('\n')
    .at(-1)
    .matchAll(/(\d+)m([\d.]+)s/g);
  return [...children].reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}

const knows = (build, [command]) =>
  !spawnSync(process.execPath, [join(build, 'bin/nos'), command], { encoding: 'utf8' }).stderr.includes(
    'unknown command',
  );

withCommit(commit, (other, scratch) => {
  const stores = { [other]: join(scratch, 'before.db'), [root]: join(scratch, 'after.db') };
  for (const build of [other, root])
    nos(build, stores[build], [
      'search',
      '--task',
      'digits-mlp',
      '--protocol',
      'quick',
      '--samples',
      '40',
      '--run',
      'first',
    ]);
  console.log(
    `${basename(other)} beside the working tree, ${cpus()[0]?.model}, Node ${process.version}, medians of ${repeats}`,
  );
  for (const args of COMMANDS) {
    if (!knows(other, args)) {
      console.log(`nos ${args.join(' ')}: ${basename(other)} has no such command`);
      continue;
    }
    const times = { [other]: [], [root]: [] };
    for (let i = 0; i < Number(repeats); i++)
      for (const build of i % 2 ? [root, other] : [other, root])
        times[build].push(nos(build, stores[build], args));
    const [before, after] = [other, root].map((build) => median(times[build]));
    console.log(
      `nos ${args.join(' ').padEnd(14)}  ${(1e3 * before).toFixed(0)} ms  ${(1e3 * after).toFixed(0)} ms  ratio ${(before / after).toFixed(2)}`,
    );
  }
});
