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
  ])('of %j under %j is %d', (stream, environment, columns) => {
    expect(terminalOf(stream, environment).columns).toBe(columns);
  });
});
