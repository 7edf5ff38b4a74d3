/** What was made last under each name, made again only when what it is made of is another; the names that nobody asks for are forgotten. */
export class Kept<T> {
  readonly #made = new Map<string, { readonly of: string; readonly value: Promise<T> }>();
  readonly #most: number;

  /** @param most Names that are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @param of Tells what it is made of: equal texts, equal values. */
  get(name: string, of: string, make: () => Promise<T>): Promise<T> {
    const known = this.#made.get(name);
    const entry = known?.of === of ? known : { of, value: make() };
    this.#made.delete(name);
    this.#made.set(name, entry);
    entry.value.catch(() => this.#made.get(name) === entry && this.#made.delete(name));
    for (const oldest of this.#made.keys()) if (this.#made.size > this.#most) this.#made.delete(oldest);
    return entry.value;
  }
}

/** A function that answers the last `most` different texts without calling `work` again. */
export function remembering<T>(work: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const value = known.has(text) ? (known.get(text) as T) : work(text);
    known.delete(text);
    known.set(text, value);
    for (const oldest of known.keys()) if (known.size > most) known.delete(oldest);
    return value;
  };
}
