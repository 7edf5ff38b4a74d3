import { describe, expect, it } from 'vitest';
import { registry } from './registry.ts';

const fruit = registry('fruit', [{ name: 'apple' }, { name: 'strawberry' }]);

describe('registry', () => {
  it('finds what it holds, in the order it was given', () => {
    expect(fruit.names).toEqual(['apple', 'strawberry']);
    expect(fruit.names.map(fruit.find)).toEqual(fruit.entries);
    expect(fruit.get('apple')).toBe(fruit.entries[0]);
  });

  it('refuses an unknown name, and suggests the nearest', () => {
    expect(fruit.get('aple')).toBeUndefined();
    expect(() => fruit.find('aple')).toThrow(
      expect.objectContaining({
        code: 'unknown-name',
        message: "unknown fruit 'aple'",
        hint: "did you mean 'apple'? known: apple, strawberry",
      }),
    );
  });

  it.each(['constructor', '__proto__', 'toString', ''])('does not take %j for a name', (name) => {
    expect(() => fruit.find(name)).toThrow(/unknown fruit/);
  });

  it('holds no two things of one name', () => {
    const apple = { name: 'apple' };
    expect(() => registry('fruit', [apple, apple])).toThrow(/two of one name/);
  });
});
