import * as z from 'zod';
import * as f from '../../fields.ts';
import { pairs, plural, strong, table, thousands } from '../../report/index.ts';
import {
  chosenVocabularies,
  distinctRules,
  findSpace,
  type Space,
  spaceSize,
  spaces,
  type Vocabulary,
} from '../../rules/index.ts';
import { type Context, defineCommand } from '../command.ts';
import type { SettingsOf } from '../option.ts';
import { spaceOptions } from '../options.ts';

type SpaceContext = Context<SettingsOf<typeof spaceOptions>>;

const size = z
  .union([z.int().nonnegative(), z.string().regex(/^\d+$/)])
  .describe('number of token strings; a string of its digits beyond 2⁵³');

const chosen = z
  .array(z.enum(['operands', 'unary', 'binary']))
  .describe('vocabularies that are not those of the named space');

const shared = {
  name: f.text('name of the space'),
  title: f.text('what it is, in a line'),
  iterations: f.count('iterations of the space'),
  chosen,
  size,
};

const spacesDocument = z.strictObject({ spaces: f.list(z.strictObject(shared), 'the spaces') });

const distinctSchema = z.strictObject({
  samples: f.count('random strings'),
  rules: f.count('distinct rules among them'),
});

const spaceDocument = z.strictObject({
  ...shared,
  operands: f.texts('operands'),
  unary: f.texts('unary functions'),
  binary: f.texts('binary functions'),
  constraints: f.texts('constraints on the strings'),
  sizes: f.list(
    z.strictObject({ iterations: shared.iterations, size }),
    'sizes with one to three iterations',
  ),
  distinct: distinctSchema.describe('how many distinct rules random strings denote'),
});

export const command = defineCommand({
  documents: { space: spacesDocument, 'space SPACE': spaceDocument },
  arguments: '[space]',
  options: spaceOptions,
  example:
    "nos space icml2017\nnos space quick --constraints distinct,reuse\nnos space icml2017 --operands 'g,m,sqrt(abs(g))'",
  run: (context) => {
    const [name] = context.arguments;
    return name === undefined ? listSpaces(context) : showSpace(name, context);
  },
});

/** Random strings among which distinct rules are counted. */
const SAMPLES = 1000;

/** Iterations that the paper searches (NOS §4.1). */
const ITERATIONS = [1, 2, 3] as const;

async function listSpaces({ settings, stdout, call }: SpaceContext) {
  const rows = spaces.entries.map(({ name, title }) => {
    const space = findSpace(name, settings);
    const { iterations } = space;
    return { name, iterations, chosen: chosenVocabularies(space), size: spaceSize(space), title };
  });
  type Row = (typeof rows)[number];
  const columns = [
    { title: 'space', cell: (row: Row) => row.name, paint: strong },
    { title: 'iterations', cell: (row: Row) => String(row.iterations), align: 'right' as const },
    { title: 'token strings', cell: (row: Row) => thousands(row.size), align: 'right' as const },
    { title: 'what', cell: (row: Row) => titleOf(row), flexible: true },
  ];
  const document = { spaces: rows.map((row) => ({ ...row, size: exact(row.size) })) };
  const hint = stdout.colours.dim(`one in full: ${call('nos space icml2017')}`);
  return { document, text: `${table(rows, columns, stdout)}\n${hint}` };
}

async function showSpace(name: string, { settings, stdout }: SpaceContext) {
  const space = findSpace(name, settings);
  const base = space.name.split('/')[0] as string;
  const chosen = chosenVocabularies(space);
  const sizes = ITERATIONS.map((iterations) => ({ iterations, size: spaceSize({ ...space, iterations }) }));
  const title = spaces.find(base).title;
  const { iterations, operands, unary, binary, constraints } = space;
  const distinct = { samples: SAMPLES, rules: distinctRules(space, { samples: SAMPLES, seed: 1 }) };
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
      plural(entry.iterations, 'iteration'),
      `${thousands(entry.size)} token strings${entry.iterations === iterations ? ' (searched)' : ''}`,
    ]),
    ['distinct rules', `${thousands(distinct.rules)} among ${thousands(SAMPLES)} random strings`],
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

/** A number if JSON's readers keep every digit, otherwise its digits as a string. */
function exact(size: bigint): number | string {
  return size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : String(size);
}
