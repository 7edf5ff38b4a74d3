import { useEffect, useState } from 'preact/hooks';
import { targets } from '../../src/export/index.ts';
import { type LabState, readState, writeState } from './state.ts';

/** Changes some fields of the state. */
export type Change = (fields: Partial<LabState>) => void;

/** How long the state rests before it is written: browsers refuse an address that changes a hundred times in half a minute. */
const REST = 400;

/** The state of the page, which the fragment of its address holds: a link shows it, and so does the page when it is loaded again. */
export function useAddress(): readonly [LabState, Change] {
  const [state, setState] = useState(() => readState(location.hash, targets.names));
  useEffect(() => {
    const read = (): void => setState(readState(location.hash, targets.names));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  useEffect(() => {
    const write = setTimeout(() => history.replaceState(null, '', `#${writeState(state)}`), REST);
    return () => clearTimeout(write);
  }, [state]);
  return [state, (fields) => setState((now) => ({ ...now, ...fields }))];
}
