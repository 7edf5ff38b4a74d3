import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { readCsv } from '../csv.ts';
import { NosError } from '../errors.ts';
import { withoutHash } from '../evaluation/index.ts';
import { constraints, findSpace, positions, type Space } from '../rules/index.ts';
import { mean } from '../statistics/index.ts';
import type { Landscape, LandscapeDefinition } from './landscape.ts';

/** A landscape of real rewards: the proposals of finished searches, from the table that `nos table` wrote. */

/** Bytes of a table that is unpacked; a string cannot be longer. */
const LARGEST = 2 ** 29 - 24;

/** What is read of the table's columns. */
const COLUMNS = [
  'role',
  'key',
  'tokens',
  'status',
  'reward',
  'seed',
  'task',
  'protocol',
  'environment',
  'space',
] as const;
type Cells = Readonly<Record<(typeof COLUMNS)[number], string>>;

const names = z.array(z.string()).optional();
const spaceSchema = z.strictObject({
  name: z.string(),
  iterations: z.int().optional(),
  constraints: z.array(z.enum(constraints)).optional(),
  operands: names,
  unary: names,
  binary: names,
});

/**
 * What a table is known by: its path as it was given, and a hash of its content, so that results on another table are not taken for
 * results on this one.
 *
 * @throws NosError `bad-text` if it cannot be read.
 */
export async function tableReference(path: string): Promise<string> {
  return `${path}#${hashOf(await contentOf(path))}`;
}

/** @param reference As {@link tableReference} gives it. */
export function landscapeOfTable(reference: string): LandscapeDefinition {
  return {
    name: reference,
    // Real rewards have their noise already.
    noises: [0],
    open: async () => {
      const path = withoutHash(reference);
      const content = await contentOf(path);
      if (`${path}#${hashOf(content)}` !== reference) throw refused(path, 'it has changed meanwhile');
      return landscapeOf(path, readRows(path, content));
    },
  };
}

const hashOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 12);

const refused = (path: string, what: string, cause?: unknown): NosError =>
  new NosError('bad-text', `${path}: ${what}`, 'name a table that `nos table` wrote', { cause });

function contentOf(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: Error) => {
    throw refused(path, `cannot be read: ${cause.message}`, cause);
  });
}

function readRows(path: string, content: Buffer): readonly Cells[] {
  const [titles, ...records] = readCsv(textOf(path, content), path);
  const places = COLUMNS.map((name) => titles?.fields.indexOf(name) ?? -1);
  const missing = COLUMNS.find((_, i) => places[i] === -1);
  if (missing !== undefined) throw refused(path, `it has no column '${missing}'`);
  return records.map(
    ({ fields }) => Object.fromEntries(COLUMNS.map((name, i) => [name, fields[places[i]!] ?? ''])) as Cells,
  );
}

function textOf(path: string, content: Buffer): string {
  const isCompressed = content[0] === 0x1f && content[1] === 0x8b;
  try {
    return (isCompressed ? gunzipSync(content, { maxOutputLength: LARGEST }) : content).toString();
  } catch (cause) {
    throw refused(path, 'it cannot be unpacked', cause);
  }
}

/** A token string that was proposed, and its reward. */
interface Known {
  readonly tokens: readonly number[];
  readonly reward: number;
}

function landscapeOf(path: string, rows: readonly Cells[]): Landscape {
  const proposed = rows.filter(
    ({ role, status, tokens }) => role === 'proposal' && status !== 'failed' && tokens !== '',
  );
  const [first] = proposed;
  if (first === undefined) throw refused(path, 'it has no proposals with token strings');
  for (const name of ['space', 'task', 'protocol', 'environment'] as const) {
    const other = proposed.find((row) => row[name] !== first[name]);
    if (other === undefined) continue;
    throw refused(path, `its rewards cannot be compared: ${name} ${first[name]}, and ${other[name]}`);
  }
  const space = spaceOf(path, first.space);
  const rewards = rewardsByKey(path, proposed);
  const known = knownStrings(path, space, proposed, rewards);
  const sorted = [...rewards.values()].sort((a, b) => b - a);
  return {
    space,
    reward: ({ key, tokens }) => rewards.get(key ?? '') ?? nearest(known, tokens),
    optimum: sorted[0]!,
    topHundredth: sorted[Math.max(Math.floor(sorted.length / 100) - 1, 0)]!,
  };
}

function spaceOf(path: string, text: string): Space {
  try {
    const { name, ...chosen } = spaceSchema.parse(JSON.parse(text));
    return findSpace(name, chosen);
  } catch (cause) {
    throw refused(path, 'its space is none of this version', cause);
  }
}

/** The mean reward of every rule over the seeds that it was scored with. */
function rewardsByKey(path: string, rows: readonly Cells[]): ReadonlyMap<string, number> {
  const seeds = new Map<string, Map<string, number>>();
  for (const { key, seed, reward } of rows) {
    const value = Number(reward);
    if (!(value >= 0 && value <= 1)) {
      throw refused(path, `a reward is ${reward}: expected accuracies, from 0 to 1`);
    }
    seeds.set(key, (seeds.get(key) ?? new Map()).set(seed, value));
  }
  return new Map([...seeds].map(([key, values]) => [key, mean([...values.values()])]));
}

function knownStrings(
  path: string,
  space: Space,
  rows: readonly Cells[],
  rewards: ReadonlyMap<string, number>,
): readonly Known[] {
  const sizes = positions(space).map(({ size }) => size);
  const strings = new Map(rows.map(({ tokens, key }) => [tokens, rewards.get(key)!]));
  return [...strings].map(([text, reward]) => {
    const tokens = text.split(' ').map(Number);
    const fits =
      tokens.length === sizes.length && tokens.every((token, i) => token >= 0 && token < sizes[i]!);
    if (!fits) throw refused(path, `the token string '${text}' is none of its space`);
    return { tokens, reward };
  });
}

/** The mean reward of the known strings that differ from the string in the fewest places. */
function nearest(known: readonly Known[], tokens: readonly number[]): number {
  let [least, sum, count] = [Number.POSITIVE_INFINITY, 0, 0];
  for (const one of known) {
    let differing = 0;
    for (let i = 0; i < tokens.length && differing <= least; i++) {
      if (one.tokens[i] !== tokens[i]) differing++;
    }
    if (differing > least) continue;
    if (differing < least) [least, sum, count] = [differing, 0, 0];
    sum += one.reward;
    count++;
  }
  return sum / count;
}
