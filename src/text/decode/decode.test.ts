import { describe, expect, it } from 'vitest';
import { stream } from '../../random/index.ts';
import { type BeamOptions, beamSearch } from './beam.ts';
import { greedySearch } from './greedy.ts';
import type { Limits, StepModel, Written } from './model.ts';
import { coverage, lengthPenalty } from './score.ts';

/** All that can go on at the greatest length: 3³ sentences by 4 tokens. */
const WIDEST = 108;
const [BEGIN, END] = [0, 1];
const VOCABULARY = 4;
const POSITIONS = 3;
const limits: Limits = { begin: BEGIN, end: END, maximumLength: 4 };
const plain = { lengthNormalisation: 0, coveragePenalty: 0 };

/** [vocabulary] log-probabilities and [positions] attention, random, after every prefix of every sentence. */
interface Table {
  logProbabilities(prefix: string): Float32Array;
  attention(prefix: string): Float32Array;
}

function randomTable(seed: number): Table {
  const known = new Map<string, Float32Array>();
  const softmax = (label: string, size: number, prefix: string): Float32Array => {
    const made = known.get(label + prefix) ?? draw(label, size, prefix);
    known.set(label + prefix, made);
    return made;
  };
  const draw = (label: string, size: number, prefix: string): Float32Array => {
    const numbers = stream(seed, label, prefix);
    const weights = Array.from({ length: size }, () => Math.exp(2 * numbers.normal()));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return Float32Array.from(weights, (weight) => weight / sum);
  };
  return {
    // Rounded, so that ties happen.
    logProbabilities: (prefix) =>
      softmax('next', VOCABULARY, prefix).map((p) => Math.log(Math.ceil(p * 16) / 16)),
    attention: (prefix) => softmax('attention', POSITIONS, prefix),
  };
}

/** A model whose state is each row's whole history: a row that is mixed up with another is found out. */
function tableModel(table: Table): StepModel<readonly string[]> & { calls: number[] } {
  const calls: number[] = [];
  return {
    calls,
    vocabulary: VOCABULARY,
    async next(state, tokens) {
      calls.push(tokens.length);
      const prefixes = state.map((prefix, row) => `${prefix} ${tokens[row]}`);
      const rowsOf = (row: (prefix: string) => Float32Array) =>
        Float32Array.from(prefixes.flatMap((prefix) => [...row(prefix)]));
      return {
        logProbabilities: rowsOf(table.logProbabilities),
        attention: rowsOf(table.attention),
        state: prefixes,
      };
    },
    reorder: (state, rows) => Array.from(rows, (row) => state[row] as string),
  };
}

/** Every sentence up to the greatest length, with its score. */
function everySentence(
  table: Table,
  sentence: string,
  options: BeamOptions,
): (Written & { score: number })[] {
  const found: (Written & { score: number })[] = [];
  const visit = (prefix: string, tokens: readonly number[], logProbability: number, sums: number[]): void => {
    const here = sums.map((sum, i) => sum + (table.attention(prefix)[i] as number));
    const next = table.logProbabilities(prefix);
    for (let token = 0; token < VOCABULARY; token++) {
      const total = logProbability + (next[token] as number);
      const longer = token === END ? tokens : [...tokens, token];
      if (token === END || longer.length === options.maximumLength) {
        const penalty = lengthPenalty(tokens.length + 1, options.lengthNormalisation);
        const covered =
          options.coveragePenalty === 0 ? 0 : coverage(here, POSITIONS, options.coveragePenalty);
        found.push({
          tokens: longer,
          logProbability: total,
          ended: token === END,
          score: total / penalty + covered,
        });
      } else {
        visit(`${prefix} ${token}`, longer, total, here);
      }
    }
  };
  visit(`${sentence} ${BEGIN}`, [], 0, new Array(POSITIONS).fill(0));
  return found;
}

const best = <T extends { score: number }>(sentences: readonly T[]): T =>
  sentences.reduce((most, other) => (other.score > most.score ? other : most));

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);
const sentences = ['s0', 's1', 's2'];

