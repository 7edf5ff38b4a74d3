import { describe, expect, it } from 'vitest';
import { NosError } from '../errors.ts';
import { chosenEngine } from './engine.ts';

describe('chosenEngine', () => {
  it.each([
    [undefined, 'onnxruntime'],
    ['', 'onnxruntime'],
    ['auto', 'onnxruntime'],
    ['onnxruntime', 'onnxruntime'],
    ['native', 'native'],
  ])('reads NOS_ENGINE=%s as %s', (value, engine) => {
    expect(chosenEngine({ NOS_ENGINE: value })).toBe(engine);
  });

  it.each(['c', 'constructor', 'NATIVE'])('refuses %s', (value) => {
    expect(() => chosenEngine({ NOS_ENGINE: value })).toThrow(NosError);
  });
});
