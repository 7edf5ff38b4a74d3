/**
 * What the studio takes, on a run of many evaluations: from the start of the server to its first page, a page of the run, a filter, how soon it follows
 * a new evaluation, its processor time while it waits, the longest frame of a browser (Chromium) while a reader filters and zooms, and
 * by how much it slows a search that it follows, with and without it in turn.
 *
 *     npm run build && node bench/studio.mjs --size 100000
 *     npm run build && node bench/studio.mjs search [--repeats 7]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { openStore } from '../dist/store/index.js';
import { serveStudio } from '../dist/studio/index.js';
import { writeLongRun } from './studio-store.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string', default: '100000' }, repeats: { type: 'string', default: '5' } },
});
const size = Number(values.size);
const directory = mkdtempSync(join(tmpdir(), 'nos-studio-'));
const path = join(directory, 'nos.db');

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Medians: of the clock, and of this process's processor time, which others on the machine disturb less. */
const say = (what, times) =>
  console.log(
    `  ${what.padEnd(46)} ${median(times.map(({ clock }) => clock)).toFixed(0)} ms, ${median(times.map(({ processor }) => processor)).toFixed(0)} ms of a processor`,
  );

async function timed(work) {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(used);
  return { clock: performance.now() - began, processor: (user + system) / 1000 };
}

/** Times of the same work in new servers: the first of each, which takes the store in. */
async function measure() {
  const firsts = { runs: [], run: [], filter: [] };
  for (let i = 0; i < Number(values.repeats); i++) {
    let studio;
    const get = async (place) => {
      const response = await fetch(new URL(`/api/${place}`, studio.url));
      if (!response.ok) throw new Error(await response.text());
      return response.text();
    };
    firsts.runs.push(
      await timed(async () => {
        studio = await serveStudio({ store: path, port: 0 });
        await get('runs');
      }),
    );
    await whole(studio);
    firsts.run.push(
      await timed(() => Promise.all(['runs/long', 'runs/long/curve', 'runs/long/board'].map(get))),
    );
    firsts.filter.push(await timed(() => get('runs/long/board?text=sign(')));
    await studio.close();
  }
  say('first page, with the start of the server', firsts.runs);
  say('page of the run', firsts.run);
  say('filter of the leaderboard', firsts.filter);
}

/** Waits until a server has read its store. */
async function whole({ url }) {
  const ended = new AbortController();
  const { body } = await fetch(new URL('/api/changes', url), { signal: ended.signal });
  for await (const part of body) if (new TextDecoder().decode(part).includes('"read":1}')) break;
  ended.abort();
}

/** How long after it was written an evaluation is in the curve, and the processor time per second of following. */
async function follow() {
  const studio = await serveStudio({ store: path, port: 0 });
  const url = (place) => new URL(`/api/${place}`, studio.url);
  const read = async () => (await (await fetch(url('runs/long/curve'))).json()).scored;
  const ended = new AbortController();
  const stream = await fetch(url('changes'), { signal: ended.signal });
  let woken = () => undefined;
  (async () => {
    for await (const _ of stream.body) woken();
  })().catch(() => undefined);
  await read();
  await whole(studio);
  const delays = [];
  for (let i = 0; i < Number(values.repeats); i++) {
    const before = await read();
    const heard = new Promise((resolve) => {
      woken = resolve;
    });
    await writeLongRun(path, 'long', 20, size + 1000, before);
    const began = performance.now();
    await heard;
    if ((await read()) <= before) throw new Error('it did not follow');
    delays.push({ clock: performance.now() - began, processor: 0 });
    await sleep(600);
  }
  say('follows an evaluation after', delays);
  const used = process.cpuUsage();
  const SECONDS = 10;
  await sleep(1000 * SECONDS);
  const { user, system } = process.cpuUsage(used);
  console.log(`  ${'of a core while it waits'.padEnd(46)} ${((user + system) / 1e4 / SECONDS).toFixed(2)} %`);
  ended.abort();
  await studio.close();
}

