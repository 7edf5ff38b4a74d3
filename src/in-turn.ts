/**
 * The results for items, made one after another: of several that fail, it is the first by position that is told of, whatever the
 * timing. `Promise.all` tells of whichever fails first.
 */
export async function inTurn<T, R>(
  items: readonly T[],
  make: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await make(item));
  return results;
}
