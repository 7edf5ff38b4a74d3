import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStudio, serveStudio } from '../src/studio/index.ts';
import { BOWL } from './bowl.ts';
import { LOOKS, noChromium, openBrowser, overflows, violations, watchedPage } from './browser.ts';
import { commandLine, documentOf } from './command-line.ts';

const { home, here, start, finish } = commandLine();
const store = join(home, 'nos.db');

/** A name that a page must not take for markup. */
const HOSTILE = '<script>document.title="hostile"</script>';

const search = (run: string, strategy: string, samples: number) =>
  here.json([
    ...['search', '--task', BOWL, '--space', 'quick', '--protocol', 'quick', '--engine', 'onnxruntime'],
    ...['--strategy', strategy, '--samples', String(samples), '--batch', '10', '--run', run],
  ]);

let studio: RunningStudio;
let port: number;
beforeAll(async () => {
  await search('evolved', 'evolution', 60);
  await search(HOSTILE, 'random', 20);
  await here.json(['note', HOSTILE, '<img src=x onerror=alert(1)> #wide']);
  studio = await serveStudio({ store, port: 0 });
  port = Number(new URL(studio.url).port);
});
afterAll(() => studio?.close());

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Asks as no browser would let a page ask: with any header, and a path that nobody has put in order. */
function ask(
  path: string,
  {
    headers = {},
    method = 'GET',
    body = '',
    at = port,
  }: Partial<{ headers: Record<string, string>; method: string; body: string; at: number }> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: at, path, method, headers }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

