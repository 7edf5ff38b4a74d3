import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSpace } from '../rules/index.ts';
import { resolveStrategy, strategies, strategyReference } from './strategies.ts';
import type { ScoredProposal } from './strategy.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-strategy-'));
});
afterAll(() => rm(folder, { recursive: true }));

const context = { space: findSpace('quick/1'), seed: 1, batch: 2, options: {} };
const scored: readonly ScoredProposal[] = [{ proposal: { rule: 'g', tokens: [] }, reward: 0.5 }];

let modules = 0;
/** A module whose strategy always proposes g; what `parts` says replaces its parts. */
async function write(parts = '', whole = `create: async () => ({ ${WHOLE} ${parts} })`): Promise<string> {
  const path = join(folder, `own-${++modules}.mjs`);
  await writeFile(path, `export const strategy = {\n  name: 'own', ${whole},\n};\n`);
  return path;
}
const WHOLE = `
    ask: async (count) => Array.from({ length: count }, () => ({ rule: 'g', tokens: [] })),
    tell: async () => ({ told: 1 }),
    checkpoint: async () => ({ state: '', appended: '' }),
    close: async () => {},`;

describe('a strategy of the user’s own', () => {
  it('is found by its path, and known by it and the hash of its text', async () => {
    const path = await write();
    const reference = await strategyReference(path);
    expect(reference).toMatch(/^\/.*own-\d+\.mjs#[0-9a-f]{12}$/);
    const definition = await resolveStrategy(reference);
    expect(definition).toMatchObject({ name: 'own', description: '' });
    const strategy = await definition.create(context);
    expect(await strategy.ask(2)).toEqual([
      { rule: 'g', tokens: [] },
      { rule: 'g', tokens: [] },
    ]);
    expect(await strategy.tell(scored)).toEqual({ told: 1 });
    expect(await strategy.checkpoint()).toEqual({ state: '', appended: '' });
    await strategy.close();
  });

  it('is not imported once its text is another one', async () => {
    const path = await write();
    const reference = await strategyReference(path);
    await writeFile(path, `${await readFile(path)}globalThis.imported = true;\n`);
    await expect(resolveStrategy(reference)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(/^strategy module .*: it has changed since the run began$/),
    });
    expect(globalThis).not.toHaveProperty('imported');
  });

  it('leaves registered names alone, and refuses what is neither', async () => {
    expect(await resolveStrategy('evolution')).toBe(strategies.find('evolution'));
    expect(await strategyReference('rl')).toBe('rl');
    await expect(resolveStrategy('evolutoin')).rejects.toThrow("unknown strategy 'evolutoin'");
    await expect(strategyReference('./nowhere.mjs')).rejects.toMatchObject({
      code: 'unknown-name',
      message: 'strategy module ./nowhere.mjs: no such file',
    });
  });

  it.each([
    ['no function to create it', 'create: 7', /create: expected a function/],
    ['no name', 'name: 5', /name: /],
  ])('must be one: %s', async (_, whole, message) => {
    await expect(resolveStrategy(await write('', whole))).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(message),
    });
  });

  it('is told what a module without one exports', async () => {
    const path = join(folder, 'task.mjs');
    await writeFile(path, 'export const task = {};\n');
    await expect(resolveStrategy(path)).rejects.toMatchObject({
      message: expect.stringMatching(/it exports task; expected an export named 'strategy'$/),
      hint: expect.stringContaining('docs/strategies.md'),
    });
  });

  it.each([
    ['ask: async () => { throw new Error("boom"); },', /^strategy 'own': boom \(own-\d+\.mjs:\d+\)$/],
    ['ask: async () => [{ rule: 7, tokens: [] }],', /what ask gave: 0\.rule/],
    ['ask: async () => [{ rule: "g" }],', /what ask gave: 0\.tokens/],
    ['tell: async () => ({ best: NaN }),', /what tell gave: best/],
    ['checkpoint: async () => "all of it",', /what checkpoint gave: all of it/],
    ['close: undefined,', /what create gave: close: expected a function/],
  ])('is to blame for what it does: %s', async (parts, message) => {
    const definition = await resolveStrategy(await write(parts));
    const used = async () => {
      const strategy = await definition.create(context);
      await strategy.ask(1);
      await strategy.tell(scored);
      await strategy.checkpoint();
    };
    await expect(used()).rejects.toMatchObject({
      ...{ code: 'strategy', exitCode: 1 },
      message: expect.stringMatching(message),
    });
  });

  it('has an example, which the page shows as it is', async () => {
    const root = resolve(import.meta.dirname, '../..');
    const page = await readFile(join(root, 'docs/strategies.md'), 'utf8');
    expect(page).toContain(
      `\`\`\`js\n${await readFile(join(root, 'examples/hill-climbing.mjs'), 'utf8')}\`\`\`\n`,
    );
  });
});
