import { createHash } from 'node:crypto';
import { NosError } from '../errors.ts';

/** A text as numbers, one per character, in three parts. */
export interface CharacterText {
  readonly name: string;
  /** SHA-256 over the text in UTF-8: two machines with equal checksums train on equal data. */
  readonly checksum: string;
  /** The distinct characters in the order of their code points: number i stands for the i-th. */
  readonly vocabulary: readonly string[];
  readonly train: Uint16Array;
  readonly validation: Uint16Array;
  readonly test: Uint16Array;
}

/** Shares of the text's beginning, and of what follows it; the rest is for tests. */
const TRAIN = 0.9;
const VALIDATION = 0.05;

/**
 * A text of characters (code points): its first 90 % for training, the next 5 % for validation, the last 5 % for tests.
 *
 * @throws NosError `bad-option` when it has fewer than 40 characters, so that a part would have none to predict.
 */
export function characterText(name: string, text: string): CharacterText {
  const characters = [...text];
  if (characters.length < 40) {
    const found = characters.length === 0 ? 'it is empty' : `it has ${characters.length} characters`;
    throw new NosError('bad-option', `text '${name}': ${found}`, 'give it 40 characters or more');
  }
  const vocabulary = [...new Set(characters)].sort((a, b) => codePoint(a) - codePoint(b));
  const numbers = new Map(vocabulary.map((character, i) => [character, i]));
  const encoded = Uint16Array.from(characters, (character) => numbers.get(character) as number);
  const train = Math.floor(TRAIN * encoded.length);
  const validation = train + Math.floor(VALIDATION * encoded.length);
  return {
    name,
    checksum: createHash('sha256').update(text).digest('hex'),
    vocabulary,
    train: encoded.subarray(0, train),
    validation: encoded.subarray(train, validation),
    test: encoded.subarray(validation),
  };
}

const codePoint = (character: string): number => character.codePointAt(0) as number;
