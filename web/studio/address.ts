import { useEffect, useState } from 'preact/hooks';

/** What the address names: the page, and its state, so that a link shows what one sees. */
export interface Address {
  /** `['run', 'quick-1']` of `#/run/quick-1?text=sign`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return {
    path: path
      .split('/')
      .filter((part) => part !== '')
      .map(decode),
    query: new URLSearchParams(query),
  };
}

/** Writes an address. Entries that are empty are left out. */
export function addressOf(
  path: readonly string[],
  query: Readonly<Record<string, string>> | URLSearchParams = {},
): string {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const given = new URLSearchParams(entries.filter(([, value]) => value !== ''));
  return `#/${path.map(encodeURIComponent).join('/')}${given.size === 0 ? '' : `?${given}`}`;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of the page, as it changes. */
export function useAddress(): Address {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseAddress(hash);
}

/** Changes entries of the address' query, without another step in the browser's history. */
export function setQuery({ path, query }: Address, changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) next.set(name, value);
  location.replace(addressOf(path, next));
}
