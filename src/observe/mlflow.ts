import { setTimeout as sleep } from 'node:timers/promises';
import { NosError } from '../errors.ts';
import type { ChronicleEntry, SeriesPoint } from './chronicle.ts';
import type { RunAbout } from './tensorboard/writer.ts';

/** Sends the chronicle of a run to a server of MLflow, and waits for nobody. */
export interface MlflowSender {
  /** @param milliseconds When it happened, since 1970. */
  write(entry: ChronicleEntry, milliseconds: number): void;
  /** Sends what is left, for as long as `patience` lets it. @returns whether the server has all of it. */
  close(): Promise<boolean>;
}

export interface MlflowOptions extends RunAbout {
  /** `http://host:5000`; a user and a password may stand in it. */
  readonly url: string;
  /** `MLFLOW_TRACKING_TOKEN`. */
  readonly token?: string | undefined;
  readonly experiment: string;
  /** What tells runs of one name apart: the store. */
  readonly place: string;
  /** Called once, with what went wrong first. */
  readonly warn: (message: string) => void;
  /** Milliseconds that a request may take, and that `close` waits for what is left. */
  readonly patience?: number;
}

/** Points that wait for the server at most; older ones give way, as the store has them all. */
const MOST_WAITING = 50_000;
/** What MLflow takes in one request. */
const MOST_METRICS = 1000;

type Stamped = SeriesPoint & { readonly timestamp: number };

interface Beginning {
  readonly resumedAt: number;
  readonly time: number;
  readonly earlier: readonly Stamped[];
}

interface Waiting {
  readonly points: Stamped[];
  lost: boolean;
  ended?: { readonly how: 'finished' | 'stopped'; readonly best?: string; readonly time: number };
}

