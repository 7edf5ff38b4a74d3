import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { NosError } from '../errors.ts';
import { inTurn } from '../in-turn.ts';
import { toJson } from '../json.ts';
import { parseRunConfig } from '../run/index.ts';
import { packageVersion } from '../version.ts';
import { analyse } from './analysis.ts';
import { type BoardQuery, Boards } from './board.ts';
import { changeRun } from './care.ts';
import { compareStored } from './comparison.ts';
import { readCurve } from './curve.ts';
import type { JobsDocument, RunsDocument } from './documents.ts';
import { pageFile } from './files.ts';
import { type Door, refusal, SECURITY_HEADERS } from './guard.ts';
import { type Jobs, parseJobRequest } from './jobs.ts';
import { Kept } from './kept.ts';
import { readLineage } from './lineage.ts';
import type { Reader } from './reader.ts';
import { readRule } from './rule.ts';
import { readEntries, readRunDocument } from './runs.ts';
import { changesOf } from './watch.ts';

export interface StudioOptions {
  readonly reader: Reader;
  readonly door: Door;
  /** What trains for the pages; absent if they may not ask for that. */
  readonly jobs?: Jobs | undefined;
}

/** How long a page waits for what is new in a store with very much of it. */
const PATIENCE_MS = 300;

/** Documents that are kept for the next who asks, while the store does not change. */
const MOST_DOCUMENTS = 60;

/** Rules that are compared at once. */
const MOST_RULES = 40;

const NOT_ALLOWED = {
  error: 'this studio does not train',
  hint: 'start it with --allow-evaluate',
};

const COOKIE = 'nos-token';

