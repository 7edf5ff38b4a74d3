import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournal } from './journal.ts';
import type { Trial, TrialResult } from './trial.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nos-journal-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const trial: Trial = {
  strategy: 'evolution',
  options: { population: 10, tournament: 5 },
  landscape: 'parts',
  noise: 0.05,
  seed: 1,
  samples: 100,
};
const result = (regret: number): TrialResult => ({
  standings: [{ samples: 100, regret, proposalRegret: 0.1 + 0.2, distinctShare: 1 / 3 }],
  samplesToTop: null,
});

describe('a journal', () => {
  it('knows nothing at first, and keeps what was added for whoever opens it next', () => {
    const path = join(directory, 'kept');
    const first = openJournal(path, '1');
    expect(first.find(trial)).toBeUndefined();
    first.add(trial, result(0.1));
    expect(first.find(trial)).toEqual(result(0.1));
    const second = openJournal(path, '1');
    expect(second.find(trial)).toEqual(result(0.1));
    second.add({ ...trial, seed: 2 }, { ...result(0.2), samplesToTop: 7 });
    const third = openJournal(path, '1');
    expect([third.find(trial), third.find({ ...trial, seed: 2 })]).toEqual([
      result(0.1),
      { ...result(0.2), samplesToTop: 7 },
    ]);
  });

  it.each<Partial<Trial>>([
    { strategy: 'tree' },
    { options: { population: 10, tournament: 6 } },
    { options: { population: 10 } },
    { landscape: 'digits-mlp' },
    { noise: 0.01 },
    { seed: 2 },
    { samples: 101 },
  ])('tells a trial from one with %o', (difference) => {
    const path = join(directory, `other ${JSON.stringify(difference)}`);
    openJournal(path, '1').add(trial, result(0.1));
    expect(openJournal(path, '1').find({ ...trial, ...difference })).toBeUndefined();
  });

  it('does not mind the order of options', () => {
    const path = join(directory, 'order');
    openJournal(path, '1').add(trial, result(0.1));
    const turned = { ...trial, options: { tournament: 5, population: 10 } };
    expect(openJournal(path, '1').find(turned)).toEqual(result(0.1));
  });

  it('does not find the results of another version', () => {
    const path = join(directory, 'version');
    openJournal(path, '1').add(trial, result(0.1));
    expect(openJournal(path, '2').find(trial)).toBeUndefined();
    openJournal(path, '2').add(trial, result(0.2));
    expect(openJournal(path, '1').find(trial)).toEqual(result(0.1));
    expect(openJournal(path, '2').find(trial)).toEqual(result(0.2));
  });

  it('goes on after a last line that was cut off, wherever the cut is', () => {
    const whole = join(directory, 'whole');
    openJournal(whole, '1').add(trial, result(0.1));
    const line = readFileSync(whole, 'utf8');
    openJournal(whole, '1').add({ ...trial, seed: 2 }, result(0.2));
    const second = readFileSync(whole, 'utf8').slice(line.length);
    for (const length of [1, 20, second.length - 2]) {
      const path = join(directory, `torn ${length}`);
      writeFileSync(path, line);
      appendFileSync(path, second.slice(0, length));
      const torn = openJournal(path, '1');
      expect(torn.find(trial)).toEqual(result(0.1));
      expect(torn.find({ ...trial, seed: 2 })).toBeUndefined();
      torn.add({ ...trial, seed: 2 }, result(0.2));
      torn.add({ ...trial, seed: 3 }, result(0.3));
      const found = [1, 2, 3].map((seed) => openJournal(path, '1').find({ ...trial, seed }));
      expect(found).toEqual([result(0.1), result(0.2), result(0.3)]);
    }
  });

  it('that cannot be written is an error at once, with what to do', () => {
    const path = join(directory, 'none', 'trials.jsonl');
    expect(() => openJournal(path, '1')).toThrowError(
      expect.objectContaining({ code: 'unwritable', hint: expect.stringContaining('-o DIR') }),
    );
  });
});
