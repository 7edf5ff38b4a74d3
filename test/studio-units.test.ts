/** The studio on a task whose scores are to be small: figures, orders, signs, and what its pages say of them. */
import { resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStudio, serveStudio } from '../src/studio/index.ts';
import { LOOKS, noChromium, openBrowser, overflows, violations, watchedPage } from './browser.ts';
import { commandLine } from './command-line.ts';

const { here, home } = commandLine();
const TASK = ['--task', resolve('test/fixtures/regression.mjs')];

let studio: RunningStudio;
beforeAll(async () => {
  const search = ['--protocol', 'quick', '--space', 'quick', '--strategy', 'evolution', '--samples', '40'];
  await here.json(['search', ...TASK, ...search, '--seed', '3', '--retest', '2x6', '--run', 'mse']);
  studio = await serveStudio({ store: resolve(home, 'nos.db'), port: 0 });
}, 300_000);
afterAll(() => studio?.close());

const read = async (path: string) =>
  JSON.parse(await (await fetch(new URL(`/api/${path}`, studio.url))).text());

describe('scores that are to be small', () => {
  it('are best where they are smallest', async () => {
    const { runs } = await read('runs');
    const [{ best, adam, score, sparkline }] = runs;
    expect(score).toEqual({ metric: 'mse', goal: 'minimise' });
    const curve = await read('runs/mse/curve');
    const scores = curve.points.map(([, value]: [number, number]) => value);
    expect(Math.min(...scores)).toBeCloseTo(best, 12);
    expect(best).toBeGreaterThan(0);
    expect(adam).toBe(curve.references.find(({ name }: { name: string }) => name === 'adam').reward);
    const falling = (values: readonly number[]) =>
      values.every((value, i) => i === 0 || value <= values[i - 1]!);
    expect(falling(sparkline.filter((value: number | null) => value !== null))).toBe(true);
    expect(falling(curve.best.map(([, value]: [number, number]) => value))).toBe(true);
    expect(falling(curve.references.map(({ reward }: { reward: number }) => -reward))).toBe(true);
  });

  it('stand in the order of the leaderboard, the smallest above', async () => {
    const { rows } = await read('runs/mse/board?limit=30');
    const untested = rows.filter(({ retest, status }: (typeof rows)[number]) => !retest && status === 'ok');
    const rewards = untested.map(({ reward }: (typeof rows)[number]) => reward);
    expect(rewards.length).toBeGreaterThan(5);
    expect(rewards).toEqual(rewards.toSorted((a: number, b: number) => a - b));
    const half = rewards[Math.floor(rewards.length / 2)];
    const { rows: good } = await read(`runs/mse/board?found=1&least=${half}`);
    expect(good.length).toBeGreaterThan(0);
    for (const { reward } of good) expect(reward).toBeLessThanOrEqual(half);
  });

  it('have differences whose sign is that of the scores, and a verdict that knows which are better', async () => {
    const { rows } = await read('runs/mse/board?limit=10');
    const tested = rows.find(({ retest, reference }: (typeof rows)[number]) => retest && !reference);
    const { comparison } = await read(`runs/mse/rules/${tested.key}`);
    const [base, rule] = comparison.tables[0].rules;
    expect(comparison.tables[0]).toMatchObject({ title: 'regression.mjs', score: { goal: 'minimise' } });
    expect(rule.mean).toBeCloseTo(tested.retest.mean, 12);
    expect(Math.sign(rule.beside.difference)).toBe(Math.sign(rule.mean - base.mean));
  });

  it('make parts that lower them come first', async () => {
    const { parts, costs } = await read('runs/mse/analysis');
    const differences = parts.map(({ difference }: { difference: number }) => difference);
    expect(differences).toEqual(differences.toSorted((a: number, b: number) => a - b));
    expect(costs[0].reward).toBeLessThanOrEqual(costs.at(-1).reward);
  });
});

describe.skipIf(noChromium)('the pages of a run whose scores are to be small', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it.each(LOOKS)('say that lower is better, $colorScheme at $width px', async (look) => {
    const { origin } = new URL(studio.url);
    const { page, faults } = await watchedPage(browser, origin, look);
    await page.goto(`${origin}/studio/#/run/mse?limit=10`);
    await page.locator('.zooms svg').getByText('mse, lower is better').waitFor();
    await page.getByText('best mse').waitFor();
    await page.getByRole('button', { name: 'What makes rules good' }).click();
    await page.getByText('below zero helps').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('.board a.rule').first().click();
    await page.getByRole('heading', { name: 'Transfer card' }).waitFor();
    await page.getByText('mse, lower is better').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.goto(`${origin}/studio/#/`);
    await page.getByRole('img', { name: 'best mse so far' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });
});
