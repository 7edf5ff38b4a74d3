import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targets } from '../../src/export/index.ts';
import { testFunctions } from '../../src/functions/index.ts';
import { INITIAL, type LabState, LIMITS, readState, WIDTHS, writeState } from '../../web/lab/state.ts';

const read = (fragment: string): LabState => readState(fragment, targets.names);

const rate = fc.double({ min: LIMITS.learningRate[0], max: LIMITS.learningRate[1], noNaN: true });
const entry = fc.record({
  text: fc.string({ maxLength: 60, unit: 'grapheme' }),
  planeRate: rate,
  digitsRate: rate,
});
const whole = ([min, max]: readonly [number, number]) => fc.integer({ min, max });
const state: fc.Arbitrary<LabState> = fc
  .tuple(
    fc.constantFrom(...testFunctions.entries),
    fc.array(entry, { minLength: 1, maxLength: LIMITS.rules }),
  )
  .chain(([{ name, bounds }, rules]) => {
    const coordinate = (i: 0 | 1) => fc.double({ min: bounds[i][0], max: bounds[i][1], noNaN: true });
    return fc.record({
      rules: fc.constant(rules),
      chosen: whole([0, rules.length - 1]),
      testFunction: fc.constant(name),
      // A number in an address has no sign of zero.
      start: fc.tuple(coordinate(0), coordinate(1)).map(([x, y]): [number, number] => [x + 0, y + 0]),
      steps: whole(LIMITS.steps),
      width: fc.constantFrom(...WIDTHS),
      epochs: whole(LIMITS.epochs),
      seed: whole(LIMITS.seed),
      target: fc.constantFrom(...targets.names),
    });
  });

describe('the address of the lab', () => {
  it('holds the whole state', () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(read(`#${writeState(one)}`)).toEqual(one);
      }),
    );
  });

  it('shows the first state if it says nothing', () => {
    expect(read('')).toEqual(INITIAL);
    expect(read('#')).toEqual(INITIAL);
  });

  it('is brought within the limits, whatever it says', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const found = read(text);
        expect(read(writeState(found))).toEqual(found);
      }),
    );
    const found = read(
      'rule=g&rate=1e99&train=-1&chosen=7&function=none&x=1e9&y=x&steps=1e9&width=31&epochs=0&seed=-3&to=x',
    );
    expect(found).toMatchObject({
      rules: [{ text: 'g', planeRate: LIMITS.learningRate[1], digitsRate: LIMITS.learningRate[0] }],
      ...{ chosen: 0, testFunction: INITIAL.testFunction, start: [2, 1.5], steps: LIMITS.steps[1] },
      ...{ width: INITIAL.width, epochs: 1, seed: 0, target: INITIAL.target },
    });
    expect(read(Array.from({ length: 50 }, () => 'rule=g').join('&')).rules).toHaveLength(LIMITS.rules);
    expect(read(`rule=${'g'.repeat(5_000)}`).rules[0]!.text).toHaveLength(LIMITS.text);
  });
});
