import * as observe from '../observe/index.ts';
import { packageVersion } from '../version.ts';
import type { Context } from './command.ts';

type ObservedSettings = { readonly metrics?: string | undefined; readonly redis?: string | undefined };

/** Keeps the metrics of a command, and serves them. */
export interface Observer {
  record(measures: readonly observe.Measure[]): void;
  /** Tells that whoever evaluates is open. `status` is asked at every scrape. */
  watch(status: () => observe.Status): void;
  /** Serves no more; ends at once. */
  close(): void;
}

const nobody: Observer = {
  record: () => undefined,
  watch: () => undefined,
  close: () => undefined,
};

/**
 * Serves the metrics of this process if the settings name an address.
 *
 * @throws NosError `bad-option` for what is no address; `address` if it cannot be listened on.
 */
export async function openObserver(
  { settings, log }: Context<ObservedSettings>,
  role: observe.Role,
  fingerprint: string,
): Promise<Observer> {
  if (settings.metrics === undefined) return nobody;
  const address = observe.parseAddress(settings.metrics, '--metrics');
  const redis = settings.redis !== undefined;
  const metrics = await observe.openMetrics({ role, version: packageVersion, fingerprint, redis });
  let connected = !redis;
  let status = (): observe.Status => ({ states: [] });
  const record = (measures: readonly observe.Measure[]): void => {
    for (const { metric, value } of measures) if (metric === 'nos_redis_up') connected = value === 1;
    metrics.record(measures);
  };
  const server = await observe.serveMetrics(address, {
    metrics: () => metrics.text(status()),
    contentType: metrics.contentType,
    trouble: () => (connected ? undefined : 'no connection to Redis'),
  });
  const url = `${server.url}/metrics`;
  log.write({ event: 'metrics-served', fields: { url }, message: `metrics at ${url}` });
  return {
    record,
    watch: (ask) => {
      status = ask;
      if (role === 'search') record([{ metric: 'nos_redis_up', value: 1 }]);
    },
    close: server.close,
  };
}