describe('who may ask the studio', () => {
  it('is this machine by its own names: another name that leads here is refused', async () => {
    const asHost = (host: string) => ask('/api/runs', { headers: { host } }).then(({ status }) => status);
    expect(await asHost(`127.0.0.1:${port}`)).toBe(200);
    expect(await asHost(`localhost:${port}`)).toBe(200);
    for (const host of [
      `evil.example:${port}`,
      'evil.example',
      `127.0.0.1.evil.example:${port}`,
      '127.0.0.1:1',
    ]) {
      expect(await asHost(host), host).toBe(403);
    }
  });

  it('is no page of elsewhere, neither to read nor to change', async () => {
    const removal = { method: 'POST', body: JSON.stringify({ change: 'remove', run: 'evolved' }) };
    const from = (origin: string) => ({ origin, 'content-type': 'application/json' });
    expect((await ask('/api/runs', { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    for (const origin of ['http://evil.example', 'null', `http://127.0.0.1:${port + 1}`]) {
      expect((await ask('/api/changes', { ...removal, headers: from(origin) })).status, origin).toBe(403);
    }
    expect((await ask('/api/changes', removal)).status).toBe(403);
    const cross = { ...from(`http://127.0.0.1:${port}`), 'sec-fetch-site': 'cross-site' };
    expect((await ask('/api/changes', { ...removal, headers: cross })).status).toBe(403);
    expect((await here.json(['runs'])).runs.map(({ name }: { name: string }) => name)).toContain('evolved');
  });

  it('needs the token where other machines can ask', async () => {
    const open = await serveStudio({ store, port: 0, host: '127.0.0.1' });
    try {
      const { port: at, search: query } = new URL(open.url);
      const asks = { at: Number(at) };
      expect(query).toMatch(/^\?token=[\w-]{32}$/);
      expect((await ask('/api/runs', asks)).status).toBe(403);
      expect((await ask('/api/runs?token=wrong', asks)).status).toBe(403);
      const entered = await ask(`/${query}`, asks);
      expect(entered.status).toBe(303);
      expect(entered.headers.location).not.toContain('token');
      const [cookie = ''] = entered.headers['set-cookie'] ?? [];
      expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
      const headers = { cookie: cookie.split(';')[0] as string };
      expect((await ask('/api/runs', { ...asks, headers })).status).toBe(200);
    } finally {
      await open.close();
    }
  });
});

describe('what the studio gives', () => {
  it('is no file but those of its pages', async () => {
    const paths = [
      '/../package.json',
      '/studio/../../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2f..%2findex.js',
    ];
    for (const path of [
      ...paths,
      '/studio//etc/passwd',
      '/.tsbuildinfo',
      '/studio',
      '/index.js',
      '/nos.db',
    ]) {
      const { status, body } = await ask(path);
      expect([400, 404], path).toContain(status);
      expect(body).not.toContain('neural-optimizer-search');
    }
    const page = await ask('/studio/');
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.headers['content-security-policy']).not.toContain('unsafe-inline');
  });

  it('are the figures of the other commands', async () => {
    const read = async (path: string) => JSON.parse((await ask(`/api/${path}`)).body);
    const { runs } = await here.json(['runs']);
    const evolved = runs.find(({ name }: { name: string }) => name === 'evolved');
    const { run, verdict } = await read('runs/evolved');
    expect(run).toMatchObject({ told: 60, best: evolved.bestReward, status: 'finished' });
    const top = await here.json(['top', 'evolved', '-n', '20']);
    expect(verdict.text).toBe(top.verdict.text);
    const { rows } = await read('runs/evolved/board?limit=20');
    const figures = ({ rule, reward, retest, copies }: (typeof rows)[number]) => [
      rule,
      reward,
      retest,
      copies?.length,
    ];
    expect(rows.slice(0, 12).map(figures)).toEqual(top.rules.slice(0, 12).map(figures));
    const curve = await read('runs/evolved/curve');
    const plot = await here.json(['plot', 'evolved', '-o', join(home, 'p.svg')]);
    expect(curve.points.map(([, reward]: [number, number]) => reward.toFixed(9))).toEqual(
      plot.curves[0].rewards.map((reward: number) => reward.toFixed(9)),
    );
    expect(curve.references.map(({ name }: { name: string }) => name)).toEqual(
      plot.references.map(({ name }: { name: string }) => name),
    );
  });

  it('compares rules by fresh seeds alone', async () => {
    const read = async (path: string) => JSON.parse((await ask(`/api/${path}`)).body);
    const { rules } = await here.json(['top', 'evolved', '--all', '-n', '200']);
    const tested = rules.find(({ retest, reference }: (typeof rules)[number]) => retest && !reference);
    const adam = rules.find(({ names }: (typeof rules)[number]) => names.includes('adam'));
    const { tables } = await read(`compare?rule=adam&rule=${encodeURIComponent(tested.rule)}`);
    const [base, beside] = tables[0].rules;
    const rewardsOf = ({ rewards }: typeof base) => rewards.map(({ reward }: { reward: number }) => reward);
    expect(rewardsOf(base)).toEqual(expect.arrayContaining(adam.retest.rewards));
    expect(rewardsOf(beside).sort()).toEqual([...tested.retest.rewards].sort());
    expect(beside.beside.pairs).toBe(tested.retest.rewards.length);
    expect(beside.beside.difference).toBeCloseTo(tested.retest.mean - adam.retest.mean, 12);
    const rule = await read(`runs/evolved/rules/${tested.key}`);
    expect(rule.evaluation.reward).toBe(tested.reward);
    expect(rule.comparison.tables).toEqual(tables);
    expect((await ask('/api/compare?rule=sign(')).status).toBe(400);
  });

  it('analyses a run', async () => {
    const { parts, rates, metrics, timeline, strings, costs } = JSON.parse(
      (await ask('/api/runs/evolved/analysis')).body,
    );
    const { samples } = (await here.json(['show', 'evolved'])).run.config;
    expect(timeline.length).toBeGreaterThan(samples / 2);
    expect(timeline.every(({ from, to, lane }: (typeof timeline)[number]) => from < to && lane >= 0)).toBe(
      true,
    );
    const workers = new Map(timeline.map(({ worker, lane }: (typeof timeline)[number]) => [worker, lane]));
    expect(workers.has(null)).toBe(false);
    expect([...workers.values()].sort()).toEqual([...workers.keys()].map((_, lane) => lane));
    expect(rates[0].sweep.length).toBeGreaterThan(1);
    expect(metrics.map(({ name }: { name: string }) => name)).toContain('rewardMean');
    expect(strings.lines[0].tokens).toHaveLength(strings.axes.length);
    const orderly = parts.every(
      ({ difference, interval }: (typeof parts)[number]) =>
        interval.low <= difference && difference <= interval.high,
    );
    expect(parts.length).toBeGreaterThan(2);
    expect(orderly).toBe(true);
    expect(costs[0].reward).toBeGreaterThanOrEqual(costs.at(-1).reward);
  });

  it('says what is wrong with a question', async () => {
    const { status, body } = await ask('/api/runs/evolvd');
    expect(status).toBe(404);
    expect(JSON.parse(body).hint).toContain("did you mean 'evolved'");
  });

  it('are after following a search what a new server gives', async () => {
    const task = ['--task', BOWL, '--space', 'quick', '--protocol', 'quick', '--engine', 'onnxruntime'];
    const strategy = ['--strategy', 'random', '--samples', '120', '--batch', '5', '--run', 'followed'];
    const ended = finish(start(['search', ...task, ...strategy]));
    const filters = [
      'limit=10',
      'limit=10&text=sign',
      'limit=5&found=1&least=0.5',
      'limit=5&status=diverged',
    ];
    const paths = ['', '/curve', ...filters.map((filter) => `/board?${filter}`)].map(
      (path) => `/api/runs/followed${path}`,
    );
    let over = false;
    ended.finally(() => {
      over = true;
    });
    let seen = 0;
    while (!over) {
      for (const path of paths) if ((await ask(path)).status === 200) seen++;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await ended).code).toBe(0);
    expect(seen).toBeGreaterThan(paths.length);
    const fresh = await serveStudio({ store, port: 0 });
    try {
      const at = Number(new URL(fresh.url).port);
      for (const path of paths) {
        expect(JSON.parse((await ask(path)).body), path).toEqual(JSON.parse((await ask(path, { at })).body));
      }
    } finally {
      await fresh.close();
    }
  });

  it('leaves the store as it is', async () => {
    const before = hashOf(store);
    for (const path of ['runs', 'runs/evolved', 'runs/evolved/curve', 'runs/evolved/board?text=sign']) {
      expect((await ask(`/api/${path}`)).status).toBe(200);
    }
    expect(hashOf(store)).toBe(before);
  });
});

describe('the lineage of a rule', () => {
  it('goes back to a string that was drawn, by changes that make each of its parent', async () => {
    const read = async (path: string) => JSON.parse((await ask(`/api/${path}`)).body);
    const { proposal } = await here.json(['show', 'evolved', '55']);
    const { steps, inferred } = await read(`runs/evolved/rules/${proposal.key}/lineage`);
    expect(inferred).toBe(false);
    expect(steps[1].position).toBe(proposal.parent);
    expect(steps[0]).toMatchObject({ position: 55, key: proposal.key });
    expect(steps.at(-1).changes).toEqual([]);
    for (const [i, { position, changes }] of steps.slice(0, -1).entries()) {
      expect(steps[i + 1].position).toBeLessThan(position);
      expect(changes.length).toBeGreaterThan(0);
    }
    const hostile = `runs/${encodeURIComponent(HOSTILE)}`;
    const { rows } = await read(`${hostile}/board?found=1`);
    const other = await read(`${hostile}/rules/${rows[0].key}/lineage`);
    expect(other).toEqual({ strategy: 'random', inferred: false, steps: [] });
    expect((await ask('/api/runs/evolved/rules/none/lineage')).status).toBe(404);
  });
});

describe('a part of a run', () => {
  it('is drawn closer, and is the same rules', async () => {
    const read = async (path: string) => JSON.parse((await ask(`/api/runs/evolved/curve${path}`)).body);
    const [whole, part] = [await read(''), await read('?from=11&to=30')];
    const within = ([at]: [number, number]) => at >= 11 && at <= 30;
    expect(part.shown).toEqual({ from: 11, to: 30 });
    expect(part.points).toEqual(whole.points.filter(within));
    expect(part.average).toEqual(whole.average.filter(within));
    expect(part.best.at(-1)[1]).toBe(whole.best.findLast(([at]: [number]) => at <= 30)[1]);
    expect((await read('?from=-5&to=9999')).shown).toEqual({ from: 1, to: 60 });
  });
});

describe('trainings that a page asks for', () => {
  const jobsAt = async (at: number) => JSON.parse((await ask('/api/jobs', { at })).body);
  const post = (at: number, body: object, origin = `http://127.0.0.1:${at}`) =>
    ask('/api/jobs', {
      ...{ at, method: 'POST', body: JSON.stringify(body) },
      headers: { origin, 'content-type': 'application/json' },
    });
  const evaluate = (key: string) => ({ job: 'evaluate', run: 'evolved', key, seeds: 5 });
  const foundKey = async () => {
    const { rows } = JSON.parse((await ask('/api/runs/evolved/board?found=1')).body);
    return rows[0].key as string;
  };

  it('are refused unless the studio is started for them', async () => {
    expect(await jobsAt(port)).toEqual({ allowed: false, jobs: [] });
    const { status, body } = await post(port, evaluate(await foundKey()));
    expect(status).toBe(403);
    expect(JSON.parse(body).hint).toContain('--allow-evaluate');
  });

  it('are stored, with the seeds of the run, and only this page may ask', async () => {
    const child = start(['studio', '--port', '0', '--allow-evaluate', '--engine', 'onnxruntime']);
    const ended = finish(child);
    try {
      const url = await new Promise<string>((resolve) => {
        child.stderr?.on('data', (text) => {
          const found = /http:\S+/.exec(String(text));
          if (found) resolve(found[0]);
        });
      });
      const at = Number(new URL(url).port);
      const key = await foundKey();
      expect((await post(at, evaluate(key), 'http://evil.example')).status).toBe(403);
      expect((await post(at, { ...evaluate(key), seeds: 1e6 })).status).toBe(400);
      expect((await post(at, evaluate('none'))).status).toBe(404);
      expect((await jobsAt(at)).jobs).toEqual([]);
      expect((await post(at, evaluate(key))).status).toBe(200);
      await expect
        .poll(async () => (await jobsAt(at)).jobs[0], { timeout: 200_000 })
        .toMatchObject({ state: 'done', done: 10, total: 10, key, run: 'evolved' });
      const { comparison } = JSON.parse((await ask(`/api/runs/evolved/rules/${key}`, { at })).body);
      expect(comparison.tables[0].rules[1].beside.pairs).toBeGreaterThanOrEqual(5);
      if (!noChromium) await watchAgain(url, key);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  });

  /** The same by the page of the rule. */
  async function watchAgain(url: string, key: string): Promise<void> {
    const browser = await openBrowser();
    try {
      const { page, faults } = await watchedPage(browser, new URL(url).origin);
      await page.goto(new URL(`/studio/#/run/evolved/rule/${key}`, url).href);
      await page.getByLabel('Fresh seeds').fill('6');
      await page.getByRole('button', { name: 'Evaluate again' }).click();
      await page.getByText('6 seeds: done, 12 of 12 evaluations').waitFor({ timeout: 200_000 });
      expect(await violations(page)).toEqual([]);
      expect(faults).toEqual([]);
    } finally {
      await browser.close();
    }
  }
});

describe('nos studio', () => {
  it('says where it is, and ends by a signal', async () => {
    const child = start(['studio', 'evolved', '--port', '0', '--json']);
    const ended = finish(child);
    const url = await new Promise<string>((resolve) => {
      child.stderr?.on('data', (text) => {
        const found = /http:\S+/.exec(String(text));
        if (found) resolve(found[0]);
      });
    });
    expect(url).toMatch(/#\/run\/evolved$/);
    expect((await fetch(new URL('/api/runs', url))).status).toBe(200);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(143);
    (await documentOf(['studio'])).parse(JSON.parse(stdout));
  });

  it('refuses a run and a store that are not there', async () => {
    expect((await here.nos(['studio', 'evolvd', '--port', '0'])).stderr).toContain("unknown run 'evolvd'");
    const { code, stderr } = await here.nos(['studio', '--port', '0', '--store', join(home, 'none.db')]);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no store');
  });
});

const PAGES = [
  ['the runs', '#/', 'evolved'],
  ['a run', '#/run/evolved?limit=10', 'Leaderboard'],
  ['a run of a hostile name', `#/run/${encodeURIComponent(HOSTILE)}?limit=10`, 'Leaderboard'],
  [
    'a comparison of runs',
    `#/compare?run=evolved&run=${encodeURIComponent(HOSTILE)}`,
    'Compare runs and rules',
  ],
] as const;

describe.skipIf(noChromium)('the pages of the studio', () => {
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    browser = await openBrowser();
    ({ origin } = new URL(studio.url));
  });
  afterAll(() => browser?.close());

  const opened = async (hash: string, look = LOOKS[0]) => {
    const watched = await watchedPage(browser, origin, look);
    await watched.page.goto(`${origin}/studio/${hash}`);
    return watched;
  };

  it.each(PAGES)('show %s to everybody, at every width, in both schemes', async (_, hash, text) => {
    for (const look of LOOKS) {
      const { page, faults } = await opened(hash, look);
      await page.getByText(text, { exact: false }).first().waitFor();
      if (hash !== '#/') await page.locator('figure svg').first().waitFor();
      const where = `${look.colorScheme}, ${look.width} px`;
      expect(await violations(page), where).toEqual([]);
      expect(await overflows(page), where).toBe(false);
      expect(faults, where).toEqual([]);
      expect(await page.title()).not.toBe('hostile');
      await page.close();
    }
  });

  it.each(LOOKS)('show a rule, an analysis and a part of a run, $colorScheme at $width px', async (look) => {
    const { page, faults } = await opened('#/run/evolved?found=1&limit=10&from=11&to=30', look);
    await page.locator('.zooms svg').waitFor();
    await page.getByRole('button', { name: 'What makes rules good' }).click();
    await page.getByRole('heading', { name: 'What the strategy says' }).waitFor();
    await page.locator('figure svg').nth(7).waitFor();
    await page.getByText('on a lane per worker').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.locator('.board a.rule').first().click();
    await page.getByRole('heading', { name: 'Lineage' }).waitFor();
    await page.locator('.lineage > li').first().waitFor();
    await page.locator('figure svg').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.getByRole('link', { name: 'Try it in the rule lab' }).click();
    await page.locator('.map polyline').first().waitFor();
    await page.getByRole('link', { name: 'Compare these rules in the studio' }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    await page.getByRole('link', { name: 'Compare these rules in the studio' }).click();
    await page.locator('.card figure svg').first().waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('keep filters of the leaderboard in the address', async () => {
    const { page, faults } = await opened('#/run/evolved');
    await page.locator('.board tbody tr').first().waitFor();
    await page.getByLabel('Contains').fill('drop');
    await page.getByLabel('found rules only').check();
    await expect.poll(() => page.url()).toContain('text=drop');
    await expect.poll(() => page.locator('.board tr.reference').count()).toBe(0);
    const rules = await page.locator('.board .rule').allTextContents();
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter((rule) => !rule.includes('drop'))).toEqual([]);
    await page.reload();
    expect(await page.getByLabel('Contains').inputValue()).toBe('drop');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('follow the store, and take notes, names and removals to it', async () => {
    const { page, faults } = await opened('#/');
    await page.getByRole('link', { name: 'evolved' }).waitFor();
    await here.json(['note', 'evolved', 'from elsewhere']);
    await page.getByText('from elsewhere').waitFor();
    await search('short', 'random', 10);
    await page.getByRole('link', { name: 'short' }).waitFor();
    await page.getByRole('button', { name: 'Edit short' }).click();
    const dialog = page.getByRole('dialog');
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Name').fill('evolved');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText("there is a run 'evolved' already").waitFor();
    await dialog.getByLabel('Name').fill('shorter');
    await dialog.getByLabel('Note').fill('to go #soon');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'shorter' }).waitFor();
    await page.getByLabel('Filter').fill('#soon');
    expect(await page.locator('.runs tbody tr').count()).toBe(1);
    await page.getByRole('button', { name: 'Edit shorter' }).click();
    await dialog.getByRole('button', { name: 'Remove…' }).click();
    await dialog.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('No run fits the filter').waitFor();
    // The browser itself says of the refusal that it was one.
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
    await page.close();
  });

  it('show a rule, and take it along', async () => {
    const [look] = LOOKS;
    const { page, faults } = await opened('#/run/evolved?found=1&limit=10', look);
    await page.locator('.board a.rule').first().click();
    await page.getByRole('heading', { name: 'Export' }).waitFor();
    await page.locator('figure svg').first().waitFor();
    expect(await page.locator('pre').textContent()).toContain('torch');
    await page.getByRole('combobox', { name: 'To', exact: true }).selectOption('numpy');
    expect(await page.locator('pre').textContent()).toContain('import numpy');
    expect(await page.locator('.tree li').count()).toBeGreaterThan(0);
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 380, height: 900 });
    expect(await overflows(page)).toBe(false);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('lead to the rule lab with the rule, and back', async () => {
    const { page, faults } = await opened('#/run/evolved?found=1&limit=10');
    const link = page.locator('.board a.rule').first();
    const text = await link.textContent();
    await link.click();
    await page.getByRole('heading', { name: 'Lineage' }).waitFor();
    await page.locator('.lineage > li').first().waitFor();
    await page.getByRole('heading', { name: 'Transfer card' }).waitFor();
    const before = page.url();
    await page.getByRole('link', { name: 'Try it in the rule lab' }).click();
    await page.locator('.map polyline').first().waitFor();
    expect(await page.getByLabel('Rule 2', { exact: true }).inputValue()).toBe(text);
    await page.getByRole('link', { name: 'Compare these rules in the studio' }).waitFor();
    await page.getByRole('link', { name: 'Studio', exact: true }).click();
    await page.getByRole('heading', { name: 'Export' }).waitFor();
    expect(page.url()).toBe(before);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('look closer at a part of a run that is dragged over', async () => {
    const { page, faults } = await opened('#/run/evolved?limit=10');
    const chart = page.locator('.zooms');
    await chart.locator('svg').waitFor();
    const { x, y, width, height } = (await chart.boundingBox())!;
    await page.mouse.move(x + width * 0.3, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/from=\d+&to=\d+/);
    const from = Number(await page.getByLabel('From rule').inputValue());
    expect(from).toBeGreaterThan(10);
    expect(from).toBeLessThan(25);
    await page.getByRole('button', { name: 'Whole run' }).click();
    await expect.poll(() => page.getByLabel('From rule').inputValue()).toBe('');
    expect(faults).toEqual([]);
    await page.close();
  });

  it('compare rules that are typed, and analyse a run', async () => {
    const { page, faults } = await opened('#/compare');
    await page.getByLabel('A rule or a name').fill('g');
    await page.getByRole('button', { name: 'Add' }).click();
    await expect.poll(() => page.url()).toContain('rule=adam&rule=g');
    await page.locator('.card figure svg').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goto(`${origin}/studio/#/run/evolved?limit=10`);
    await page.getByRole('button', { name: 'What makes rules good' }).click();
    await page.getByRole('heading', { name: 'What the strategy says' }).waitFor();
    expect(await page.locator('figure').count()).toBeGreaterThan(5);
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 380, height: 900 });
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    expect(faults).toEqual([]);
    await page.close();
  });

  it('save a chart as it is shown', async () => {
    const { page, faults } = await opened('#/run/evolved', LOOKS[1]);
    await page.locator('figure svg').first().waitFor();
    for (const [button, first] of [
      ['SVG', '<svg'],
      ['PNG', '\u0089PNG'],
    ] as const) {
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: button }).first().click();
      const bytes = readFileSync(await (await saved).path());
      expect(bytes.toString('latin1').startsWith(first)).toBe(true);
      if (button === 'SVG') expect(bytes.toString()).not.toMatch(/var\(|currentColor/);
    }
    expect(faults).toEqual([]);
    await page.close();
  });
});
