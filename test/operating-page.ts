import { readFileSync } from 'node:fs';
import { levels } from '../src/log-events.ts';

export function operatingPage(): string {
  return readFileSync('docs/operating.md', 'utf8');
}

/** The events that docs/operating.md describes, with their levels and the fields of their own. */
export function documentedEvents(): ReadonlyMap<
  string,
  { readonly level: string; readonly fields: string[] }
> {
  const rows = [...operatingPage().matchAll(/^\| `([\w-]+)` \| ([a-z]+) \|([^|]*)\|/gm)].filter(
    ([, , level]) => levels.some((one) => one === level),
  );
  const events = new Map(
    rows.map(([, event = '', level = '', fields = '']) => [
      event,
      { level, fields: [...fields.matchAll(/`(\w+)`/g)].map(([, field = '']) => field) },
    ]),
  );
  const started = events.get('run-started')?.fields ?? [];
  // "those, `told`"
  events.get('run-resumed')?.fields.push(...started);
  return events;
}
