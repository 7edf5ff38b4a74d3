import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Evaluation, EvaluationRequest } from '../../evaluation/index.ts';
import { coloursFor } from '../../report/index.ts';
import type { Context } from '../command.ts';
import { downloadText, openCounter, openDownloadBar, openMeter } from './progress-bar.ts';

/** A stderr that keeps what is written: notes as lines, drawings as they are. */
function fakeStderr(interactive: boolean) {
  const notes: string[] = [];
  let drawn = '';
  const write = (chunk: Buffer, _: string, done: () => void) => {
    drawn += chunk;
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY: interactive, columns: 80, rows: 24 });
  const stderr = {
    ...{ colours: coloursFor({}, {}), columns: 80, interactive },
    stream: stream as unknown as NodeJS.WriteStream,
    note: (line: string) => notes.push(line),
  } as Context['stderr'];
  return { stderr, notes, drawn: () => drawn };
}

const request = (seed: number): EvaluationRequest => ({ rule: 'g', seed }) as EvaluationRequest;
const evaluation = (seed: number) => ({ rule: 'g', seed, reward: 0.5, status: 'ok' }) as Evaluation;

describe('a counter', () => {
  it('prints a line per twentieth of the work where there is no terminal', async () => {
    const { stderr, notes } = fakeStderr(false);
    const counter = await openCounter(4000, 'steps', stderr);
    for (let i = 0; i < 40; i++) counter.add(100);
    expect(notes).toHaveLength(20);
    expect(notes[0]).toMatch(/^200\/4,000 steps {2}.* left$/);
    expect(notes.at(-1)).toBe('4,000/4,000 steps');
  });

  it('knows no time left while all that is done was done before', async () => {
    const { stderr, notes } = fakeStderr(false);
    (await openCounter(100, 'steps', stderr)).resume(50);
    expect(notes).toEqual(['50/100 steps']);
  });

  it('draws a bar on a terminal, with what is under way', async () => {
    const { stderr, notes, drawn } = fakeStderr(true);
    const counter = await openCounter(4, 'rules', stderr);
    counter.resume(1);
    counter.underWay(1);
    expect(drawn()).toContain(`${'█'.repeat(15)}${'░'.repeat(15)}  1/4 rules  50%`);
    counter.close();
    expect(notes).toEqual([]);
  });
});

describe('a meter', () => {
  it('prints a line per evaluation where there is no terminal, after what is stored', async () => {
    const { stderr, notes } = fakeStderr(false);
    const { onEvent } = await openMeter(3, stderr);
    onEvent({
      type: 'started',
      total: 3,
      stored: 1,
      origins: [{ by: 'nos eval', at: '2017-09-21T08:00:00Z' }],
    });
    onEvent({ type: 'progress', request: request(2), progress: { done: 0.5 } } as never);
    onEvent({ type: 'evaluated', request: request(2), evaluation: evaluation(2) } as never);
    expect(notes).toEqual([
      '1/3  1 evaluation of the store, not made again (nos eval 2017-09-21)',
      '2/3  g  seed 2  0.5000  ok',
    ]);
  });

  it('fills its bar with the shares of what is under way', async () => {
    const { stderr, drawn } = fakeStderr(true);
    const { onEvent, close } = await openMeter(2, stderr);
    const first = request(1);
    onEvent({ type: 'progress', request: first, progress: { done: 0.5 } } as never);
    expect(drawn()).toContain('0/2 evaluations  25%');
    onEvent({ type: 'evaluated', request: first, evaluation: evaluation(1) } as never);
    expect(drawn()).toContain('1/2 evaluations  50%');
    close();
  });
});

describe('a download', () => {
  const progress = { source: 'example.org', phase: 'download', received: 81e6, total: 162e6 } as const;

  it('is a bar with bytes and the source', () => {
    expect(downloadText('cifar10', progress)).toBe(
      'cifar10  ████████████░░░░░░░░░░░░  50%  81.0 MB of 162.0 MB  example.org',
    );
    expect(downloadText('cifar10', { ...progress, phase: 'connect' })).toBe(
      'cifar10  connecting to example.org',
    );
    expect(downloadText('cifar10', { ...progress, total: 0 })).toBe('cifar10  81.0 MB  example.org');
  });

  it('is a line per quarter where there is no terminal', async () => {
    const { stderr, notes } = fakeStderr(false);
    const { onProgress } = await openDownloadBar('cifar10', stderr);
    for (const received of [0, 1e6, 50e6, 51e6, 81e6]) onProgress({ ...progress, received });
    expect(notes).toEqual([
      'cifar10: download (example.org)',
      'cifar10: download 25% (example.org)',
      'cifar10: download 50% (example.org)',
    ]);
  });
});
