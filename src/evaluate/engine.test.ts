import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import { NosError } from '../errors.ts';
import { chosenEngine, engineChoice } from './engine.ts';

describe('engineChoice', () => {
  it.each([
    [undefined, 'auto'],
    ['', 'auto'],
    ['auto', 'auto'],
    ['onnxruntime', 'onnxruntime'],
    ['native', 'native'],
  ])('reads NOS_ENGINE=%s as %s', (value, choice) => {
    expect(engineChoice({ NOS_ENGINE: value })).toBe(choice);
  });

  it.each(['c', 'constructor', 'NATIVE'])('refuses %s', (value) => {
    expect(() => engineChoice({ NOS_ENGINE: value })).toThrow(NosError);
  });
});

describe('chosenEngine', () => {
  it('is what was chosen', async () => {
    expect(await chosenEngine('onnxruntime')).toBe('onnxruntime');
    expect(await chosenEngine('native')).toBe('native');
  });

  it('is the native engine if it works here, otherwise onnxruntime', async () => {
    expect(await chosenEngine('auto')).toBe(engines.at(-1));
  });
});
