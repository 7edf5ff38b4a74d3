/**
 * The keys of the rules that a strategy has proposed. A checkpoint that held them all would grow with the search, and all checkpoints
 * together with its square: each takes those that are new since the one before.
 */
export class KnownKeys {
  readonly #keys: Set<string>;
  #fresh: string[];

  /**
   * @param stored The keys that checkpoints have taken.
   * @param fresh Keys that none has taken yet.
   */
  constructor(stored: Iterable<string>, fresh: Iterable<string> = []) {
    this.#keys = new Set(stored);
    this.#fresh = [];
    for (const key of fresh) this.add(key);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#fresh.push(key);
  }

  /** The keys that were added since the last call, in order. */
  takeFresh(): readonly string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
