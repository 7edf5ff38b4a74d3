import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { LogLine } from '../../log-events.ts';
import { openLog } from './log.ts';

/** What a log of these settings writes. */
async function written(log: string, logLevel: string, lines: readonly LogLine[]): Promise<string> {
  let text = '';
  const stream = new Writable({
    write: (chunk, _, done) => {
      text += chunk;
      done();
    },
  }) as unknown as NodeJS.WriteStream;
  const opened = (await openLog({ log, logLevel }, stream)).with({ run: 'one' });
  for (const line of lines) opened.write(line);
  return text;
}

const LINES: readonly LogLine[] = [
  { event: 'failed', fields: { code: 'bug' }, message: 'fatal' },
  { event: 'worker-refused', fields: {}, message: 'error' },
  { event: 'redis-lost', fields: {}, message: 'warn' },
  { event: 'worker-joined', fields: { rate: Number.NaN, none: undefined }, message: 'info' },
  { event: 'batch-told', fields: {}, message: 'info of the view', viewed: true },
  { event: 'batch-asked', fields: { batch: 1 }, message: 'debug', viewed: true },
  { event: 'evaluation-progress', fields: {}, message: 'trace', viewed: true },
];

describe('the log', () => {
  it('is one JSON object a line', async () => {
    const lines = (await written('json', 'info', LINES))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ msg }) => msg)).toEqual(['fatal', 'error', 'warn', 'info', 'info of the view']);
    expect(lines[3]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      host: expect.any(String),
      pid: process.pid,
      event: 'worker-joined',
      run: 'one',
      rate: 'NaN',
      msg: 'info',
    });
  });

  it.each([
    ['silent', 0],
    ['fatal', 1],
    ['error', 2],
    ['warn', 3],
    ['info', 5],
    ['debug', 6],
    ['trace', 7],
  ])('at level %s has %i of these lines', async (level, count) => {
    expect((await written('json', level, LINES)).split('\n').length - 1).toBe(count);
  });

  it('is text for people, without what the live view tells', async () => {
    expect(await written('text', 'info', LINES)).toBe('fatal\nerror\nwarn\ninfo\n');
    expect(await written('text', 'debug', LINES)).toContain('info of the view\ndebug\n');
  });

  it('refuses a form and a level that there is not', async () => {
    await expect(written('jsn', 'info', [])).rejects.toMatchObject({
      code: 'unknown-name',
      hint: expect.stringContaining("did you mean 'json'"),
    });
    await expect(written('json', 'verbose', [])).rejects.toThrow("unknown log level 'verbose'");
  });
});
