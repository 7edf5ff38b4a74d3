import * as z from 'zod';
import * as f from '../fields.ts';
import type { Registry } from '../registry.ts';
import { strong, table } from '../report/index.ts';
import { defineCommand } from './command.ts';

const named = z.strictObject({ name: f.text('name'), description: f.text('what it is, in a line') });

type Described = f.DataOf<typeof named>;

/** A registry to list, and what it holds. */
type Listed = readonly [registry: Registry<Described>, what: string];

/**
 * A command that lists what registries hold, each with its description; the first of a registry is its default. Its document has a
 * list per registry, by the same keys.
 */
export function listCommand(call: string, registries: Readonly<Record<string, Listed>>) {
  const lists = Object.entries(registries).map(([kind, [{ entries }, what]]) => ({
    kind,
    schema: f.list(named, what),
    rows: entries.map(({ name, description }) => ({ name, description })),
  }));
  return defineCommand({
    options: {},
    documents: {
      [call]: z.strictObject(Object.fromEntries(lists.map(({ kind, schema }) => [kind, schema]))),
    },
    example: `nos ${call}`,
    async run({ stdout }) {
      const tables = lists.map(({ kind, rows }) =>
        table(
          rows,
          [
            { title: kind, cell: ({ name }) => name, paint: strong },
            {
              title: 'what',
              cell: (row) => row.description + (row === rows[0] ? ' (the default)' : ''),
              flexible: true,
            },
          ],
          stdout,
        ),
      );
      return {
        document: Object.fromEntries(lists.map(({ kind, rows }) => [kind, rows])),
        text: tables.join('\n\n'),
      };
    },
  });
}