/** The longest frame of the page of the run while a filter is typed, and while a part of the run is looked at closer. */
async function frames() {
  const studio = await serveStudio({ store: path, port: 0 });
  await whole(studio);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(new URL('/studio/#/run/long', studio.url).href);
  await page.locator('.board tbody tr').first().waitFor();
  await page.locator('.zooms svg').waitFor();
  await sleep(1000);
  const longest = async (what, work) => {
    await page.evaluate(() => {
      globalThis.longest = 0;
      let before;
      globalThis.frames = true;
      requestAnimationFrame(function next(now) {
        globalThis.longest = Math.max(globalThis.longest, now - (before ?? now));
        before = now;
        if (globalThis.frames) requestAnimationFrame(next);
      });
    });
    await work();
    await sleep(1500);
    const time = await page.evaluate(() => {
      globalThis.frames = false;
      return globalThis.longest;
    });
    console.log(`  ${`longest frame, ${what}`.padEnd(46)} ${time.toFixed(0)} ms`);
  };
  await longest('nothing done', () => undefined);
  await longest('a filter typed', () =>
    page.getByLabel('Contains').pressSequentially('sign(', { delay: 80 }),
  );
  await longest('a part of the run looked at', async () => {
    const { x, y, width, height } = await page.locator('.zooms').boundingBox();
    await page.mouse.move(x + width * 0.3, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + height / 2, { steps: 20 });
    await page.mouse.up();
  });
  await browser.close();
  await studio.close();
}

const bin = fileURLToPath(new URL('../bin/nos', import.meta.url));
const nos = (...args) => spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });

/** The time of a search of one worker that a page of the studio follows, beside the same search alone, in turn. */
async function slowed() {
  const times = { alone: [], followed: [] };
  for (let i = 0; i < 2 * Number(values.repeats); i++) {
    const followed = i % 4 === 1 || i % 4 === 2;
    const store = join(directory, `search-${i}.db`);
    await (await openStore(store)).close();
    const options = [
      '--task',
      'digits-mlp',
      '--strategy',
      'random',
      '--protocol',
      'quick',
      '--samples',
      '150',
    ];
    const studio = followed ? nos('studio', '--store', store, '--port', '0') : undefined;
    let address;
    if (studio) {
      const [text] = await once(studio.stderr, 'data');
      address = /http:[^\s]+/.exec(text)[0];
      studio.stderr.resume();
    }
    const ended = new AbortController();
    const stream = address && (await fetch(new URL('/api/changes', address), { signal: ended.signal }));
    const asked = (async () => {
      if (!stream) return;
      for await (const _ of stream.body) {
        for (const place of ['runs', 'runs/r', 'runs/r/curve', 'runs/r/board']) {
          await (await fetch(new URL(`/api/${place}`, address))).text();
        }
      }
    })().catch(() => undefined);
    const began = performance.now();
    const search = nos(
      'search',
      ...options,
      '--retest',
      '0x0',
      '--workers',
      '1',
      '--run',
      'r',
      '--store',
      store,
      '--log-level',
      'error',
    );
    search.stderr.resume();
    const [code] = await once(search, 'exit');
    if (code !== 0) throw new Error(`the search ended with ${code}`);
    times[followed ? 'followed' : 'alone'].push(performance.now() - began);
    ended.abort();
    await asked;
    if (studio) {
      studio.kill('SIGTERM');
      await once(studio, 'exit');
    }
  }
  const [alone, followed] = [median(times.alone), median(times.followed)];
  console.log(
    `a search of 150 rules alone ${(alone / 1000).toFixed(2)} s, followed ${(followed / 1000).toFixed(2)} s: ${((followed / alone - 1) * 100).toFixed(2)} % more`,
  );
}

try {
  if (positionals[0] === 'search') await slowed();
  else {
    await writeLongRun(path, 'long', size, size + 1000);
    console.log(`${size} evaluations`);
    await measure();
    await follow();
    await frames();
  }
} finally {
  rmSync(directory, { recursive: true });
}
