import { describe, expect, it } from 'vitest';
import { findProtocol, protocolSteps, protocols } from './protocols.ts';

describe('protocols', () => {
  it('has the paper’s, exactly (NOS §4.2)', () => {
    expect(findProtocol('paper')).toMatchObject({
      learningRates: [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10],
      sweep: { epochs: 1, examples: 10_000 },
      final: { epochs: 5, examples: 10_000 },
      validationExamples: 5_000,
    });
    expect(protocolSteps(findProtocol('paper'), { batchSize: 100 })).toBe(7 * 100 + 5 * 100);
  });

  it.each(protocols)(
    '$name has the paper’s shape and rates, ascending',
    ({ learningRates, sweep, final }) => {
      expect(learningRates).toEqual(findProtocol('paper').learningRates);
      expect(learningRates).toEqual([...learningRates].sort((a, b) => a - b));
      expect([sweep.epochs, final.epochs]).toEqual([1, 5]);
    },
  );

  it('names the nearest protocol', () => {
    expect(() => findProtocol('quik')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        hint: expect.stringContaining("did you mean 'quick'?"),
      }),
    );
  });
});
