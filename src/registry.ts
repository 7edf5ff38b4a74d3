import { NosError, unknownName } from './errors.ts';

interface Named {
  readonly name: string;
}

/** The things of one kind that can be named: strategies, protocols, data sets, … */
export interface Registry<T extends Named> {
  /** Every one of them, in the order of lists. */
  readonly entries: readonly T[];
  /** Their names in the same order, for help and completion. */
  readonly names: readonly string[];
  /** The thing of exactly that name, if there is one. */
  get(name: string): T | undefined;
  /**
   * The thing of that name.
   *
   * @throws NosError `unknown-name`, with the nearest name in its hint.
   */
  find(name: string): T;
}

/**
 * A registry of things that are known by their names.
 *
 * A name with parameters, such as `final@20`, is taken apart by whoever knows its parameters; its first part is looked up here.
 *
 * @param kind What one of them is called in messages: `strategy`.
 * @param more What the hint says after the list of names, such as how names with parameters are written.
 * @throws RangeError if two have one name.
 * @example registry('landscape', [parts, digits]).find('part') // throws: unknown landscape 'part', did you mean 'parts'?
 */
export function registry<T extends Named>(kind: string, entries: readonly T[], more = ''): Registry<T> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  if (byName.size < entries.length) throw new RangeError(`two of one name in the registry of kind '${kind}'`);
  const names = [...byName.keys()];
  const unknown = (name: string): NosError => {
    const { code, message, hint } = unknownName(kind, name, names);
    return new NosError(code, message, hint + more);
  };
  return {
    entries,
    names,
    get: (name) => byName.get(name),
    find(name) {
      const found = byName.get(name);
      if (found === undefined) throw unknown(name);
      return found;
    },
  };
}
