import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { logEvents } from '../src/log-events.ts';
import { metricNames, metrics } from '../src/observe/index.ts';
import { documentedEvents, operatingPage } from './operating-page.ts';

/** docs/operating.md and the code name the same things. */
describe('the page on operating', () => {
  it('has every event of the log with its level, and no other', () => {
    const events = documentedEvents();
    expect(Object.fromEntries([...events].map(([event, { level }]) => [event, level]))).toEqual(logEvents);
  });

  it('has every metric with its labels and whose it is, and no other', () => {
    const rows = [...operatingPage().matchAll(/^\| `(nos_\w+)(?:\{([\w,]+)\})?` \| ([^|]+) \|/gm)];
    const documented = rows.map(([, name, labels, at]) => ({ name, labels: labels?.split(',') ?? [], at }));
    expect(documented).toEqual(
      metricNames.map((name) => {
        const { labels, of, redis }: (typeof metrics)[typeof name] & Optional = metrics[name];
        return { name, labels: Object.keys(labels ?? {}), at: `${of ?? 'both'}${redis ? ', Redis' : ''}` };
      }),
    );
  });

  it('asks and alerts about metrics that there are', () => {
    const used = [...operatingPage().matchAll(/\bnos_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    expect(used.filter((name) => !Object.hasOwn(metrics, name))).toEqual([]);
  });

  it('is linked from the README and from the command line', () => {
    for (const page of ['README.md', 'docs/cli.md', 'docs/distributed.md']) {
      expect(readFileSync(page, 'utf8')).toContain('operating.md');
    }
  });
});

interface Optional {
  readonly labels?: object;
  readonly of?: string;
  readonly redis?: boolean;
}
