import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { output, shell } from './commands.ts';

/** README's commands in a fresh clone of what is committed, by the npm that Node 20 ships, whatever runs here. */
const root = resolve(import.meta.dirname, '../..');
const NPM = 'npx --yes npm@10';
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-clone-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function clone(name: string): string {
  output(directory, `git clone --quiet --no-hardlinks ${root} ${name}`);
  return join(directory, name);
}

describe('a fresh clone', () => {
  it('installs with npm 10, and is built, with the engine', () => {
    const place = clone('whole');
    output(place, `${NPM} install --no-audit --no-fund`);
    expect(existsSync(join(place, 'engine'))).toBe(true);
    const home = { HOME: directory, XDG_DATA_HOME: '', XDG_CACHE_HOME: '' };
    const said = output(place, `${NPM} start -- --task digits-mlp --samples 5 --workers 1`, home);
    expect(said).toContain('adam');
    expect(output(place, `${NPM} test -- test/rooms.test.ts`)).toMatch(/Tests +\d+ passed/);
  });

  it.each([
    ['ci --omit=dev', {}],
    ['install', { NODE_ENV: 'production' }],
  ])(
    'says what builds it where npm leaves the compiler out: npm %s',
    (command, variables: NodeJS.ProcessEnv) => {
      const place = clone(command.replaceAll(/\W/g, '-'));
      const { status, stdout, stderr } = shell(place, `${NPM} ${command} --no-audit --no-fund`, variables);
      expect(status).toBe(0);
      expect(stdout + stderr).toContain('npm install --include=dev builds');
      const run = shell(place, 'node bin/nos --version', variables);
      expect(run).toMatchObject({ status: 1, stderr: expect.stringContaining('npm install --include=dev') });
      const build = shell(place, `${NPM} run build`, variables);
      expect(build.status).toBe(1);
      expect(build.stdout + build.stderr).toContain('npm install --include=dev builds');
      output(place, `${NPM} install --include=dev --no-audit --no-fund`, variables);
      expect(output(place, 'node bin/nos --version', variables)).toMatch(/^\d+\.\d+\.\d+\n$/);
    },
  );
});
