import type { Registry } from '../registry.ts';
import { table } from '../report/index.ts';
import { defineCommand } from './command.ts';

interface Described {
  readonly name: string;
  readonly description: string;
}

/**
 * A command that lists what registries hold, each with its description; the first of a registry is its default. Its document has a
 * list per registry, by the same keys.
 */
export const listCommand = (example: string, registries: Readonly<Record<string, Registry<Described>>>) =>
  defineCommand({
    options: {},
    example,
    async run({ stdout }) {
      const lists = Object.entries(registries).map(([kind, { entries }]) => ({
        kind,
        rows: entries.map(({ name, description }) => ({ name, description })),
      }));
      const tables = lists.map(({ kind, rows }) =>
        table(
          rows,
          [
            { title: kind, cell: ({ name }) => name, paint: stdout.colours.bold },
            {
              title: 'what',
              cell: (row) => row.description + (row === rows[0] ? ' (the default)' : ''),
              flexible: true,
            },
          ],
          stdout.columns,
        ),
      );
      return {
        document: Object.fromEntries(lists.map(({ kind, rows }) => [kind, rows])),
        text: tables.join('\n\n'),
      };
    },
  });
