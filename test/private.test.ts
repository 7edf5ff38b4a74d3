import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';

const { home, nos } = commandLine();

describe('a training', () => {
  it('leaves nothing in the home of the user but the store: the engine keeps no record of its use', async () => {
    const { code, stderr } = await nos([
      'eval',
      'adam',
      '--task',
      'digits-mlp',
      '--protocol',
      'final@1=1e-2',
    ]);
    expect(code, stderr).toBe(0);
    const left = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !name.startsWith('nos.db'),
    );
    expect(left).toEqual([]);
  });
});
