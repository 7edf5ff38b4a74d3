import { describe, expect, it } from 'vitest';
import { type LeaderboardRow, verdictOf } from '../run/index.ts';
import { leaderboardText } from './leaderboard.ts';
import { shortRules } from './short-rule.ts';
import { coloursFor } from './terminal.ts';
import { compareCommandText, verdictText } from './verdict.ts';

const row = (rank: number, rule: string, more: Partial<LeaderboardRow> = {}): LeaderboardRow => ({
  rank,
  rule,
  key: rule,
  names: [],
  reference: false,
  reward: 0.9,
  status: 'ok',
  learningRate: 0.1,
  edgeOfGrid: false,
  proposals: 1,
  index: 10 + rank,
  ...more,
});

const retest = (mean: number, seeds = 3, diverged = 0) => ({
  retest: { rewards: Array.from({ length: seeds }, () => mean), mean, diverged },
});

const SGD = { names: ['sgd'], reference: true, index: -1, proposals: 0 };
const terminal = { columns: 100, colours: coloursFor({}, {}), interactive: false };

describe('the leaderboard as text', () => {
  it('numbers the rules that were tested again, and sets the others apart', async () => {
    const rows = [
      row(1, 'm', retest(0.95)),
      row(2, 'g', { ...SGD, ...retest(0.94) }),
      row(3, 'v'),
      row(4, 'g^2', { ...retest(0.1, 3, 3), status: 'diverged' }),
    ];
    expect((await leaderboardText(rows, terminal)).split('\n')).toEqual([
      '#    rule    index  retest, 3 seeds    search  rate',
      '1    m          11  0.9500 ± 0.0000    0.9000  1e-1',
      '2  ◆ sgd: g         0.9400 ± 0.0000    0.9000  1e-1',
      '── not tested with fresh seeds ──',
      '     v          13                     0.9000  1e-1',
      '── diverged with every fresh seed ──',
      '     g^2        14         diverged  diverged  1e-1',
      'retest: mean ± standard deviation over fresh seeds',
      'index: of the proposal, as the show command takes it; search: its reward then; rate: learning rate',
      '◆ reference rule, scored by the same protocol',
    ]);
  });

  it('numbers all rules as long as none was tested again', async () => {
    const [head, first, second] = (await leaderboardText([row(1, 'm'), row(2, 'v')], terminal)).split('\n');
    expect([head, first, second]).toEqual([
      '#    rule  index  search  rate',
      '1    m        11  0.9000  1e-1',
      '2    v        12  0.9000  1e-1',
    ]);
  });
});

describe('a row of the leaderboard', () => {
  const textOf = (rows: readonly LeaderboardRow[]) => leaderboardText(rows, terminal);
  const lineOf = async (one: LeaderboardRow) => (await textOf([one])).split('\n')[1];

  it('says that there is none', async () => expect(await textOf([])).toBe('no rules yet'));

  it('has the name of a found rule behind it, and that of a reference before it', async () => {
    expect(await lineOf(row(1, 'm * exp(v)', { names: ['table1-3'] }))).toMatch(
      /^1 {4}m \* exp\(v\) {2}\(table1-3\) /,
    );
    expect(await lineOf(row(1, 'g', SGD))).toBe('1  ◆ sgd: g         0.9000  1e-1');
    // A name that is the text of the rule is not said twice.
    expect(await lineOf(row(1, 'adam', { ...SGD, names: ['adam'] }))).toMatch(/^1 {2}◆ adam {2,}0\.9000/);
  });

  it('says which rules behave as others do', async () => {
    const like = (distance: number) => ({ name: 'adam', distance });
    const copies = [row(5, 'm + m'), row(6, '2 * m')];
    const last = async (more: Partial<LeaderboardRow>) =>
      /1e-1 *(.*)$/.exec((await lineOf(row(1, 'm', more))) ?? '')?.[1];
    expect(await last({ like: like(0) })).toBe('same as adam');
    expect(await last({ like: like(0.01) })).toBe('near adam');
    expect(await last({ copies })).toBe('+2');
    expect(await last({ like: like(0.01), copies })).toBe('near adam, +2');
    expect(await textOf([row(1, 'm')])).not.toMatch(/near|\+N|▲edge|◆|fresh seeds/);
  });

  it('has the search’s own status where there is no reward, and flags the edge of a grid', async () => {
    const nothing = { status: 'failed', learningRate: Number.NaN } as const;
    expect(await lineOf(row(1, 'm', nothing))).toMatch(/failed {2}—$/);
    const text = await textOf([row(1, 'm', { learningRate: 10, edgeOfGrid: true })]);
    expect(text).toContain('1e+1 ▲edge\n');
    expect(text).toContain('▲edge: the best learning rate may lie outside the grid');
  });

  it('tells how many fresh seeds diverged, in a column named by the most that a row has', async () => {
    const rewards = { rewards: [0.1, 0.5, 0.6], mean: 0.4, diverged: 1 };
    const lines = (await textOf([row(1, 'm', retest(0.9, 2)), row(2, 'v', { retest: rewards })])).split('\n');
    expect(lines[0]).toContain('retest, 3 seeds');
    // Mean 0.4; squares 0.09 + 0.01 + 0.04 = 0.14, over two: 0.07, whose root is 0.2646.
    expect(lines[2]).toContain('0.4000 ± 0.2646, 1 diverged');
    const one = (await textOf([row(1, 'm', retest(0.9, 1))])).split('\n');
    expect(one[0]).toContain('retest, 1 seed ');
    expect(one[1]).toMatch(/ 0\.9000 +0\.9000 /);
    expect(one).not.toContain('retest: mean ± standard deviation over fresh seeds');
  });
});

