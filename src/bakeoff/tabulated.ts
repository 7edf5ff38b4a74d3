import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { NosError } from '../errors.ts';
import { packageFolder } from '../package-folder.ts';
import { findSpace, positions, type Space, spaceSize } from '../rules/index.ts';
import type { Landscape, LandscapeDefinition } from './landscape.ts';

/** Where the table lies. */
const BUNDLED = fileURLToPath(new URL('assets/landscapes/digits-mlp.json.gz', packageFolder));

/** The rules that were evaluated: one iteration of icml2017, all its operands and five of its unary functions. */
export const tabulatedSpace: Space = findSpace('icml2017/1', {
  unary: ['x', '-x', 'exp(x)', 'clip(x, 1e-3)', 'sign(x)'],
});

const tableSchema = z.strictObject({
  /** What was asked: equal on every machine. */
  task: z.string(),
  protocol: z.string(),
  seed: z.int(),
  space: z.strictObject({
    operands: z.array(z.string()),
    unary: z.array(z.string()),
    binary: z.array(z.string()),
  }),
  /** Examples of the validation split: a reward is a count ÷ this. */
  examples: z.int().positive(),
  /** Distinct rules, each evaluated once. */
  rules: z.int().positive(),
  /** What the machine was. */
  version: z.string(),
  fingerprint: z.string(),
  /** Examples right, for every token string in lexicographic order; chance where every training diverged. */
  counts: z.array(z.int().min(0)),
});

/** The document of `bench/tabulate.mjs`. */
export type Table = z.output<typeof tableSchema>;

/** Real rewards: every rule of a space, really trained, once. */
export const digits: LandscapeDefinition = {
  name: 'digits-mlp',
  noises: [0],
  open: async () => landscapeOf(await readTable()),
};

/** @throws NosError `data-corrupt` when the installed package is damaged. */
export async function readTable(path = BUNDLED): Promise<Table> {
  try {
    const table = tableSchema.parse(JSON.parse(gunzipSync(await readFile(path)).toString()));
    const { operands, unary, binary } = tabulatedSpace;
    if (!isDeepStrictEqual(table.space, { operands, unary, binary }))
      throw new RangeError('of another space');
    if (table.counts.length !== Number(spaceSize(tabulatedSpace))) throw new RangeError('a count is missing');
    return table;
  } catch (error) {
    throw new NosError('data-corrupt', `${path}: not a table of rewards`, 'install the package again', {
      cause: error,
    });
  }
}

function landscapeOf({ counts, examples }: Table): Landscape {
  const places = positions(tabulatedSpace);
  const index = (tokens: readonly number[]): number =>
    tokens.reduce((sum, token, t) => sum * (places[t] as { size: number }).size + token, 0);
  const sorted = [...counts].sort((a, b) => b - a);
  return {
    space: tabulatedSpace,
    reward: ({ tokens }) => (counts[index(tokens)] as number) / examples,
    optimum: (sorted[0] as number) / examples,
    topHundredth: (sorted[Math.floor(sorted.length / 100) - 1] as number) / examples,
  };
}
