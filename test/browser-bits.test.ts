import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';
import { interpretedBits } from './interpreted-bits.ts';

const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
const missing = !existsSync(chromium);
if (missing)
  console.warn(`no Chromium at ${chromium}: the comparison of its bits with those of Node.js is SKIPPED`);

/** A page that writes the bits of its own interpreter as its text. Its policy forbids requests, and code made from text. */
async function page(): Promise<string> {
  const build = await rolldown({ input: join(import.meta.dirname, 'interpreted-bits.ts') });
  const { output } = await build.generate({ format: 'iife', name: 'bits' });
  await build.close();
  const code = output[0].code.replaceAll('</script', '<\\/script');
  return `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'"><pre></pre><script>${code}
document.querySelector('pre').textContent = JSON.stringify([navigator.userAgent, bits.interpretedBits()]);</script>`;
}

it.skipIf(missing)('a browser interprets 1,000 random rules to the bits of Node.js', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nos-browser-'));
  try {
    const file = join(folder, 'bits.html');
    writeFileSync(file, await page());
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    const { stdout, stderr } = spawnSync(
      chromium,
      [...options, `--user-data-dir=${join(folder, 'profile')}`, '--dump-dom', pathToFileURL(file).href],
      { encoding: 'utf8', maxBuffer: 2 ** 26 },
    );
    const text = /<pre>(.*)<\/pre>/s.exec(stdout)?.[1];
    if (text === undefined) throw new Error(`Chromium wrote no result: ${stderr}`);
    const unescaped = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    const [browser, bits] = JSON.parse(unescaped) as readonly [string, string];
    const here = interpretedBits().split('\n');
    expect(here).toHaveLength(1000);
    const versions = `${browser} beside V8 ${process.versions.v8}`;
    expect(bits.split('\n'), versions).toEqual(here);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
