import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('package-lock.json names no place of a package: each comes from the registry that the user has configured', () => {
  const text = readFileSync(join(import.meta.dirname, '../package-lock.json'), 'utf8');
  const packages = Object.entries<{ readonly integrity?: string; readonly link?: boolean }>(
    JSON.parse(text).packages,
  );
  expect(text).not.toMatch(/"resolved"|https?:\/\/[^"]*registry/);
  expect(packages.length).toBeGreaterThan(200);
  for (const [path, { integrity }] of packages) if (path) expect(integrity, path).toMatch(/^sha512-/);
});
