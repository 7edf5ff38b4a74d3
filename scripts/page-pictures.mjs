// Writes the pictures of docs/studio.md and docs/lab.md, of searches that it makes, with the Chromium of this system: npm run build && node scripts/page-pictures.mjs
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
];
for (const [run, strategy, samples] of [
  ['random-1', 'random', 200],
  ['evolution-1', 'evolution', 200],
]) {
  const search = ['search', ...args, '--batch', '10', '--strategy', strategy, '--samples', `${samples}`];
  const { status } = spawnSync(process.execPath, [nos, ...search, '--run', run, '--store', store], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}
spawnSync(process.execPath, [nos, 'note', 'evolution-1', 'the longer one #bowl', '--store', store]);

const studio = await serveStudio({ store, port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

/** A page of the studio's server: its width and height, and by what the picture is smaller. */
async function opened(place, width, height, { scale = 1, colorScheme = 'light' } = {}) {
  const look = {
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme,
    reducedMotion: 'reduce',
  };
  const page = await browser.newPage(look);
  page.setDefaultTimeout(300_000);
  await page.goto(new URL(place, studio.url).href);
  return page;
}

/** Saves what the window shows, from that place of the page on. */
async function take(page, name, top = undefined) {
  if (top !== undefined)
    await page
      .locator(top)
      .first()
      .evaluate((place) => place.scrollIntoView());
  await page.waitForTimeout(2000);
  await page.screenshot({ path: `docs/${name}.png` });
}

const runs = await opened('/studio/#/', 1320, 240, { scale: 0.8, colorScheme: 'dark' });
await runs.locator('.spark').first().waitFor();
await take(runs, 'studio-runs', '.bar');

const page = await opened('/studio/#/run/evolution-1?found=1&limit=10', 980, 620);
await page.locator('figure svg').first().waitFor();
await take(page, 'studio-run', '#course');
await page.getByRole('button', { name: 'What makes rules good' }).click();
await page.getByRole('heading', { name: 'What the strategy says' }).waitFor();
await take(page, 'studio-analysis', '#analysis');
await page.locator('.board a.rule').first().click();
await page.locator('.lineage li').first().waitFor();
await take(page, 'studio-rule', 'h1');

const plane = await opened('/lab/', 1040, 1362, { scale: 0.8 });
await plane.locator('.map polyline').first().waitFor();
await take(plane, 'lab-plane');
const digits = await opened('/lab/', 1040, 1400, { scale: 0.8, colorScheme: 'dark' });
await digits.getByRole('button', { name: 'Train' }).click();
await digits.getByText('Done').waitFor();
await digits.getByRole('button', { name: 'Sweep λ' }).click();
await digits.getByRole('button', { name: 'Use the best learning rates' }).waitFor();
await digits.locator('button:enabled', { hasText: 'Use the best learning rates' }).waitFor();
await digits.getByText('Done').waitFor();
// Of the whole page, as the section is longer than a window.
const clip = await digits.locator('#digits-title').evaluate((title) => {
  const { x, y, width, height } = title.closest('section').getBoundingClientRect();
  return { x: x + scrollX - 20, y: y + scrollY - 10, width: width + 40, height: height + 20 };
});
await digits.screenshot({ path: 'docs/lab-digits.png', fullPage: true, clip });

await browser.close();
await studio.close();
rmSync(folder, { recursive: true });
