import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What `npm run build` leaves in dist/: a bundle that behaves as modules do. */
const root = resolve(import.meta.dirname, '..');

const filesOf = (folder: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

/** The specifiers that a file imports, also those that it imports later. */
const importsOf = (path: string): readonly string[] =>
  [
    ...readFileSync(path, 'utf8').matchAll(
      /^(?:import|export)\b[^"'`;]*["']([^"']+)["']|\bimport\("([^"]+)"\)/gm,
    ),
  ].map(([, first, later]) => (first ?? later)!);

describe('the build', () => {
  it('has every file that the package, its programs, benchmarks and tests name', () => {
    const named = ['package.json', ...['bin', 'bench', 'scripts', 'src', 'test'].flatMap(filesOf)]
      .filter((path) => /(\.m?[jt]s|\.json|bin\/nos)$/.test(path) && !path.includes('packed'))
      .flatMap((path) => readFileSync(join(root, path), 'utf8').match(/\bdist\/[\w/-]+\.js\b/g) ?? []);
    expect(named.length).toBeGreaterThan(60);
    expect([...new Set(named)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('has each module once, whichever entry leads to it', async () => {
    const entry = (name: string) => import(join(root, 'dist', name));
    const [all, rules, evaluate, store] = await Promise.all(
      ['index.js', 'rules/index.js', 'evaluate/index.js', 'store/index.js'].map(entry),
    );
    expect(all.parseRule).toBe(rules.parseRule);
    expect(all.fingerprint).toBe(evaluate.fingerprint);
    expect(all.openStore).toBe(store.openStore);
    const thrown = await evaluate
      .openEvaluator({ task: 'no such task', directory: '' })
      .catch((e: unknown) => e);
    expect(thrown).toBeInstanceOf(all.NosError);
  });

  it.each(['random', 'statistics', 'rules', 'export', 'evaluation', 'functions'])(
    'asks for nothing of Node, nor for a package, in dist/%s/index.js, which a browser may load',
    (room) => {
      const reached = new Set<string>();
      const reach = (path: string): void => {
        if (reached.has(path)) return;
        reached.add(path);
        for (const name of importsOf(path)) {
          expect(name).toMatch(/^\./);
          reach(resolve(path, '..', name));
        }
      };
      reach(join(root, 'dist', room, 'index.js'));
      expect(reached.size).toBeGreaterThan(1);
    },
  );
});