describe('beamSearch', () => {
  it.each([
    ['log P', plain],
    ['length normalisation', { lengthNormalisation: 0.7, coveragePenalty: 0 }],
    ['much length normalisation', { lengthNormalisation: 3, coveragePenalty: 0 }],
    ['coverage', { lengthNormalisation: 0.2, coveragePenalty: 0.5 }],
  ])('as wide as the space finds the best of all sentences by %s', async (_, scoring) => {
    for (const seed of SEEDS) {
      const table = randomTable(seed);
      const options = { ...limits, ...scoring, width: WIDEST };
      const found = await beamSearch(tableModel(table), sentences, sentences.length, options);
      for (const [index, sentence] of sentences.entries()) {
        const ended = everySentence(table, sentence, options).filter((each) => each.ended);
        expect(found[index]?.score).toBeCloseTo(best(ended).score, 12);
        expect(ended).toContainEqual({ ...found[index], score: expect.closeTo(best(ended).score, 12) });
      }
    }
  });

  it('of width 1 is greedy search', async () => {
    for (const seed of SEEDS) {
      const model = tableModel(randomTable(seed));
      const found = await beamSearch(model, sentences, sentences.length, { ...limits, ...plain, width: 1 });
      const greedy = await greedySearch(model, sentences, sentences.length, limits);
      expect(found.map(({ score: _, ...rest }) => rest)).toEqual(greedy);
    }
  });

  it('finds nothing better in a narrower beam, and mostly worse in the narrowest', async () => {
    let worse = 0;
    for (const seed of SEEDS) {
      const model = tableModel(randomTable(seed));
      const search = (width: number) => beamSearch(model, sentences, 3, { ...limits, ...plain, width });
      const [widest, ...narrower] = [await search(WIDEST), await search(3), await search(2), await search(1)];
      for (const found of narrower) {
        for (const [index, { ended, score }] of found.entries()) {
          const most = (widest?.[index]?.score as number) + 1e-12;
          if (ended) expect(score).toBeLessThanOrEqual(most);
          if (!ended || score < most - 1e-6) worse++;
        }
      }
    }
    expect(worse).toBeGreaterThan(20);
  });

  it('decodes a batch as it decodes each sentence', async () => {
    const model = tableModel(randomTable(5));
    const options = { ...limits, lengthNormalisation: 0.6, coveragePenalty: 0.1, width: 3 };
    const alone = await Promise.all(sentences.map((sentence) => beamSearch(model, [sentence], 1, options)));
    expect(await beamSearch(model, sentences, 3, options)).toEqual(alone.flat());
  });

  it('asks for equally many rows at every step', async () => {
    const model = tableModel(randomTable(2));
    await beamSearch(model, sentences, 3, { ...limits, ...plain, width: 5 });
    expect(new Set(model.calls)).toEqual(new Set([15]));
  });

  it('of equal sentences takes the one of lower tokens', async () => {
    const even: Table = {
      logProbabilities: () => new Float32Array([-1, -9, -1, -1]),
      attention: () => new Float32Array(POSITIONS),
    };
    const [found] = await beamSearch(tableModel(even), ['s'], 1, { ...limits, ...plain, width: 2 });
    expect(found).toEqual({ tokens: [0, 0, 0, 0], logProbability: -4, ended: false, score: -4 });
  });

  it('stops when nothing better can come', async () => {
    const sure: Table = {
      logProbabilities: () => new Float32Array([-8, -0.01, -9, -7]),
      attention: () => new Float32Array(POSITIONS),
    };
    const model = tableModel(sure);
    const options = { ...limits, lengthNormalisation: 1, coveragePenalty: 0, width: 3 };
    const [found] = await beamSearch(model, ['s'], 1, options);
    expect(found).toMatchObject({ tokens: [], ended: true });
    expect(model.calls).toHaveLength(1);
  });

  it('comes back empty-handed from a network that gives no numbers', async () => {
    const broken: Table = {
      logProbabilities: () => new Float32Array(VOCABULARY).fill(Number.NaN),
      attention: () => new Float32Array(POSITIONS),
    };
    const [found] = await beamSearch(tableModel(broken), ['s'], 1, { ...limits, ...plain, width: 2 });
    expect(found).toMatchObject({ tokens: [], ended: false });
  });

  it('refuses options out of range, and coverage without attention', async () => {
    const search = (options: Partial<BeamOptions>, model = tableModel(randomTable(0))) =>
      beamSearch(model, ['s'], 1, { ...limits, ...plain, width: 2, ...options });
    await expect(search({ width: 0 })).rejects.toThrow('width: expected 1 or more, got 0');
    await expect(search({ maximumLength: 0 })).rejects.toThrow('maximumLength: expected 1 or more, got 0');
    await expect(search({ lengthNormalisation: -1 })).rejects.toThrow('expected 0 or more, got -1');
    const model = tableModel(randomTable(0));
    const blind: typeof model = {
      ...model,
      next: async (state, tokens) => {
        const { attention: _, ...step } = await model.next(state, tokens);
        return step;
      },
    };
    await expect(search({ coveragePenalty: 0.2 }, blind)).rejects.toThrow(TypeError);
  });
});

describe('the score of Wu et al. (2016)', () => {
  it('divides by a power of the length', () => {
    expect(lengthPenalty(1, 0.2)).toBe(1);
    expect(lengthPenalty(20, 0)).toBe(1);
    expect(lengthPenalty(7, 1)).toBe(2);
    expect(lengthPenalty(19, 0.5)).toBe(2);
  });

  it('takes off for what was not attended to, and not for padding', () => {
    expect(coverage([1, 2, 1], 3, 0.2)).toBe(0);
    expect(coverage([0.5, 1, 0], 2, 0.2)).toBeCloseTo(0.2 * Math.log(0.5), 12);
    expect(coverage([0], 1, 1)).toBeCloseTo(Math.log(1e-10), 9);
  });
});
