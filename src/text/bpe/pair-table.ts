import { byCodePoint } from '../code-points.ts';

/** Symbols that there is room for: a pair of their numbers is one number that is exact. */
const SYMBOLS = 2 ** 26;

interface Word {
  /** Numbers of symbols. */
  symbols: readonly number[];
  readonly count: number;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Words that have the pair, or had it. */
  readonly words: Set<Word>;
}

/**
 * How often each two symbols stand side by side in words, kept up to date while pairs become symbols: a merge touches only
 * the words that hold its pair, and the most frequent pair is looked for among the frequent ones.
 */
export class PairTable {
  readonly #symbols: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #pairs = new Map<number, Pair>();
  /** Every pair whose count reaches the threshold. The most frequent one is among them, if there are any. */
  #frequent = new Set<Pair>();
  #threshold = Number.POSITIVE_INFINITY;

  constructor(counts: ReadonlyMap<string, number>) {
    for (const [text, count] of counts) {
      const symbols = Array.from(text, (character) => this.#numberOf(character));
      this.#count({ symbols, count });
    }
  }

  /** The pair with the greatest count, 1 at least; of equal ones the first in code point order, left before right. */
  mostFrequent(): { readonly left: string; readonly right: string; readonly count: number } | undefined {
    let best = this.#firstFrequent();
    if (best === undefined) {
      this.#lowerThreshold();
      best = this.#firstFrequent();
    }
    if (best === undefined) return undefined;
    return { left: this.#text(best.left), right: this.#text(best.right), count: best.count };
  }

  #firstFrequent(): Pair | undefined {
    let best: Pair | undefined;
    for (const pair of this.#frequent) {
      if (pair.count < this.#threshold) this.#frequent.delete(pair);
      else if (best === undefined || pair.count > best.count) best = pair;
      else if (pair.count === best.count && this.#before(pair, best)) best = pair;
    }
    return best;
  }

  /** Lowers the threshold to half of the greatest count, so that this happens a few times only. */
  #lowerThreshold(): void {
    let greatest = 0;
    for (const { count } of this.#pairs.values()) greatest = Math.max(greatest, count);
    this.#threshold = Math.max(1, Math.floor(greatest / 2));
    this.#frequent = new Set([...this.#pairs.values()].filter(({ count }) => count >= this.#threshold));
  }

  /** Makes one symbol of every occurrence of a pair, from the left of each word. */
  merge(left: string, right: string): void {
    const [a, b] = [this.#numberOf(left), this.#numberOf(right)];
    const pair = this.#pairs.get(a * SYMBOLS + b);
    const merged = this.#numberOf(left + right);
    for (const word of pair?.words ?? []) {
      for (let i = 1; i < word.symbols.length; i++) {
        const before = this.#pairs.get(keyAt(word.symbols, i));
        if (before) before.count -= word.count;
      }
      word.symbols = mergePair(word.symbols, a, b, merged);
      this.#count(word);
    }
    if (pair) this.#frequent.delete(pair);
    this.#pairs.delete(a * SYMBOLS + b);
  }

  #count(word: Word): void {
    for (let i = 1; i < word.symbols.length; i++) {
      const key = keyAt(word.symbols, i);
      let pair = this.#pairs.get(key);
      if (pair === undefined) {
        const [left, right] = [word.symbols[i - 1] as number, word.symbols[i] as number];
        pair = { left, right, count: 0, words: new Set() };
        this.#pairs.set(key, pair);
      }
      pair.count += word.count;
      pair.words.add(word);
      if (pair.count >= this.#threshold) this.#frequent.add(pair);
    }
  }

  #before(a: Pair, b: Pair): boolean {
    const left = byCodePoint(this.#text(a.left), this.#text(b.left));
    return (left || byCodePoint(this.#text(a.right), this.#text(b.right))) < 0;
  }

  #text(symbol: number): string {
    return this.#symbols[symbol] as string;
  }

  #numberOf(symbol: string): number {
    const known = this.#numbers.get(symbol);
    if (known !== undefined) return known;
    const number = this.#symbols.push(symbol) - 1;
    this.#numbers.set(symbol, number);
    return number;
  }
}

const keyAt = (symbols: readonly number[], i: number): number =>
  (symbols[i - 1] as number) * SYMBOLS + (symbols[i] as number);

/** Puts `merged` in the place of every `left` before a `right`, from the left. */
export function mergePair<Symbol>(
  symbols: readonly Symbol[],
  left: Symbol,
  right: Symbol,
  merged: Symbol,
): readonly Symbol[] {
  const result: Symbol[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const here = symbols[i] as Symbol;
    const pair = here === left && symbols[i + 1] === right;
    result.push(pair ? merged : here);
    if (pair) i++;
  }
  return result;
}
