import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exportRule, targets } from '../../src/export/index.ts';
import { distanceToMinimum, runTrajectory, testFunctions } from '../../src/functions/index.ts';
import { exportSite, type LabServer, serveLab } from '../../src/lab/index.ts';
import { compileRule, parseRule, resolveRule } from '../../src/rules/index.ts';
import {
  LOOKS,
  type Look,
  noChromium,
  openBrowser,
  overflows,
  violations,
  type Watched,
  watchedPage,
} from '../browser.ts';
import { commandLine } from '../command-line.ts';

const { here } = commandLine();

/** A busy machine takes its time, for trainings above all; only what never comes fails. */
const PATIENCE = 100_000;
const soon = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: PATIENCE });

const folder = mkdtempSync(join(tmpdir(), 'nos-lab-'));
let server: LabServer;
beforeAll(async () => {
  server = await serveLab(0);
});
afterAll(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Fails for a fault of WCAG 2.2 AA that axe finds, and for a page that is wider than the window. */
async function checkAccessible(page: Page): Promise<void> {
  expect(await violations(page)).toEqual([]);
  expect(await overflows(page)).toBe(false);
}

describe.skipIf(noChromium)('the rule lab', () => {
  let browser: Browser;
  let opened: Watched[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const faults = opened.flatMap((one) => one.faults);
    await Promise.all(opened.map(({ page }) => page.close()));
    opened = [];
    expect(faults).toEqual([]);
  });

  interface Opening {
    readonly look?: Look;
    readonly permissions?: string[];
    readonly url?: string;
  }

  /** Opens the lab at a state; a fault of the page fails the test that opened it. */
  async function lab(fragment = '', { look, permissions, url = server.url }: Opening = {}): Promise<Page> {
    const one = await watchedPage(browser, new URL(url).origin, look, permissions);
    opened.push(one);
    await one.page.goto(`${url}${fragment && `#${fragment}`}`);
    await one.page.locator('.map polyline').first().waitFor();
    return one.page;
  }

  const rule = (page: Page, number: number) => page.getByLabel(`Rule ${number}`, { exact: true });
  const fact = (page: Page, title: string) => page.locator('dl.facts div', { hasText: title }).locator('dd');

  it('says what a rule is as it is typed, and where it is wrong', async () => {
    const page = await lab('rule=adam');
    await rule(page, 1).fill('exp(sign(m) * sign(g)) * foo');
    const fault = page.locator('.fault');
    await soon(() => fault.locator('pre').textContent()).toBe(
      `exp(sign(m) * sign(g)) * foo\n${' '.repeat(25)}^`,
    );
    expect(await fault.textContent()).toContain("'foo'");
    expect(await rule(page, 1).getAttribute('aria-invalid')).toBe('true');
    await rule(page, 1).fill('exp(sign(m) * sign(g)) * g');
    expect(await fault.count()).toBe(0);
    expect(await fact(page, 'Canonical form').textContent()).toBe('exp(sign(ema(g, 0.9)) * sign(g)) * g');
    expect(await fact(page, 'Same key').textContent()).toBe('powersign, table1-4');
    expect(await fact(page, 'Memory').textContent()).toBe('1 number per weight');
    expect(await page.locator('math').textContent()).toBe('w←w−λ·(esign(m^)·sign(g)·g)');
    await rule(page, 1).fill('10 * sign(g) * abs(m)');
    await rule(page, 1).fill('sign(g) * abs(g)');
    await soon(() => fact(page, 'Same behaviour').textContent()).toContain('sgd');
    await rule(page, 1).fill('w');
    await soon(() => page.locator('.notice').textContent()).toContain('it does not depend on the gradient');
  });

  it('adds and removes rules', async () => {
    const page = await lab('rule=adam&rule=sgd&chosen=1');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await soon(() => page.locator('.map polyline').count()).toBe(3);
    await page.getByRole('button', { name: 'Remove rule 1' }).click();
    await soon(() => page.locator('.map polyline').count()).toBe(2);
    expect(await rule(page, 1).inputValue()).toBe('sgd');
    expect(await rule(page, 2).inputValue()).toBe('sign(m)');
    await page.getByRole('button', { name: 'Remove rule 2' }).click();
    expect(await page.getByRole('button', { name: 'Remove rule 1' }).isDisabled()).toBe(true);
  });

  it.each(testFunctions.names)('follows rules on %s as Node.js does', async (name) => {
    const page = await lab(`rule=adam&rate=0.05&rule=powersign&rate=0.0003&function=${name}&steps=200`);
    const testFunction = testFunctions.find(name);
    const ends = (
      [
        ['adam', 0.05],
        ['powersign', 0.0003],
      ] as const
    ).map(([text, learningRate]) => {
      const compiled = compileRule(resolveRule(text));
      const { points, values } = runTrajectory({
        testFunction,
        rule: compiled,
        learningRate,
        steps: 200,
        seed: 1,
      });
      const distance = distanceToMinimum(testFunction, points.at(-1)!);
      return [values.at(-1)! - testFunction.least, distance].map((value) => value.toPrecision(3));
    });
    const cells = page.locator('section[aria-labelledby=plane-title] tbody tr');
    const shown = async (i: number) => (await cells.nth(i).locator('td').allTextContents()).slice(2);
    expect([await shown(0), await shown(1)]).toEqual(ends);
  });

  it('lets the start be dragged, clicked to, and moved by the arrow keys', async () => {
    const page = await lab('rule=adam&rate=0.1');
    const [x, y] = [page.getByLabel('Start x'), page.getByLabel('Start y')];
    const before = await page.locator('.map polyline').getAttribute('points');
    await page.locator('.map').scrollIntoViewIfNeeded();
    const map = (await page.locator('.map').boundingBox())!;
    const handle = (await page.locator('.handle').boundingBox())!;
    await page.mouse.move(handle.x + 13, handle.y + 13);
    await page.mouse.down();
    await page.mouse.move(map.x + map.width / 2, map.y + map.height / 2, { steps: 5 });
    await page.mouse.up();
    expect(Number(await x.inputValue())).toBeCloseTo(0, 1);
    expect(Number(await y.inputValue())).toBeCloseTo(1, 1);
    await soon(() => page.locator('.map polyline').getAttribute('points')).not.toBe(before);
    await page.locator('.map').click({ position: { x: map.width / 4, y: map.height / 4 } });
    expect(Number(await x.inputValue())).toBeCloseTo(-1, 1);
    await page.locator('.handle').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Shift+ArrowUp');
    expect(Number(await x.inputValue())).toBeCloseTo(-0.96, 1);
    expect(Number(await y.inputValue())).toBeCloseTo(2.4, 1);
    await page.getByRole('button', { name: 'Usual start' }).click();
    expect(await x.inputValue()).toBe('-1.5');
    await x.fill('99');
    await x.press('Enter');
    expect(await x.inputValue()).toBe('2');
  });

  it('changes a learning rate by its slider and by its number', async () => {
    const page = await lab('rule=adam&rate=0.1');
    const end = () => page.locator('section[aria-labelledby=plane-title] tbody td').nth(2).textContent();
    const first = await end();
    const slider = page.getByRole('slider', { name: 'Learning rate of adam' }).first();
    await slider.press('ArrowLeft');
    await soon(end).not.toBe(first);
    expect(await slider.getAttribute('aria-valuetext')).toBe('λ 0.0891');
    const number = page.getByLabel('Learning rate of adam, as a number').first();
    await number.fill('100');
    await number.press('Enter');
    await soon(() => page.locator('section[aria-labelledby=plane-title] tbody').textContent()).not.toContain(
      first!,
    );
  });

  it('goes step by step, plays, and pauses', async () => {
    const page = await lab('rule=adam&rate=0.1&steps=100');
    const steps = page.locator('.steps');
    const count = async () => (await page.locator('.map polyline').getAttribute('points'))!.split(' ').length;
    expect(await steps.textContent()).toBe('100/100');
    expect(await count()).toBe(101);
    await page.getByRole('button', { name: 'Step back' }).click();
    expect(await steps.textContent()).toBe('99/100');
    expect(await count()).toBe(100);
    await page.getByRole('slider', { name: 'Step' }).last().fill('10');
    expect(await count()).toBe(11);
    await page.getByLabel('Speed').selectOption('1000');
    await page.getByRole('button', { name: 'Play' }).click();
    await soon(() => steps.textContent()).toBe('100/100');
    await page.getByLabel('Speed').selectOption('5');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(await count()).toBeLessThan(101);
  });

  it('keeps everything in its address', async () => {
    const page = await lab();
    await rule(page, 2).fill('sign(g) * abs(m)');
    await page.getByRole('combobox', { name: 'Function' }).selectOption('beale');
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('123');
    await page.getByRole('spinbutton', { name: 'Steps' }).press('Enter');
    await soon(() => page.url()).toContain('123');
    await page.getByLabel('For').selectOption('numpy');
    await soon(() => page.url()).toContain('to=numpy');
    const url = page.url();
    const other = await lab(new URL(url).hash.slice(1));
    expect(await rule(other, 2).inputValue()).toBe('sign(g) * abs(m)');
    expect(await other.getByRole('combobox', { name: 'Function' }).inputValue()).toBe('beale');
    expect(await other.getByRole('spinbutton', { name: 'Steps' }).inputValue()).toBe('123');
    expect(await other.getByLabel('For').inputValue()).toBe('numpy');
    await other.evaluate("location.hash = 'rule=lion'");
    await soon(() => rule(other, 1).inputValue()).toBe('lion');
  });

  it('takes markup in a rule for text', async () => {
    const page = await lab(
      `rule=adam&rule=${encodeURIComponent('<img src=x onerror=alert(1)><script>alert(1)</script>')}&chosen=1`,
    );
    expect(await page.locator('.fault').count()).toBe(1);
    expect(await page.locator('img, .fault script').count()).toBe(0);
  });

  it('exports the rule for every target, and copies the text', async () => {
    const page = await lab('rule=powersign&train=0.02', {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const text = page.getByRole('textbox', { name: 'Exported text' });
    for (const target of targets.names) {
      await page.getByLabel('For').selectOption(target);
      const shown = 'exp(sign(g) * sign(ema(g, 0.9))) * g';
      const expected = exportRule(parseRule(shown), target, { text: shown, learningRate: 0.02 });
      await soon(() => text.inputValue()).toBe(expected);
    }
    await page.getByRole('button', { name: 'Copy' }).click();
    await soon(() => page.getByText('Copied').count()).toBe(1);
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await text.inputValue());
  });

  it('trains on the digits as the command line does', async () => {
    const args = ['adam', 'powersign', '--task', 'digits-mlp', '--protocol', 'curves@3=1e-2', '--seed', '4'];
    const { evaluations } = await here.json(['eval', ...args, '--workers', '1']);
    const page = await lab('rule=adam&train=0.01&rule=powersign&train=0.01&epochs=3&seed=4&width=32');
    const digits = page.locator('section[aria-labelledby=digits-title]');
    await digits.getByRole('button', { name: 'Train' }).click();
    const status = digits.getByRole('status');
    await soon(() => status.textContent()).toBe('Done');
    await digits.getByText('All epochs').click();
    const rows = await digits.locator('.epochs tbody tr').allInnerTexts();
    const numbers = rows.map((row) => row.split('\t').slice(2).map(Number));
    expect(numbers).toHaveLength(6);
    for (const [i, { curve, lossCurve }] of evaluations.entries()) {
      for (let epoch = 0; epoch < 3; epoch++) {
        const [loss, accuracy] = numbers[2 * epoch + i]!;
        expect(Math.abs(loss! - lossCurve[epoch])).toBeLessThan(1e-3);
        expect(Math.abs(accuracy! - curve[epoch])).toBeLessThan(1e-3);
      }
    }
    expect(await digits.locator('.chart path').count()).toBe(4);
    await page.setViewportSize({ width: 380, height: 900 });
    await checkAccessible(page);
  });

  it('stops a training, sweeps learning rates, and takes over the best', async () => {
    const page = await lab('rule=adam&rule=1e30*g^2&epochs=50&width=8');
    const digits = page.locator('section[aria-labelledby=digits-title]');
    const status = digits.getByRole('status');
    await digits.getByRole('button', { name: 'Train' }).click();
    await digits.locator('table.curves', { hasText: 'diverged at step' }).waitFor({ timeout: PATIENCE });
    await digits.getByRole('button', { name: 'Stop' }).click();
    await soon(() => status.textContent()).toBe('Stopped');
    await digits.getByRole('button', { name: 'Sweep λ' }).click();
    await soon(() => status.textContent()).toBe('Done');
    const rows = await digits.locator('.sweep tbody tr').allInnerTexts();
    const [, best] = rows[0]!.split('\t').map(Number);
    expect(rows[1]).toContain('1, 10');
    await digits.getByRole('button', { name: 'Use the best learning rates' }).click();
    const number = digits.getByLabel('Learning rate of adam, as a number');
    await soon(async () => Number(await number.inputValue())).toBe(best);
  });

  it.each(LOOKS)(
    'has no fault of WCAG 2.2 AA in $colorScheme colours at $width px, and fits',
    async (look) => {
      await checkAccessible(await lab('rule=adam&rule=foo', { look }));
    },
  );

  it('works from a folder of a plain web server', async () => {
    await exportSite(join(folder, 'some', 'where'));
    const plain = createServer(({ url = '' }, response) => {
      const path = url.endsWith('/') ? `${url}index.html` : url;
      const type = { html: 'text/html', js: 'text/javascript', css: 'text/css' }[path.split('.').at(-1)!];
      response.writeHead(200, { ...(type && { 'content-type': type }) });
      response.end(readFileSync(join(folder, path)));
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as AddressInfo;
    try {
      const page = await lab('rule=lion', { url: `http://127.0.0.1:${port}/some/where/` });
      expect(await fact(page, 'Same key').textContent()).toBe('lion');
    } finally {
      plain.close();
      plain.closeAllConnections();
    }
  });
});

describe('the site of the lab', () => {
  it('is smaller than 400 kB, packed, without the engine', async () => {
    const { files } = await exportSite(join(folder, 'site'));
    const sizes = files
      .filter((path) => /\.(html|js|css)$/.test(path))
      .map((path) => gzipSync(readFileSync(join(folder, 'site', path))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(400_000);
    expect(readdirSync(join(folder, 'site'))).toContain('index.html');
  });

  it('is served to this machine alone, and nothing else is', async () => {
    const ask = (path: string, options: { host?: string; method?: string } = {}): Promise<number> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(server.url);
        const { host = `${hostname}:${port}`, method = 'GET' } = options;
        request({ ...{ hostname, port, path, method }, headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode!);
        })
          .on('error', reject)
          .end();
      });
    expect(await ask('/')).toBe(200);
    expect(await ask('/index.html?x')).toBe(200);
    expect(await ask('/', { host: 'evil.example' })).toBe(403);
    expect(await ask('/', { method: 'POST' })).toBe(405);
    expect(await ask('/../../../package.json')).toBe(404);
    expect(await ask('/%2e%2e/%2e%2e/package.json')).toBe(404);
    expect(await ask('/assets')).toBe(404);
    const port = Number(new URL(server.url).port);
    await expect(serveLab(port)).rejects.toMatchObject({
      code: 'address',
      hint: expect.stringContaining('--port 0'),
    });
  });
});
