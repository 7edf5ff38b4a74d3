import { pairs, table, thousands } from '../../report/index.ts';
import type { Space, Vocabulary } from '../../rules/index.ts';
import type { Command, Context, Result } from '../command.ts';
import { distinctOf, distinctRows } from '../distinct.ts';
import { spaceOptionsOf } from '../space-options.ts';

export const spaceCommand: Command = {
  name: 'space',
  summary: 'list the spaces of rules with their exact sizes, or show one and its share of distinct rules',
  arguments: '[space]',
  options: ['iterations', 'constraints', 'operands', 'unary', 'binary'],
  example:
    "nos space icml2017\nnos space quick --constraints distinct,reuse\nnos space icml2017 --operands 'g,m,sqrt(abs(g))'",
  run: (context) => {
    const [name] = context.arguments;
    return name === undefined ? listSpaces(context) : showSpace(name, context);
  },
};

/** Iterations that the paper searches (NOS §4.1). */
const ITERATIONS = [1, 2, 3] as const;

async function listSpaces({ settings, stdout, call }: Context): Promise<Result> {
  const { chosenVocabularies, findSpace, spaces, spaceSize } = await import('../../rules/index.ts');
  const rows = spaces.entries.map(({ name, title }) => {
    const space = findSpace(name, spaceOptionsOf(settings));
    const { iterations } = space;
    return { name, iterations, chosen: chosenVocabularies(space), size: spaceSize(space), title };
  });
  type Row = (typeof rows)[number];
  const columns = [
    { title: 'space', cell: (row: Row) => row.name, paint: stdout.colours.bold },
    { title: 'iterations', cell: (row: Row) => String(row.iterations), align: 'right' as const },
    { title: 'token strings', cell: (row: Row) => thousands(row.size), align: 'right' as const },
    { title: 'what', cell: (row: Row) => titleOf(row), flexible: true },
  ];
  const document = { spaces: rows.map((row) => ({ ...row, size: exact(row.size) })) };
  const hint = stdout.colours.dim(`one in full: ${call('nos space icml2017')}`);
  return { document, text: `${table(rows, columns, stdout.columns)}\n${hint}` };
}

async function showSpace(name: string, { settings, stdout, stderr }: Context): Promise<Result> {
  const { chosenVocabularies, findSpace, spaces, spaceSize } = await import('../../rules/index.ts');
  const space = findSpace(name, spaceOptionsOf(settings));
  const base = space.name.split('/')[0] as string;
  const chosen = chosenVocabularies(space);
  const sizes = ITERATIONS.map((iterations) => ({ iterations, size: spaceSize({ ...space, iterations }) }));
  const title = spaces.find(base).title;
  const { iterations, operands, unary, binary, constraints } = space;
  const distinct = await distinctOf(space, stderr);
  const document = {
    name: base,
    title,
    iterations,
    chosen,
    operands,
    unary,
    binary,
    constraints,
    size: exact(spaceSize(space)),
    sizes: sizes.map((entry) => ({ ...entry, size: exact(entry.size) })),
    distinct,
  };
  const rows: (readonly [string, string | readonly string[]])[] = [
    ['space', `${base}: ${titleOf({ title, chosen })}`],
    [`operands (${operands.length})`, operands],
    [`unary (${unary.length})`, unary],
    [`binary (${binary.length})`, binary],
    ['constraints', constraintsText(space)],
    ...sizes.map((entry): [string, string] => [
      `${entry.iterations} iteration${entry.iterations === 1 ? '' : 's'}`,
      `${thousands(entry.size)} token strings${entry.iterations === iterations ? ' (searched)' : ''}`,
    ]),
    ...distinctRows(distinct),
  ];
  return { document, text: pairs(rows, stdout.columns) };
}

/** A definition's own title counts its members. */
function titleOf({ title, chosen }: { title: string; chosen: readonly Vocabulary[] }): string {
  return chosen.length === 0 ? title : `with ${chosen.join(', ')} as chosen`;
}

function constraintsText({ constraints }: Space): string {
  return constraints.join(', ') || 'none (--constraints distinct,no-final-add,reuse)';
}

/** A number where JSON's readers keep every digit, else its digits as a string. */
function exact(size: bigint): number | string {
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : String(size);
}
