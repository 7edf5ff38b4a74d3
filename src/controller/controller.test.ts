import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paperSpace } from '../../test/support/controller.ts';
import { createController } from './controller.ts';
import { decodeFloats, encodeFloats } from './floats.ts';
import { reinforce } from './reinforce.ts';

const tiny = { space: paperSpace(1), hidden: 6, embedding: 5, algorithm: reinforce, options: {} };

describe('encodeFloats', () => {
  it('keeps every bit', () => {
    const odd = Float32Array.of(0, -0, 1 / 3, Number.NaN, -Infinity, 1e-45, 3.4e38);
    expect(decodeFloats(encodeFloats(odd.subarray(1)))).toEqual(odd.subarray(1));
    fc.assert(
      fc.property(fc.float32Array(), (values) => {
        expect(decodeFloats(encodeFloats(values))).toEqual(values);
      }),
      { seed: 1 },
    );
  });
});

describe('createController', () => {
  it('refuses the state of a policy of another size', async () => {
    const controller = createController({ ...tiny, seed: 1 });
    const state = controller.state();
    expect(() => createController({ ...tiny, seed: 1, hidden: 7, state })).toThrow(/another controller/);
    expect(() => createController({ ...tiny, space: paperSpace(2), seed: 1, state })).toThrow(RangeError);
    await controller.close();
  });
});

describe('the metrics of REINFORCE', () => {
  it('say what happened', async () => {
    const controller = createController({ ...tiny, seed: 1, options: { baselineDecay: 0.75 } });
    const tokens = [...(await controller.sample(1))[0]!.tokens];
    const other = [tokens[0] === 0 ? 1 : 0, ...tokens.slice(1)];
    const batch = [tokens, tokens, tokens, other].map((string, i) => ({
      tokens: string,
      logProbability: 0,
      reward: [0.1, 0.2, 0.4, 0.5][i]!,
    }));
    const first = await controller.learn(batch);
    expect(first.rewardMean).toBeCloseTo(0.3);
    expect(first.baseline).toBeCloseTo(0.3); // the first batch stands in for those before it
    expect(first.advantageStd).toBeCloseTo(Math.sqrt((0.04 + 0.01 + 0.01 + 0.04) / 4));
    expect(first.distinctShare).toBe(0.5);
    // Near uniform at first: mean of the logarithms of the vocabularies.
    const uniform = tiny.space.vocabularies.reduce((sum, size) => sum + Math.log(size), 0) / 5;
    expect(first.entropy).toBeCloseTo(uniform, 2);
    expect(first.policyLag).toBeCloseTo(uniform, 1); // recorded as certain, now near uniform
    expect(first.gradientNorm).toBeGreaterThan(0);
    const second = await controller.learn(batch.map((sample) => ({ ...sample, reward: 0.7 })));
    expect(second.baseline).toBeCloseTo(0.3);
    expect(second.advantageStd).toBeCloseTo(0);
    const third = await controller.learn(batch);
    expect(third.baseline).toBeCloseTo(0.75 * 0.3 + 0.25 * 0.7);
    await controller.close();
  });
});
