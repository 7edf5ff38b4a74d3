import { describe, expect, it } from 'vitest';
import { terminalOf } from './terminal.ts';

describe('the width of a stream', () => {
  it.each([
    [{ isTTY: true, columns: 90 }, {}, 90],
    [{ isTTY: true, columns: 90 }, { COLUMNS: '200' }, 90],
    [{}, { COLUMNS: '200' }, 200],
    [{}, {}, Number.POSITIVE_INFINITY],
    [{}, { COLUMNS: '0' }, Number.POSITIVE_INFINITY],
    [{}, { COLUMNS: 'wide' }, Number.POSITIVE_INFINITY],
    [{}, { COLUMNS: '1234567' }, Number.POSITIVE_INFINITY],
    [{}, { COLUMNS: '-80' }, Number.POSITIVE_INFINITY],
    [{ isTTY: true, columns: 0 }, {}, Number.POSITIVE_INFINITY],
    [{ isTTY: true, columns: 0 }, { COLUMNS: '70' }, 70],
  ])('of %j under %j is %d', (stream, environment, columns) => {
    expect(terminalOf(stream, environment).columns).toBe(columns);
  });
});

describe('a live view', () => {
  it.each([
    [{ isTTY: true, columns: 90 }, { TERM: 'xterm' }, true],
    [{ isTTY: true, columns: 90 }, { TERM: 'dumb' }, false],
    [{ columns: 90 }, { TERM: 'xterm' }, false],
    // Started without a size, as by `ssh -tt` in a script: nothing can be drawn in no columns.
    [{ isTTY: true, columns: 0 }, { TERM: 'xterm' }, false],
  ])('on %j under %j: %s', (stream, environment, interactive) => {
    expect(terminalOf(stream, environment).interactive).toBe(interactive);
  });
});
