/**
 * What the studio takes, on a run of many evaluations: from the start of the server to its first page, a page of the run, a filter, how soon it follows
 * a new evaluation, its processor time while it waits, the longest frame of a browser (Chromium) while a reader filters and zooms, and
 * by how much it slows a search that it follows, with and without it in turn.
 *
 *     npm run build && node bench/studio.mjs --size 100000
 *     npm run build && node bench/studio.mjs search [--search real] [--samples 60] [--workers 2] [--browser] [--repeats 7]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { serveStudio } from '../dist/studio/index.js';
import { writeLongRun } from './studio-store.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '100000' },
    repeats: { type: 'string', default: '5' },
    search: { type: 'string', default: 'quick' },
    samples: { type: 'string' },
    workers: { type: 'string', default: '1' },
    browser: { type: 'boolean', default: false },
  },
});
const size = Number(values.size);
const directory = mkdtempSync(join(tmpdir(), 'nos-studio-'));
const path = join(directory, 'nos.db');

const openChromium = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

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
  const changes = [];
  for (let i = 0; i < Number(values.repeats); i++) {
    const before = await read();
    const heard = new Promise((resolve) => {
      woken = resolve;
    });
    await writeLongRun(path, 'long', 20, size + 1000, before);
    const began = performance.now();
    await heard;
    changes.push(
      await timed(() =>
        Promise.all(
          ['', '/curve', '/board'].map(async (part) => (await fetch(url(`runs/long${part}`))).text()),
        ),
      ),
    );
    if ((await read()) <= before) throw new Error('it did not follow');
    delays.push({ clock: performance.now() - began, processor: 0 });
    await sleep(600);
  }
  say('follows an evaluation after', delays);
  say('documents of the page of a run after a change', changes);
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
  const browser = await openChromium();
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

/** Searches to follow: one of many rules a second, and one of the size that is worth to be looked at. */
const SEARCHES = {
  quick: { task: 'digits-mlp', protocol: 'quick', samples: 400 },
  real: { task: 'cifar10-convnet', protocol: 'fast', samples: 60 },
};

const searched = (store, run, { task, protocol, samples, seed = 0 }, workers) =>
  finished(
    nos(
      ...[
        'search',
        '--store',
        store,
        '--run',
        run,
        '--task',
        task,
        '--protocol',
        protocol,
        '--samples',
        `${samples}`,
      ],
      ...[
        '--strategy',
        'random',
        '--seed',
        `${seed}`,
        '--retest',
        '0x0',
        '--workers',
        workers,
        '--log-level',
        'error',
      ],
    ),
  );

async function finished(child) {
  child.stderr.resume();
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`a search ended with ${code}`);
}

/** Milliseconds of a processor that a process has taken. */
function processorOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Follows a run as the page of a run does; with a browser, by that page itself. */
async function follower(store, browser) {
  const studio = nos('studio', '--store', store, '--port', '0');
  const [text] = await once(studio.stderr, 'data');
  const [address] = /http:[^\s]+/.exec(text);
  studio.stderr.resume();
  const ended = new AbortController();
  const read = (run) =>
    Promise.all(
      ['', '/curve', '/board'].map(async (part) =>
        (await fetch(new URL(`/api/runs/${run}${part}`, address))).text(),
      ),
    );
  // A server that has shown a page before: what it takes to begin is measured elsewhere.
  await read('before');
  let page;
  if (browser) {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(new URL('/studio/#/run/before', address).href);
    await page.locator('.board tbody tr').first().waitFor();
    await page.goto(new URL('/studio/#/run/r', address).href);
  } else {
    const stream = await fetch(new URL('/api/changes', address), { signal: ended.signal });
    (async () => {
      for await (const _ of stream.body) await read('r');
    })().catch(() => undefined);
  }
  await sleep(1000);
  const used = async () => {
    const system = await browser?.newBrowserCDPSession();
    const { processInfo = [] } = (await system?.send('SystemInfo.getProcessInfo')) ?? {};
    const pages = processInfo.reduce((sum, { cpuTime }) => sum + 1000 * cpuTime, 0);
    return { server: processorOf(studio.pid), pages };
  };
  const before = await used();
  return async () => {
    const now = await used();
    ended.abort();
    await page?.close();
    studio.kill('SIGTERM');
    await once(studio, 'exit');
    return { server: now.server - before.server, pages: now.pages - before.pages };
  };
}

/** The time of a search that a page of the studio follows, beside the same search alone, in turn. */
async function slowed() {
  const search = { ...SEARCHES[values.search], ...(values.samples && { samples: Number(values.samples) }) };
  const browser = values.browser ? await openChromium() : undefined;
  const times = { alone: [], followed: [] };
  const takes = { server: [], pages: [] };
  for (let i = 0; i < 2 * Number(values.repeats); i++) {
    const kind = i % 4 === 1 || i % 4 === 2 ? 'followed' : 'alone';
    const store = join(directory, `search-${i}.db`);
    await searched(
      store,
      'before',
      { ...search, samples: Math.ceil(search.samples / 10), seed: 1 },
      values.workers,
    );
    const end = kind === 'followed' ? await follower(store, browser) : undefined;
    const began = performance.now();
    await searched(store, 'r', search, values.workers);
    const seconds = (performance.now() - began) / 1000;
    times[kind].push(seconds);
    const took = await end?.();
    for (const part of took ? ['server', 'pages'] : []) takes[part].push(took[part] / seconds);
  }
  await browser?.close();
  const [alone, followed] = [median(times.alone), median(times.followed)];
  const more = ((followed / alone - 1) * 100).toFixed(2);
  console.log(
    `a search of ${search.samples} rules on ${search.task}, ${(search.samples / alone).toFixed(1)} per second, alone ${alone.toFixed(2)} s, followed ${followed.toFixed(2)} s: ${more} % more`,
  );
  console.log(`  per second of it, the server takes ${median(takes.server).toFixed(1)} ms of a processor`);
  if (browser) console.log(`  and the browser ${median(takes.pages).toFixed(1)} ms`);
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