describe('the verdict as a sentence', () => {
  const sentence = async (rows: readonly LeaderboardRow[], seeds = 3, finished = true): Promise<string> =>
    verdictText(verdictOf(rows, { seeds, finished }), await shortRules());
  const sgd = (mean: number, seeds = 3) => row(9, 'g', { ...SGD, ...retest(mean, seeds) });

  it.each([
    [
      [sgd(0.95), row(2, 'm', retest(0.938))],
      3,
      "No found rule beats sgd on 3 fresh seeds: the best, 'm', is 0.0120 below.",
    ],
    [
      [row(1, 'm', retest(0.95)), sgd(0.95)],
      3,
      "No found rule beats sgd on 3 fresh seeds: the best, 'm', equals it.",
    ],
    [
      [row(1, 'm', retest(0.971)), sgd(0.95)],
      3,
      "'m' is 0.0210 above sgd, the best reference, on 3 fresh seeds, which cannot tell them apart.",
    ],
    [
      [row(1, 'm', retest(0.971, 1)), sgd(0.95, 1)],
      1,
      "'m' is 0.0210 above sgd, the best reference, on one fresh seed, which cannot tell them apart.",
    ],
    [
      [row(1, 'm', retest(0.971, 10)), row(2, 'v', retest(0.96, 10)), sgd(0.95, 10)],
      10,
      "'m' beats sgd, the best reference, by 0.0210 on 10 fresh seeds (p 0.0039, corrected for 2 rules).",
    ],
    [
      [
        row(1, 'm', { retest: { rewards: [0.99, 0.9, 0.99, 0.9, 0.99, 0.9], mean: 0.945, diverged: 0 } }),
        sgd(0.94, 6),
      ],
      6,
      "'m' is 0.0050 above sgd, the best reference, on 6 fresh seeds, which do not tell them apart (p 0.7188).",
    ],
    [
      [row(1, 'm', retest(0.971, 3, 1)), sgd(0.95)],
      3,
      "'m' is 0.0210 above sgd, the best reference, on 3 fresh seeds, but it diverged on 1 of them.",
    ],
    [
      [row(1, 'm', retest(0.1, 3, 3)), sgd(0.95)],
      3,
      'No found rule beats sgd on 3 fresh seeds: all that were tested diverged.',
    ],
    [
      [row(1, 'm', retest(0.9))],
      3,
      "There is no reference rule to beat: the best found rule, 'm', has 0.9000 on 3 fresh seeds.",
    ],
  ])('%#', async (rows, seeds, expected) => expect(await sentence(rows, seeds)).toBe(expected));

  it('says nothing of a run that is not over, or was not tested again', async () => {
    const rows = [row(1, 'm', retest(0.95)), sgd(0.9)];
    expect(await sentence(rows, 3, false)).toMatch(/^Whether .* is known once the search is over/);
    expect(await sentence([row(1, 'm'), row(2, 'g', SGD)], 0)).toMatch(/^Whether .* is not known/);
  });

  it('is followed by a command that takes the rule as it is', async () => {
    const short = await shortRules();
    const of = (rule: string, environment = 'none') => {
      const verdict = verdictOf([row(1, rule, retest(0.96)), sgd(0.95)], { seeds: 3, finished: true });
      return compareCommandText(verdict, { task: 'a b.mjs', protocol: 'quick', environment }, short);
    };
    expect(of('m * exp(v)')).toBe(
      "nos compare 'm * exp(v)' --against sgd --task 'a b.mjs' --protocol quick --seeds 10",
    );
    expect(of('-g', '4bit')).toBe(
      "nos compare --against sgd --task 'a b.mjs' --protocol quick --environment 4bit --seeds 10 -- -g",
    );
  });
});
