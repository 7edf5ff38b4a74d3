import { describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import { adamStep, initialAdam } from './adam.ts';

describe('adamStep', () => {
  it('follows the paper’s algorithm (Kingma & Ba 2015, algorithm 1), written out', () => {
    const random = stream(1);
    const gradients = Array.from({ length: 30 }, () =>
      Float32Array.from({ length: 4 }, () => random.normal()),
    );
    const parameters = Float32Array.of(1, -2, 0.5, 0);
    const expected = [...parameters];
    let state = initialAdam(4);
    const [m, v] = [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    gradients.forEach((gradient, k) => {
      state = adamStep(state, parameters, gradient, 0.01);
      gradient.forEach((g, i) => {
        m[i] = 0.9 * m[i]! + 0.1 * g;
        v[i] = 0.999 * v[i]! + 0.001 * g ** 2;
        const [mHat, vHat] = [m[i]! / (1 - 0.9 ** (k + 1)), v[i]! / (1 - 0.999 ** (k + 1))];
        expected[i] = expected[i]! - (0.01 * mHat) / (Math.sqrt(vHat) + 1e-8);
      });
    });
    expect(state.step).toBe(30);
    expect(parameters).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-6 });
  });
});
