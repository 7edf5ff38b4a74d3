/** How much of a word that a user typed is repeated to them. */
const SHOWN = 60;

/** The word, or its beginning where it is very long. */
export function shorten(word: string): string {
  return word.length <= SHOWN ? word : `${word.slice(0, SHOWN)}…`;
}

/**
 * The known name that was most likely meant: differences of case do not count, and at most a third of the word may be
 * mistyped; else one that begins with the word. Undefined when no name is that near.
 *
 * @example nearestName('AdamW', ['adam', 'adamw']) // 'adamw'
 * @example nearestName('cifar', ['digits', 'cifar10']) // 'cifar10'
 * @example nearestName('ln', ['ld', 'cd']) // undefined: half of the word would be wrong
 */
export function nearestName(word: string, known: readonly string[]): string | undefined {
  const allowed = Math.floor(word.length / 3);
  const near = known
    .filter((name) => Math.abs(name.length - word.length) <= allowed)
    .map((name) => ({
      name,
      folded: distance(word.toLowerCase(), name.toLowerCase()),
      exact: distance(word, name),
    }))
    .filter(({ folded }) => folded <= allowed)
    .sort((a, b) => a.folded - b.folded || a.exact - b.exact);
  return (
    near[0]?.name ??
    (word.length >= SHORTEST_BEGINNING ? known.find((name) => beginsWith(name, word)) : undefined)
  );
}

/** A beginning of fewer letters says too little. */
const SHORTEST_BEGINNING = 3;

const beginsWith = (name: string, word: string): boolean => name.toLowerCase().startsWith(word.toLowerCase());

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