/** The studio as a web application: the pages of `dist/web/`, and documents of the store's runs for them. */
export function studioApp({ reader, door, jobs }: StudioOptions): Hono {
  const app = new Hono();
  const { digest } = reader;
  const boards = new Boards(reader);
  const documents = new Kept<string>(MOST_DOCUMENTS);

  app.use(async (c, next) => {
    const url = new URL(c.req.url);
    const given = url.searchParams.get('token');
    const cookie = new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(c.req.header('cookie') ?? '')?.[1];
    const caller = {
      method: c.req.method,
      host: c.req.header('host'),
      origin: c.req.header('origin'),
      site: c.req.header('sec-fetch-site'),
      token: given ?? cookie,
    };
    const refused = refusal(caller, door);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.header(name, value);
    if (refused !== undefined) return c.text(`${refused}\n`, 403);
    if (given !== null && door.token !== undefined) {
      // Out of the address, which is shown, copied and kept.
      c.header('set-cookie', `${COOKIE}=${door.token}; HttpOnly; SameSite=Strict; Path=/`);
      url.searchParams.delete('token');
      return c.redirect(`${url.pathname}${url.search}`, 303);
    }
    return next();
  });

  app.onError((error, c) => {
    if (!(error instanceof NosError))
      return c.json({ error: 'this is a bug of the studio', hint: error.message }, 500);
    return c.json({ error: error.message, hint: error.hint }, error.code === 'unknown-name' ? 404 : 400);
  });

  /** A number that changes with whatever documents tell of: the store, how much of it is taken in, jobs. */
  const state = async (): Promise<number> => {
    const { reading } = digest;
    return (await digest.version()) + (jobs?.changes ?? 0) + (reading ? reading.taken / reading.scores : 0);
  };

  /** Answers with a document of the store as it is now. */
  const answer = (
    path: string,
    read: (name: string, query: URLSearchParams, key: string) => Promise<unknown>,
  ): void => {
    app.get(path, async (c) => {
      await digest.refreshWithin(PATIENCE_MS);
      const { pathname, searchParams, search } = new URL(c.req.url);
      const text = documents.get(pathname + search, String(await state()), async () =>
        toJson(await read(c.req.param('run') ?? '', searchParams, c.req.param('key') ?? '')),
      );
      return c.body(await text, 200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    });
  };

  const runOf = async (name: string) => {
    const run = await digest.run(name);
    return { run, config: parseRunConfig(run.config) };
  };

  answer('/api/runs', async (): Promise<RunsDocument> => {
    const allows = { changes: true };
    return { store: digest.path, version: packageVersion, runs: await readEntries(reader), allows };
  });
  answer('/api/runs/:run', async (name) => {
    const { run, config } = await runOf(name);
    return readRunDocument(reader, run, config);
  });
  answer('/api/runs/:run/curve', async (name, query) => {
    const { run, config } = await runOf(name);
    return readCurve(reader, run, config, { from: wholeOf(query, 'from'), to: wholeOf(query, 'to') });
  });
  answer('/api/curves', async (_, query) => {
    const names = [...new Set(query.getAll('run'))];
    return inTurn(names, async (name) => {
      const { run, config } = await runOf(name);
      return readCurve(reader, run, config);
    });
  });
  answer('/api/runs/:run/board', async (name, query) => {
    const { run, config } = await runOf(name);
    return boards.read(run, config, boardQuery(query));
  });

  answer('/api/runs/:run/rules/:key', async (name, _, key) => {
    const { run, config } = await runOf(name);
    return readRule(digest, run, config, key);
  });
  answer('/api/runs/:run/rules/:key/lineage', async (name, _, key) => {
    const { run, config } = await runOf(name);
    return readLineage(digest, run, config, key);
  });
  answer('/api/runs/:run/analysis', async (name) => {
    const { run, config } = await runOf(name);
    return analyse(digest, run, config);
  });
  answer('/api/compare', (_, query) => compareStored(digest, query.getAll('rule').slice(0, MOST_RULES)));

  app.get('/api/changes', (c) =>
    streamSSE(c, async (stream) => {
      const ended = new AbortController();
      stream.onAbort(() => ended.abort());
      for await (const version of changesOf(state, ended.signal)) {
        const { reading } = digest;
        const read = reading ? reading.taken / reading.scores : 1;
        await stream.writeSSE({ event: 'change', data: JSON.stringify({ version, read }) });
      }
    }),
  );

  app.post('/api/changes', async (c) => {
    await changeRun(digest.path, await c.req.json().catch(() => undefined));
    return c.json({ done: true });
  });

  app.get('/api/jobs', (c) => {
    const document: JobsDocument = { allowed: jobs !== undefined, jobs: jobs?.list() ?? [] };
    return c.json(document, 200, { 'cache-control': 'no-store' });
  });
  app.post('/api/jobs', async (c) => {
    if (jobs === undefined) return c.json(NOT_ALLOWED, 403);
    const asked = parseJobRequest(await c.req.json().catch(() => undefined));
    if (asked.job === 'stop') jobs.stop(asked.id);
    else {
      await digest.refresh();
      const { run, config } = await runOf(asked.run);
      const { evaluation } = await readRule(digest, run, config, asked.key);
      jobs.start({ run, config, rule: evaluation.rule, key: asked.key, seeds: asked.seeds });
    }
    return c.json({ done: true });
  });

  app.get('/', (c) => c.redirect('studio/', 302));
  app.get('*', async (c) => {
    const { pathname } = new URL(c.req.url);
    const file = await pageFile(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    if (file === undefined) return c.text('there is no such page\n', 404);
    c.header('cache-control', file.lasting ? 'max-age=31536000, immutable' : 'no-cache');
    return c.body(file.body, 200, { 'content-type': file.type });
  });
  return app;
}

function wholeOf(query: URLSearchParams, name: string): number | undefined {
  const whole = Number.parseInt(query.get(name) ?? '', 10);
  return Number.isFinite(whole) ? whole : undefined;
}

function boardQuery(query: URLSearchParams): BoardQuery {
  const least = Number.parseFloat(query.get('least') ?? '');
  const limit = wholeOf(query, 'limit');
  return {
    text: (query.get('text') ?? '').slice(0, 300),
    status: query.get('status') ?? '',
    found: query.get('found') === '1',
    least: Number.isFinite(least) ? least : undefined,
    all: query.get('all') === '1',
    limit: limit === undefined ? 30 : Math.min(Math.max(limit, 1), 500),
  };
}
