// Writes the pictures of docs/studio.md, of a search that it makes, with the Chromium of this system: npm run build && node scripts/studio-pictures.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { serveStudio } from '../dist/studio/index.js';

const nos = fileURLToPath(new URL('../bin/nos', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nos-pictures-'));
const store = join(folder, 'nos.db');
const args = [
  '--engine',
  'onnxruntime',
  '--task',
  'test/fixtures/bowl.mjs',
  '--space',
  'quick',
  '--protocol',
  'quick',
  '--batch',
  '10',
];
for (const [run, strategy, samples] of [
  ['random-1', 'random', 100],
  ['evolution-1', 'evolution', 200],
]) {
  const search = ['search', ...args, '--strategy', strategy, '--samples', String(samples), '--run', run];
  const { status } = spawnSync(process.execPath, [nos, ...search, '--store', store], { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

const studio = await serveStudio({ store, port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 980, height: 620 }, reducedMotion: 'reduce' });
const take = async (name, top = undefined) => {
  if (top)
    await page
      .locator(top)
      .first()
      .evaluate((place) => place.scrollIntoView());
  await page.waitForTimeout(1000);
  await page.screenshot({ path: `docs/${name}.png` });
};
await page.goto(new URL('/studio/#/run/evolution-1?found=1&limit=10', studio.url).href);
await page.locator('figure svg').first().waitFor();
await take('studio-run', '#course');
await page.getByRole('button', { name: 'What makes rules good' }).click();
await page.getByRole('heading', { name: 'What the strategy says' }).waitFor();
await take('studio-analysis', '#analysis');
await page.locator('.board a.rule').first().click();
await page.locator('.lineage li').first().waitFor();
await take('studio-rule', 'h1');
await browser.close();
await studio.close();
rmSync(folder, { recursive: true });
