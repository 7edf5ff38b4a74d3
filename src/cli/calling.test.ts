import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { shellWord } from '../shell.ts';
import { callWriter, programOf, writeCalls } from './calling.ts';
import { commands } from './commands/index.ts';

describe('a word of a command line', () => {
  it('stands as it is where a shell reads nothing into it', () => {
    expect(shellWord('quick-1')).toBe('quick-1');
    expect(shellWord('wide=2,deep:3/%+@_.x')).toBe('wide=2,deep:3/%+@_.x');
  });

  it('is read by a shell as what it was, whatever it is', () => {
    const texts = [
      '',
      ' ',
      "it's",
      '$HOME',
      '`id`',
      'a\nb',
      '\\',
      '"',
      '~',
      '#',
      '!x',
      'm * exp(v)',
      '-n',
      'ü',
    ];
    const drawn = fc.sample(fc.string({ unit: 'binary' }), { seed: 1, numRuns: 100 });
    const all = [...texts, ...drawn.filter((text) => !text.includes('\0'))];
    const script = `for word in ${all.map(shellWord).join(' ')}; do printf '%s\\0' "$word"; done`;
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(all);
  });
});

describe('how the program is called', () => {
  const home = mkdtempSync(join(tmpdir(), 'nos-calling-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  /** A program of its own, and links to it. */
  const program = (path: string, ...links: readonly string[]): string => {
    const file = join(home, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    for (const link of links) {
      mkdirSync(dirname(join(home, link)), { recursive: true });
      symlinkSync(file, join(home, link));
    }
    return file;
  };
  const script = program(
    'clone/bin/nos',
    'bin/nos',
    'user/node_modules/.bin/nos',
    'npm/_npx/1/node_modules/.bin/nos',
    'npm/_npx/2/node_modules/.bin/nos',
    'npm/_npx/3/node_modules/.bin/nos',
  );
  /** What npx notes that it was asked for. */
  const asked = (folder: string, packages: readonly string[]) =>
    writeFileSync(join(home, 'npm/_npx', folder, 'package.json'), JSON.stringify({ _npx: { packages } }));
  asked('2', ['neural-optimizer-search@0.1']);
  asked('3', ['neural-optimizer-search', "it's.tgz"]);
  program('other/nos');
  const directory = join(home, 'user');
  const local = join(home, 'user/node_modules/.bin/nos');
  const ofNpm = { npm_command: 'run-script' };
  const ofNpx = { npm_command: 'exec' };

  it.each([
    ['in a clone', { script, directory: join(home, 'clone'), env: {} }, 'bin/nos'],
    ['under npm start in a clone', { script, directory: join(home, 'clone'), env: ofNpm }, 'bin/nos'],
    ['under npx', { script: local, directory, env: ofNpx }, 'npx nos'],
    ['under npx of another program', { script, directory, env: ofNpx }, `node ${script}`],
    ['in a script of npm', { script: local, directory, env: { ...ofNpm, PATH: dirname(local) } }, 'npx nos'],
    [
      'under npx, which does not say by what package',
      {
        script: join(home, 'npm/_npx/1/node_modules/.bin/nos'),
        directory,
        env: { ...ofNpx, PATH: join(home, 'npm/_npx/1/node_modules/.bin') },
      },
      `node ${join(home, 'npm/_npx/1/node_modules/.bin/nos')}`,
    ],
    [
      'under npx, by the package',
      { script: join(home, 'npm/_npx/2/node_modules/.bin/nos'), directory, env: ofNpx },
      'npx neural-optimizer-search@0.1',
    ],
    [
      'under npx, by several packages',
      { script: join(home, 'npm/_npx/3/node_modules/.bin/nos'), directory, env: ofNpx },
      String.raw`npx -p neural-optimizer-search -p 'it'\''s.tgz' nos`,
    ],
    [
      'on the path',
      { script: join(home, 'bin/nos'), directory, env: { PATH: `/nowhere:${join(home, 'bin')}` } },
      'nos',
    ],
    ['on the path, by its own path', { script, directory, env: { PATH: join(home, 'bin') } }, 'nos'],
    [
      'where another is on the path',
      { script, directory, env: { PATH: join(home, 'other') } },
      `node ${script}`,
    ],
    ['by its path', { script, directory, env: {} }, `node ${script}`],
    [
      'by a path that needs quotes',
      { script: "/it's/bin/nos", directory, env: {} },
      String.raw`node '/it'\''s/bin/nos'`,
    ],
  ])('%s', (_, start, expected) => expect(programOf(start)).toBe(expected));
});

describe('a command for the user', () => {
  const flags = {
    store: "my 'own' $runs.db",
    data: 'data',
    config: 'nos.json',
    redis: 'redis://queue:6379',
    samples: '5',
  };
  const store = String.raw`--store 'my '\''own'\'' $runs.db'`;

  it.each([
    ['nos show first 5', `bin/nos show first 5 ${store} --config nos.json`],
    [
      'nos resume first',
      `bin/nos resume first ${store} --data data --config nos.json --redis redis://queue:6379`,
    ],
    ['nos data fetch mnist', 'bin/nos data fetch mnist --data data --config nos.json'],
    ['nos log first --csv > first.csv', `bin/nos log first --csv ${store} --config nos.json > first.csv`],
    ["nos log 'a > b -- c' --csv", `bin/nos log 'a > b -- c' --csv ${store} --config nos.json`],
    ["nos rule -- '-g'", "bin/nos rule --config nos.json -- '-g'"],
    ['nos top first --store other.db', 'bin/nos top first --store other.db --config nos.json'],
    ['nos rules', 'bin/nos rules --config nos.json'],
    ['nos COMMAND --help', 'bin/nos COMMAND --help'],
    ['nos --help', 'bin/nos --help'],
  ])('%s', (line, expected) => expect(callWriter('bin/nos', flags, commands)(line)).toBe(expected));

  it('carries nothing that was not given by flag, and no password', () => {
    expect(callWriter('nos', {}, commands)('nos resume first')).toBe('nos resume first');
    const write = callWriter('nos', { redis: 'redis://:secret@queue' }, commands);
    expect(write('nos resume first')).toBe('nos resume first');
  });

  it('is written in the texts that name one', () => {
    const write = callWriter('npx nos', { store: 'x.db' }, commands);
    const hint = `\`nos resume ${shellWord("it`s 'mine'")}\`, or \`--run\`; see \`nos --help\``;
    expect(writeCalls(hint, write)).toBe(
      `\`npx nos resume ${shellWord("it`s 'mine'")} --store x.db\`, or \`--run\`; see \`npx nos --help\``,
    );
    expect(writeCalls('a `nose` and `m`', write)).toBe('a `nose` and `m`');
  });
});
