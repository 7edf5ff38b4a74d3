import { describe, expect, it } from 'vitest';
import { characterText } from './characters.ts';

describe('characterText', () => {
  const text = `${'ab é\n'.repeat(10)}𝄞${'b'.repeat(49)}`;

  it('numbers the characters in the order of their code points, and cuts the text in three', () => {
    const { vocabulary, train, validation, test, name } = characterText('mine', text);
    expect(name).toBe('mine');
    expect(vocabulary).toEqual(['\n', ' ', 'a', 'b', 'é', '𝄞']);
    expect([train.length, validation.length, test.length]).toEqual([90, 5, 5]);
    const read = [...train, ...validation, ...test].map((number) => vocabulary[number]);
    expect(read.join('')).toBe(text);
  });

  it('is known by its text', () => {
    const { checksum } = characterText('mine', text);
    expect(checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(characterText('other', text).checksum).toBe(checksum);
    expect(characterText('mine', `${text}.`).checksum).not.toBe(checksum);
  });

  it.each([
    ['', "text 'mine': it is empty"],
    ['to be', "text 'mine': it has 5 characters"],
  ])('refuses %j', (short, message) => {
    expect(() => characterText('mine', short)).toThrow(
      expect.objectContaining({ code: 'bad-option', exitCode: 2, message }),
    );
  });
});
