import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../command-line.ts';

const { finish, home, nos, start } = commandLine();

describe('nos reproduce', () => {
  const args = [
    ...['reproduce', 'figure5', '--task', 'digits-mlp', '--scale', '0.003', '--seeds', '1'],
    ...['--workers', '1', '-o', 'figure5'],
  ];
  /** The optimizers whose training it has told of: each is a line that begins with how many are done. */
  const trained = (stderr: string) => stderr.match(/^\d\/6 .* seed 1 /gm)?.length ?? 0;

  it('stops at Ctrl-C, and the same command goes on and trains only the rest', {
    timeout: 120_000,
  }, async () => {
    const child = start(args);
    child.stderr?.on('data', (text: string) => {
      if (text.includes('1/6 ')) child.kill('SIGINT');
    });
    const stopped = await finish(child);
    expect([stopped.code, stopped.stdout]).toEqual([130, '']);
    expect(stopped.stderr).toContain('the same command goes on from there');
    expect(existsSync(join(home, 'figure5', 'README.md'))).toBe(false);
    const done = trained(stopped.stderr);
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(6);

    const { code, stderr } = await nos(args);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(new RegExp(`^${done}/6 .* of the store, not made again .*$`, 'm'));
    expect(trained(stderr)).toBe(6 - done);
    expect(readFileSync(join(home, 'figure5', 'README.md'), 'utf8')).toContain('of 6 evaluations');
  });

  it('makes no folder where a name is wrong', async () => {
    const { code, stderr } = await nos(['reproduce', 'figure5', '--task', 'nonsense', '-o', 'never']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("unknown task 'nonsense'")]);
    expect(existsSync(join(home, 'never'))).toBe(false);
  });
});
