import { describe, expect, it } from 'vitest';
import type { TestedRow, Verdict } from '../run/index.ts';
import { compareCommandText, verdictDocument, verdictText } from './verdict.ts';

const tested = (rule: string, names: readonly string[], diverged = 0): TestedRow => ({
  ...{ rank: 1, rule, key: `key of ${rule}`, names, reference: names.length > 0, reward: 0.9, status: 'ok' },
  ...{ learningRate: 0.1, edgeOfGrid: false, proposals: 1, index: 7 },
  retest: { rewards: [0.8, 0.8, 0.8], mean: 0.8, diverged },
});
const found = tested('exp(v)', []);
const reference = tested('adam', ['adam']);
const short = (rule: string) => rule;
const said = (finding: Verdict['finding'], more: Partial<Verdict> = {}): string =>
  verdictText({ finding, seeds: 3, found, reference, difference: 0.01, ...more }, short);

describe('the verdict of a search', () => {
  it.each([
    ['undecided', {}, /known once the search is over/],
    ['untested', {}, /is not known: too few were tested with fresh seeds/],
    [
      'no-references',
      {},
      /no reference rule to beat: the best found rule, 'exp\(v\)', has 0\.8000 on 3 fresh seeds/,
    ],
    ['equal', {}, /^No found rule beats adam on 3 fresh seeds: the best, 'exp\(v\)', equals it\.$/],
    ['below', { difference: -0.02 }, /: the best, 'exp\(v\)', is 0\.0200 below\.$/],
    [
      'above',
      { p: 0.25, rules: 1 },
      /is 0\.0100 above adam, the best reference, on 3 fresh seeds, which cannot tell them apart\.$/,
    ],
    [
      'above',
      { p: 0.2, rules: 5, seeds: 10 },
      /which do not tell them apart \(p 0\.2000, corrected for 5 rules\)\.$/,
    ],
    ['above', { seeds: 1 }, /on one fresh seed, which cannot tell them apart\.$/],
    ['above', { found: tested('exp(v)', [], 1) }, /but it diverged on 1 of them\.$/],
    [
      'better',
      { p: 0.00001, rules: 2 },
      /^'exp\(v\)' beats adam, the best reference, by 0\.0100 on 3 fresh seeds \(p <0\.0001, corrected for 2 rules\)\.$/,
    ],
  ] as const)('%s with %j', (finding, more, expected) => {
    expect(said(finding, more)).toMatch(expected);
  });

  it('tells who diverged', () => {
    const { found: _, ...without } = { finding: 'diverged', seeds: 3, found, reference } as const;
    expect(verdictText(without, short)).toBe(
      'No found rule beats adam on 3 fresh seeds: all that were tested diverged.',
    );
    expect(verdictText({ finding: 'diverged', seeds: 3, found }, short)).toContain('nothing to beat');
    expect(verdictText({ finding: 'diverged', seeds: 3 }, short)).toMatch(/^Every rule that was tested/);
  });

  it('is a document with the same figures', () => {
    expect(
      verdictDocument({ finding: 'above', seeds: 3, found, reference, difference: 0.01 }, short),
    ).toEqual({
      ...{ finding: 'above', seeds: 3, difference: 0.01, text: expect.stringContaining('0.0100 above adam') },
      found: { rule: 'exp(v)', key: 'key of exp(v)', names: [], index: 7, mean: 0.8 },
      reference: { rule: 'adam', key: 'key of adam', names: ['adam'], index: 7, mean: 0.8 },
    });
  });
});

describe('the command that compares', () => {
  const command = (verdict: Partial<Verdict>, environment = 'none', task = 'digits-mlp') =>
    compareCommandText(
      { finding: 'above', seeds: 3, ...verdict },
      { task, protocol: 'quick', environment },
      short,
    );

  it('names the best found rule, the best reference, and the conditions of the run', () => {
    expect(command({ found, reference })).toBe(
      "nos compare 'exp(v)' --against adam --task digits-mlp --protocol quick --seeds 10",
    );
    expect(command({ found }, '4bit', '/my task.mjs')).toBe(
      "nos compare 'exp(v)' --task '/my task.mjs' --protocol quick --environment 4bit --seeds 10",
    );
  });

  it('puts a rule that begins with a minus sign behind --', () => {
    expect(command({ found: tested('-g', []) })).toMatch(/--seeds 10 -- '?-g'?$/);
  });

  it('is none without a found rule', () => expect(command({ reference })).toBeUndefined());
});
