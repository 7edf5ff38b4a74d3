import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makePartial, removeAbandoned } from './partial.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-partial-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** The name that another process, or a later life of this one's number, would have given. */
async function partialOf(own: { readonly machine?: string; readonly pid?: number; readonly start?: number }) {
  const [machine, pid, start, random] = basename(await makePartial(directory, 'cifar10'))
    .slice('cifar10.partial-'.length)
    .split('-');
  await rm(join(directory, `cifar10.partial-${machine}-${pid}-${start}-${random}`), { recursive: true });
  const parts = [own.machine ?? machine, own.pid ?? pid, own.start ?? start, random];
  const name = `cifar10.partial-${parts.join('-')}`;
  await mkdir(join(directory, name));
  await writeFile(join(directory, name, 'data'), 'half');
  return name;
}

const age = (name: string) => utimes(join(directory, name), 0, 0);

describe('partial folders', () => {
  it('of a process that has ended are removed at once', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    await partialOf({ pid });
    await removeAbandoned(directory);
    expect(await readdir(directory)).toEqual([]);
  });

  it('of a process that lives stay, however old', async () => {
    const child = spawn('sleep', ['60']);
    const name = await partialOf({ pid: child.pid as number });
    await age(name);
    await removeAbandoned(directory);
    expect(await readdir(directory)).toEqual([name]);
    child.kill();
  });

  it('of this process stay, unless its number was that of another before', async () => {
    const own = basename(await makePartial(directory, 'mnist'));
    await partialOf({ start: 1 });
    await removeAbandoned(directory);
    expect(await readdir(directory)).toEqual([own]);
  });

  it('of another machine, and of versions that did not say whose they are, stay for a day', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    const other = await partialOf({ machine: '00000000', pid });
    await mkdir(join(directory, 'mnist.partial-AbCd12'));
    await removeAbandoned(directory);
    expect(await readdir(directory)).toEqual([other, 'mnist.partial-AbCd12']);
    await age(other);
    await age('mnist.partial-AbCd12');
    await removeAbandoned(directory);
    expect(await readdir(directory)).toEqual([]);
  });

  it('are all that is removed', async () => {
    const names = ['cifar10', 'thesis.partial-draft', 'x.partial-1', 'notes.partial-AbCd12.txt'];
    for (const name of names) {
      await mkdir(join(directory, name));
      await age(name);
    }
    await removeAbandoned(directory);
    expect(await readdir(directory)).toEqual([...names].sort());
    await removeAbandoned(join(directory, 'none'));
  });
});
