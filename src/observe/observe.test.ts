import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readExposition } from '../../test/exposition.ts';
import {
  busyAfter,
  type MetricsServer,
  metricNames,
  observeWorker,
  openMetrics,
  parseAddress,
  type Role,
  serveMetrics,
} from './index.ts';

describe('an address', () => {
  it('is a port of this machine alone, or a host and a port', () => {
    expect(parseAddress('9464', '--metrics')).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(parseAddress('0.0.0.0:9464', '--metrics')).toEqual({ host: '0.0.0.0', port: 9464 });
    expect(parseAddress('metrics.example:0', '--metrics')).toEqual({ host: 'metrics.example', port: 0 });
    expect(parseAddress('[::1]:9464', '--metrics')).toEqual({ host: '::1', port: 9464 });
  });

  it.each(['', 'nine', ':9464', '::1:9464', 'localhost', 'localhost:', '65536', '-1', '1.5'])(
    'is not %j',
    (text) => {
      expect(() => parseAddress(text, '--metrics')).toThrow(/^--metrics: expected PORT or HOST:PORT/);
    },
  );
});

const metricsOf = (role: Role, redis = true) =>
  openMetrics({ role, redis, version: '1.0.0', fingerprint: 'a "quoted" \\ one' });

describe('metrics', () => {
  it('are a page of Prometheus, with labels of any text', async () => {
    const { samples, types } = readExposition(
      await (await metricsOf('worker')).text({ states: ['idle', 'busy'] }),
    );
    expect(samples.get('nos_build_info{version="1.0.0",fingerprint="a \\"quoted\\" \\\\ one"}')).toBe(1);
    expect(samples.get('nos_workers{state="busy"}')).toBe(1);
    expect(samples.get('nos_evaluations_total{outcome="failed"}')).toBe(0);
    expect(types.get('process_cpu_seconds_total')).toBe('counter');
  });

  it('are those of the role, all of them once they have a value', async () => {
    const pages = (['search', 'worker'] as const).map(async (role) => {
      const metrics = await metricsOf(role);
      const labels = { run: 'one' };
      metrics.record([{ metric: 'nos_run_info', value: 1, labels }]);
      for (const metric of [
        'nos_run_samples',
        'nos_run_told',
        'nos_best_reward',
        'nos_batch_reward',
      ] as const) {
        metrics.record([{ metric, value: 0.5 }]);
      }
      return readExposition(await metrics.text({ states: [], depth: { waiting: 0, active: 0 } })).types;
    });
    const [search, worker] = (await Promise.all(pages)).map((types) => [...types.keys()]);
    expect(metricNames.filter((name) => !search?.includes(name))).toEqual([
      'nos_dropped_total',
      'nos_locks_total',
    ]);
    expect(worker).not.toContain('nos_queue_depth');
    expect(new Set([...(search ?? []), ...(worker ?? [])])).toEqual(
      expect.objectContaining(new Set(metricNames)),
    );
  });

  it('say nothing of Redis where there is none, nor of what nobody has measured', async () => {
    const text = await (await metricsOf('search', false)).text({ states: [] });
    expect(text).not.toMatch(/nos_redis_up|nos_requeued_total|nos_best_reward/);
  });

  it('follow what a worker does', () => {
    const job = { slot: 'w/1', job: 'e1', rule: 'g', seed: 1 };
    expect(observeWorker({ ...job, type: 'lock-retaken' }).measures).toEqual([
      { metric: 'nos_locks_total', value: 1, labels: { outcome: 'retaken' } },
    ]);
    expect(observeWorker({ ...job, type: 'dropped', why: 'failed', reason: 'gone' }).measures).toEqual([
      { metric: 'nos_evaluations_total', value: 1, labels: { outcome: 'failed' } },
    ]);
    const busy = busyAfter(new Set(), { ...job, type: 'started' });
    expect([...busyAfter(busy, { ...job, type: 'started' })]).toEqual(['w/1']);
    expect([...busyAfter(busy, { ...job, type: 'dropped', why: 'cancelled', reason: '' })]).toEqual([]);
  });
});

describe('the server', () => {
  let trouble: string | undefined;
  let servers: MetricsServer[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
    trouble = undefined;
  });
  const serve = async (port = 0): Promise<MetricsServer> => {
    const served = { metrics: async () => 'a 1\n', contentType: 'text/plain', trouble: () => trouble };
    const server = await serveMetrics({ host: '127.0.0.1', port }, served);
    servers = [...servers, server];
    return server;
  };
  const get = async (url: string, method = 'GET') => {
    const response = await fetch(url, { method });
    return [response.status, await response.text()];
  };

  it('has two pages, and says which', async () => {
    const { url } = await serve();
    expect(await get(`${url}/metrics?x=1`)).toEqual([200, 'a 1\n']);
    expect(await get(`${url}/healthz`)).toEqual([200, 'ok\n']);
    expect(await get(`${url}/`)).toEqual([404, expect.stringContaining('/metrics')]);
    expect(await get(`${url}/metrics`, 'POST')).toEqual([405, expect.any(String)]);
    trouble = 'no connection to Redis';
    expect(await get(`${url}/healthz`)).toEqual([503, 'no connection to Redis\n']);
  });

  it('says so where its port is taken, or its host is not here', async () => {
    const { url } = await serve();
    const port = Number(new URL(url).port);
    await expect(serve(port)).rejects.toMatchObject({
      code: 'address',
      exitCode: 1,
      message: `metrics at 127.0.0.1:${port}: in use by another process`,
    });
    const served = { metrics: async () => '', contentType: '', trouble: () => undefined };
    await expect(serveMetrics({ host: '192.0.2.1', port: 0 }, served)).rejects.toMatchObject({
      code: 'address',
    });
  });

  it('closes at once, whoever is connected', async () => {
    const server = await serve();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    server.close();
    await once(socket, 'close');
  });
});