/** @throws NosError `bad-option` for what is no URL of a server. */
export function openMlflow(options: MlflowOptions): MlflowSender {
  const { warn, patience = 5000 } = options;
  const request = requester(options, patience);
  const waiting: Waiting = { points: [], lost: false };
  let runId: string | undefined;
  let began: Beginning = { resumedAt: 0, time: 0, earlier: [] };
  let params: ReturnType<typeof paramsOf> = [];
  let warned = false;
  let sending: Promise<void> = Promise.resolve();
  const closing = new AbortController();

  const flush = async (): Promise<void> => {
    if (runId === undefined) {
      const opened = await openRun(request, options, began);
      if (opened.isNew) {
        waiting.points.unshift(...began.earlier);
        params = paramsOf(options);
      }
      runId = opened.runId;
    }
    if (params.length > 0) await request('runs/log-batch', { run_id: runId, params });
    params = [];
    while (waiting.points.length > 0) {
      const part = waiting.points.slice(0, MOST_METRICS);
      const metrics = part.map(({ series, step, value, timestamp }) => ({
        ...{ key: keyOf(series), value, timestamp, step },
      }));
      await request('runs/log-batch', { run_id: runId, metrics });
      const sent = new Set(part);
      waiting.points.splice(0, waiting.points.length, ...waiting.points.filter((one) => !sent.has(one)));
    }
    const { ended } = waiting;
    if (ended === undefined) return;
    if (ended.best !== undefined) {
      await request('runs/set-tag', {
        run_id: runId,
        key: 'nos.best_rule',
        value: ended.best.slice(0, 5000),
      });
    }
    const status = ended.how === 'finished' ? 'FINISHED' : 'KILLED';
    await request('runs/update', { run_id: runId, status, end_time: ended.time });
    delete waiting.ended;
  };

  const trySending = async (): Promise<void> => {
    try {
      await flush();
    } catch (error) {
      if (!warned) warn(`MLflow at ${shownUrl(options.url)}: ${reasonOf(error)}; the search goes on`);
      warned = true;
      // A server that is gone is asked again with what comes next, not at every event.
      await sleep(patience, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
    }
  };
  let planned = false;
  const plan = (): void => {
    if (planned) return;
    planned = true;
    sending = sending.then(() => {
      planned = false;
      return trySending();
    });
  };

  return {
    write({ begins, points, ends }, milliseconds) {
      const stamped = (some: readonly SeriesPoint[]) =>
        some.map((point) => ({ ...point, timestamp: Math.round(milliseconds) }));
      if (begins) began = { ...begins, time: milliseconds, earlier: stamped(begins.earlier) };
      waiting.points.push(...stamped(points));
      if (waiting.points.length > MOST_WAITING) {
        waiting.points.splice(0, waiting.points.length - MOST_WAITING);
        waiting.lost = true;
      }
      if (ends) waiting.ended = { ...ends, time: Math.round(milliseconds) };
      if (begins || ends || points.length > 0) plan();
    },
    async close() {
      closing.abort();
      const left = (): boolean => waiting.points.length > 0 || waiting.ended !== undefined;
      const all = sending.then(() => (left() ? trySending() : undefined));
      const end = new AbortController();
      await Promise.race([
        all,
        sleep(2 * patience, undefined, { signal: end.signal }).catch(() => undefined),
      ]);
      end.abort();
      return !left() && !waiting.lost;
    },
  };
}

type Request = (path: string, body: object) => Promise<Readonly<Record<string, unknown>>>;

function requester({ url, token }: MlflowOptions, patience: number): Request {
  const server = parseServer(url);
  const { username, password } = server;
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    'base64',
  );
  const authorization = token ? `Bearer ${token}` : username ? `Basic ${basic}` : undefined;
  const base = `${server.origin}${server.pathname.replace(/\/$/, '')}/api/2.0/mlflow/`;
  return async (path, body) => {
    const response = await fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
      redirect: 'error',
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}${codeIn(text)}`);
    return JSON.parse(text === '' ? '{}' : text);
  };
}

function parseServer(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol)) return parsed;
  throw new NosError(
    'bad-option',
    '--mlflow: expected the URL of a server',
    'write --mlflow http://HOST:5000',
  );
}

/** MLflow's own code of an error: nothing else that a server says is shown. */
const codeIn = (text: string): string => {
  const code = /"error_code":\s*"([A-Z_]{1,60})"/.exec(text)?.[1];
  return code === undefined ? '' : ` ${code}`;
};

const shownUrl = (url: string): string => new URL(url).origin;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  return cause instanceof Error
    ? cause.message || (cause as NodeJS.ErrnoException).code || ''
    : error.message;
}

/** MLflow's metrics have letters, digits and a few signs in their names. */
const keyOf = (series: string): string => series.replace(/[^\w\-. /]/g, '_').slice(0, 250);

/** The run on the server: a new one, or for a resumed run the one that it had. */
async function openRun(
  request: Request,
  { run, experiment, place }: MlflowOptions,
  { resumedAt, time }: Beginning,
): Promise<{ readonly runId: string; readonly isNew: boolean }> {
  const experiment_id = await experimentId(request, experiment);
  if (resumedAt > 0) {
    const filter = `tags."nos.run" = '${quoted(run)}' and tags."nos.store" = '${quoted(place)}'`;
    const found = await request('runs/search', {
      ...{
        experiment_ids: [experiment_id],
        filter,
        max_results: 1,
        order_by: ['attributes.start_time DESC'],
      },
    });
    const [earlier] = (found.runs ?? []) as { readonly info: { readonly run_id: string } }[];
    if (earlier !== undefined) {
      await request('runs/update', { run_id: earlier.info.run_id, status: 'RUNNING' });
      return { runId: earlier.info.run_id, isNew: false };
    }
  }
  const tags = Object.entries({ 'mlflow.runName': run, 'nos.run': run, 'nos.store': place });
  const created = await request('runs/create', {
    ...{ experiment_id, run_name: run, start_time: Math.round(time) },
    tags: tags.map(([key, value]) => ({ key, value })),
  });
  const { run_id } = (created.run as { readonly info: { readonly run_id: string } }).info;
  return { runId: run_id, isNew: true };
}

const paramsOf = ({ facts }: RunAbout) =>
  Object.entries(facts).map(([key, value]) => ({ key: keyOf(key), value: String(value).slice(0, 500) }));

async function experimentId(request: Request, name: string): Promise<string> {
  const find = async (): Promise<string | undefined> => {
    const filter = `name = '${quoted(name)}'`;
    const found = await request('experiments/search', { filter, max_results: 1 });
    const [first] = (found.experiments ?? []) as { readonly experiment_id: string }[];
    return first?.experiment_id;
  };
  const known = await find();
  if (known !== undefined) return known;
  try {
    return String((await request('experiments/create', { name })).experiment_id);
  } catch (error) {
    // Another search may have created it.
    const created = await find();
    if (created !== undefined) return created;
    throw error;
  }
}

/** A filter of MLflow has no escape for its quotes. */
const quoted = (text: string): string => text.replaceAll("'", '_');
