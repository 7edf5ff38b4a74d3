import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

/**
 * Every ```js block of the README and of docs/ runs as a module of its own, against the built package. A line that ends
 * in `// → text` must have been printed by console.log, in that order.
 */
const root = resolve(import.meta.dirname, '..');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => join('docs', name))].filter(
  (page) => page.endsWith('.md'),
);

const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map((match, index) => ({
    title: `${page}, block ${index + 1}`,
    code: match[1] as string,
  })),
);

describe('documentation', () => {
  it('has examples', () => expect(blocks.length).toBeGreaterThan(0));

  it.each(blocks)('$title', async ({ code }) => {
    const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map((match) => match[1]);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: root,
    });
    if (expected.length > 0) expect(stdout.trimEnd().split('\n')).toEqual(expected);
  });
});
