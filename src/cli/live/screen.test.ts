import { describe, expect, it } from 'vitest';
import {
  batch,
  evaluated,
  evaluation,
  events,
  replay,
  start,
  worker,
} from '../../../test/support/run-events.ts';
import { coloursFor } from '../../report/index.ts';
import { advance, initialProgress, type RunEvent, type RunProgress } from '../../run/index.ts';
import { plainLine } from './reporter.ts';
import { screen } from './screen.ts';

const nameOf = ({ rule }: { readonly rule: string }): string =>
  rule === 'g' ? 'sgd' : rule === 'adam' ? 'adam' : '';
const options = (columns: number, rows: number) => ({
  columns,
  rows,
  short: (rule: string) => rule,
  stopping: false,
  colours: coloursFor({}, {}),
  elapsed: 60,
  nameOf,
});
const view = (progress: RunProgress, columns = 80, rows = 24): readonly string[] =>
  screen(progress, options(columns, rows)).split('\n');

describe('screen', () => {
  it('shows the run, the pace, the best rules, the references and every worker', () => {
    const text = view(replay(events)).join('\n');
    expect(text).toContain('quick-1  searching');
    expect(text).toContain('4/10 rules  4.0 rules/min  1 min 00 s gone, 48 s left');
    expect(text).toContain('best so far 0.7000 ▁\nbatch means 0.5000 ▁\n');
    expect(text).toContain('rewards lately 0.5000, uncertainty 1.93 nats a token\n');
    expect(text).toContain('\n#  reward  learning rate  rule\n1  0.7000  1e-1           m\n');
    expect(text).toMatch(/\n2 {2}0\.4000 {2}1e-1 ▲edge +g {2}\(sgd\)\n/);
    expect(text).toContain('references  adam 0.6000');
    expect(text).toContain(' worker-1  ██████░░░░░░ sweep 1e-3   m * exp(v) (started again 1×)');
    expect(text).toContain(' worker-2  ██████░░░░░░ sweep 1e-3   m * exp(v)\n');
  });

  it('shows scores in units of their own', () => {
    const metric = { metric: 'val_loss', goal: 'minimise' } as const;
    const begun = initialProgress('quick-1', 10, { references: 2, retests: 4 }, { metric });
    const told = { ...batch, meanReward: -3.25, best: { rule: 'm', reward: -0.5 } };
    const list = [events[0]!, evaluated(0, 'g', -6), evaluated(1, 'm', -0.5), told];
    const text = view(list.reduce(advance, begun)).join('\n');
    expect(text).toContain('best so far 0.5 ▁\nbatch means 3.25 ▁\nval_loss: lower is better');
    expect(text).toMatch(/\n# {2}val_loss {4}learning rate {2}rule\n1 {2}0\.5 {9}1e-1 +m\n2 {2}6 /);
    expect(text).not.toMatch(/rewards lately|-\d\.\d/);
  });

  it.each([60, 80, 120])('stays within %i columns', (columns) => {
    const long = evaluated(4, `${'exp(sign(g) * sign(m)) + '.repeat(10)}g`, 0.9);
    const lines = view(replay([...events, long]), columns);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  });

  it.each([
    [120, 40],
    [80, 24],
    [40, 12],
    [20, 6],
    [8, 3],
    [1, 1],
  ])('keeps within %i columns and %i rows', (columns, rows) => {
    const lines = view(replay(events), columns, rows);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 2));
  });

  it('tells what it may take, and that this is over', () => {
    const timed = (elapsed: number) =>
      screen(replay(events), { ...options(80, 24), elapsed, timeout: 600 }).split('\n')[0];
    expect(timed(60)).toBe('quick-1  searching, for at most 10 min 00 s');
    expect(timed(600)).toBe('quick-1  the time is over: scoring what is under way');
  });

  it('says nothing of metrics that it has no words for', () => {
    const odd = replay([...events, { ...batch, metrics: { cgResidual: 0.1, populationBest: Number.NaN } }]);
    expect(view(odd).join('\n')).not.toMatch(/cgResidual|best alive/);
  });

  it('shows at once how far a resumed run was', () => {
    const resumed = initialProgress('r', 10, { references: 0, retests: 0 }, { told: 6 });
    expect(view(resumed)[1]).toContain('6/10 rules');
    const started: RunEvent = { type: 'started', run: 'r', samples: 10, resumedAt: 4 };
    expect(view(advance(resumed, started))[1]).toContain('6/10 rules');
  });

  it('counts the tests with fresh seeds', () => {
    const retest: RunEvent = { type: 'retest', evaluation: evaluation('m', 0.6), cached: false };
    const lines = view(replay([...events, { ...batch, told: 10 }, retest]));
    expect(lines[0]).toBe('quick-1  testing the best again with fresh seeds');
    expect(lines[1]).toMatch(/^█{10}░{30} {2}1\/4 tests {2}/);
  });

  it('shows as many workers as the terminal has rows for', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({ ...worker, name: `worker-${i}` }));
    const lines = view(
      replay([...events, { type: 'progress', workers: many, progress: worker.progress }]),
      80,
      20,
    );
    expect(lines).toHaveLength(20);
    expect(lines.at(-2)).toBe(' … and 23 more');
  });

  it('has something to show before the first event', () => {
    expect(view(start)[0]).toBe('quick-1  starting the workers');
  });
});

describe('plain lines', () => {
  const lines = (list: readonly RunEvent[]): readonly string[] => {
    let progress = start;
    return list.flatMap((event) => {
      progress = advance(progress, event);
      return plainLine(progress, event, { nameOf, short: (rule) => rule }) ?? [];
    });
  };

  it('are one a batch, and one for the start and each reference', () => {
    expect(lines(events)).toEqual([
      'run quick-1: 10 rules',
      'reference adam: 0.6000',
      'batch 1  4/10 rules  mean 0.5000  best 0.7000 m  48 s left',
    ]);
  });

  it('say that the best are tested again, once', () => {
    const retest: RunEvent = { type: 'retest', evaluation: evaluation('m', 0.6), cached: false };
    expect(lines([retest, retest])).toEqual(['testing the best again: 4 evaluations']);
  });
});
