import { StringDecoder } from 'node:string_decoder';
import { LONGEST_LINE } from './result.ts';

/** Splits what comes in pieces into lines, at carriage returns too, as progress bars end theirs so; of a line that never ends, the beginning is kept. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  /** Gives the lines that end in the piece. */
  push(piece: Buffer): readonly string[] {
    const parts = (this.#rest + this.#decoder.write(piece)).split(/[\r\n]/);
    this.#rest = parts.pop()!.slice(0, LONGEST_LINE + 1);
    return parts;
  }

  /** Gives what stands after the last end of a line. */
  end(): readonly string[] {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }
}

/** Keeps the last lines of a text that may be endless. */
export class Tail {
  readonly #characters: number;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';

  constructor(characters: number) {
    this.#characters = characters;
  }

  push(piece: Buffer): void {
    const last = piece.length > 4 * this.#characters ? piece.subarray(-4 * this.#characters) : piece;
    this.#text = (this.#text + this.#decoder.write(last)).slice(-this.#characters);
  }

  /** The last lines, without control characters. */
  lines(count: number): string {
    return this.#text
      .split(/[\r\n]+/)
      .map((line) => line.replace(/[^\P{Cc}\t]/gu, '').trimEnd())
      .filter((line) => line.trim() !== '')
      .slice(-count)
      .join('\n');
  }
}
