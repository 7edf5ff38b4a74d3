/** A run as one file, from one store to another. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../command-line.ts';

const bowl = resolve('test/fixtures/bowl.mjs');
const { here, home } = commandLine();
const { json, nos } = here;

const TASK = ['--task', bowl];
const SEARCH = [
  ...['search', ...TASK, '--space', 'quick', '--protocol', 'final@1=1e-2'],
  ...['--samples', '24', '--batch', '4', '--retest', '2x2'],
];

describe('a run that is packed', () => {
  it('goes on in another store to what the search gives that nobody stopped', async () => {
    const whole = await json([...SEARCH, '--run', 'undisturbed']);
    const there = ['--store', join(home, 'there.db')];
    await json([...SEARCH, '--run', 'moved', '--timeout', '0.001s', '--store', 'other.db']);
    const packed = await json(['pack', 'moved', '--store', 'other.db']);
    expect(packed).toMatchObject({ run: 'moved', file: 'moved.run.gz', bytes: expect.any(Number) });
    const strange = await nos(['unpack', 'moved.run.gz', ...there]);
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining('--task bowl.mjs')]);
    const { code, stdout } = await nos(['unpack', 'moved.run.gz', '--as', 'here', ...TASK, ...there]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^unpacked run 'here': \d+ of 24 rules scored, \d+ evaluations\ngo on with it: .*nos resume here --store /,
    );
    expect(await json(['unpack', 'moved.run.gz', ...TASK, ...there])).toMatchObject({
      ...{ run: 'moved', packedAs: 'moved', status: 'stopped', samples: 24 },
      ...{ evaluations: packed.evaluations, known: packed.evaluations },
    });
    const resumed = await json(['resume', 'here', ...there]);
    expect(resumed.told).toBe(24);
    expect(resumed.rules).toEqual(whole.rules);
    expect((await nos(['pack', 'here', '-o', 'whole.run.gz', ...there])).code).toBe(0);
    expect((await nos(['unpack', 'whole.run.gz', '--as', 'w', ...TASK, ...there])).stdout).toMatch(
      /of which were here already\nsee it: .*nos top w/,
    );
    const again = await nos(['unpack', 'whole.run.gz', '--as', 'w', ...TASK, ...there]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('--as NAME')]);
  });

  it.each([
    [['pack', 'frst'], 2, /unknown run 'frst'/],
    [['pack', 'undisturbed', '-o', 'no/such/folder/x'], 1, /cannot write no\/such\/folder\/x/],
    [['unpack', 'nothing.run.gz'], 2, /nothing.run.gz: no such file/],
    [['unpack', 'notes.txt'], 2, /notes.txt is no packed run/],
  ])('%j is refused', async (args, exit, message) => {
    writeFileSync('notes.txt', 'These are my notes.');
    const { code, stderr } = await nos(args);
    expect([code, stderr]).toEqual([exit, expect.stringMatching(message)]);
  });
});
