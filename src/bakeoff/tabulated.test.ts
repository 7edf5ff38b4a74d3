import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, openEvaluator } from '../evaluate/index.ts';
import { decode, encode, parseRule, positions, ruleKey, spaceSize, strings } from '../rules/index.ts';
import type { Landscape } from './landscape.ts';
import { digits, readTable, type Table, tabulatedSpace } from './tabulated.ts';

let directory: string;
let table: Table;
let landscape: Landscape;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-table-'));
  table = await readTable();
  landscape = await digits.open(1);
});
afterAll(() => rm(directory, { recursive: true }));

describe('the table of rewards', () => {
  it('is of the space that is searched, a count a string', () => {
    const { operands, unary, binary } = tabulatedSpace;
    expect(table.space).toEqual({ operands, unary, binary });
    expect(positions(tabulatedSpace).map(({ size }) => size)).toEqual([16, 16, 5, 5, 5]);
    expect(spaceSize(tabulatedSpace)).toBe(32_000n);
    expect(table.counts).toHaveLength(32_000);
  });

  it('has one count for all strings of a rule, and the number of rules', () => {
    const counts = new Map<string, Set<number>>();
    let index = 0;
    for (const tokens of strings(tabulatedSpace)) {
      const key = ruleKey(decode(tabulatedSpace, tokens));
      counts.set(key, (counts.get(key) ?? new Set()).add(table.counts[index++] as number));
    }
    expect(index).toBe(table.counts.length);
    expect(counts.size).toBe(table.rules);
    expect([...counts.values()].filter(({ size }) => size !== 1)).toEqual([]);
  });

  it('makes a landscape: the rewards, the best of them, and where the best hundredth begins', async () => {
    const rewards = [...strings(tabulatedSpace)].map((tokens) =>
      landscape.reward({ tokens, expression: parseRule('g') }),
    );
    expect(rewards).toEqual(table.counts.map((count) => count / table.examples));
    expect(Math.min(...rewards)).toBeGreaterThanOrEqual(0);
    expect(landscape.optimum).toBe(Math.max(...rewards));
    expect(landscape.optimum).toBeLessThanOrEqual(1);
    const share = (reached: (reward: number) => boolean) => rewards.filter(reached).length / rewards.length;
    expect(share((reward) => reward > landscape.topHundredth)).toBeLessThan(0.01);
    expect(share((reward) => reward >= landscape.topHundredth)).toBeGreaterThanOrEqual(0.01);
  });

  it('is the same for every seed', async () => {
    const other = await digits.open(2);
    const { optimum, topHundredth } = other;
    expect({ optimum, topHundredth }).toEqual({
      optimum: landscape.optimum,
      topHundredth: landscape.topHundredth,
    });
    for (const tokens of [
      [0, 1, 2, 3, 4],
      [15, 15, 4, 4, 4],
    ]) {
      const candidate = { tokens, expression: decode(tabulatedSpace, tokens) };
      expect(other.reward(candidate)).toBe(landscape.reward(candidate));
    }
  });

  it('holds what rules score when they are trained: to the bit on a machine of its fingerprint', async () => {
    const rules = ['g', 'adam', 'sign(m)', 'clip(g, 1e-3) + 1e-3 * w', 'exp(g) * m', 'rmsprop * sign(g)'];
    const { task, protocol, seed } = table;
    const evaluator = await openEvaluator({ task, directory });
    const tolerance = table.fingerprint === (await fingerprint()) ? 0 : 0.1;
    for (const rule of rules) {
      const expression = parseRule(rule);
      const tokens = encode(tabulatedSpace, expression) as number[];
      const { reward } = await evaluator.evaluate({ rule, task, protocol, seed });
      const known = landscape.reward({ tokens, expression });
      expect(Math.abs(reward - known), `${rule}: ${reward}, in the table ${known}`).toBeLessThanOrEqual(
        tolerance,
      );
    }
    await evaluator.close();
  });
});

describe('a damaged table', () => {
  const damaged: readonly [string, () => Uint8Array][] = [
    ['is no gzip', () => Buffer.from('no table')],
    ['is cut off', () => gzipSync(JSON.stringify(table)).subarray(0, 1000)],
    ['is no JSON', () => gzipSync('no table')],
    ['lacks a count', () => gzipSync(JSON.stringify({ ...table, counts: table.counts.slice(1) }))],
    [
      'holds half an example',
      () => gzipSync(JSON.stringify({ ...table, counts: table.counts.map(() => 0.5) })),
    ],
    ['lacks a field', () => gzipSync(JSON.stringify({ ...table, fingerprint: undefined }))],
  ];
  it.each(damaged)('that %s is data-corrupt', async (name, bytes) => {
    const path = join(directory, name);
    await writeFile(path, bytes());
    await expect(readTable(path)).rejects.toMatchObject({
      name: 'NosError',
      code: 'data-corrupt',
      message: expect.stringContaining(path),
      hint: 'install the package again',
    });
  });
});
