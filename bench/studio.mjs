/**
 * What the studio takes, on a run of many evaluations: from the start of the server to its first page, a page of the run, a filter, how soon it follows
 * a new evaluation, and its processor time while a search writes one evaluation a second.
 *
 *     npm run build && node bench/studio.mjs --size 100000
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { serveStudio } from '../dist/studio/index.js';
import { writeLongRun } from './studio-store.mjs';

const { values } = parseArgs({
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

try {
  await writeLongRun(path, 'long', size, size + 1000);
  console.log(`${size} evaluations`);
  await measure();
  await follow();
} finally {
  rmSync(directory, { recursive: true });
}
