import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { sha256 } from './sha256.ts';

const hex = (text: string): string =>
  [...sha256(text)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

// FIPS 180-4, the examples of NIST.
it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
])('sha256 of %j', (text, expected) => {
  expect(hex(text)).toBe(expected);
});

it('sha256 of texts of every length up to three blocks is what Node computes', () => {
  for (let length = 0; length <= 192; length++) {
    const text = Array.from({ length }, (_, i) => String.fromCharCode(33 + ((7 * i + length) % 90))).join('');
    expect(hex(text)).toBe(createHash('sha256').update(text).digest('hex'));
  }
});
