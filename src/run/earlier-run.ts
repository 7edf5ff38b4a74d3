import { isDeepStrictEqual } from 'node:util';
import { NosError } from '../errors.ts';
import type { Store } from '../store/index.ts';
import { parseRunConfig, type RunConfig } from './config.ts';
import { checkMachine, type Machine } from './machine.ts';

/** What somebody does about a run that cannot stand for the wanted one. */
const OTHERWISE = 'take another store: --store FILE';

/**
 * Whether the store has a run of that name, and how far it is: for one who names his runs by what they are. One that is there must
 * be the very same search, of this machine and version, the finished one too.
 *
 * @throws NosError `run-exists` if it is another search; `fingerprint` if this machine or this version computes otherwise.
 */
export async function findEarlierRun(
  store: Store,
  { name, config }: { readonly name: string; readonly config: RunConfig },
  machine: Machine,
): Promise<'none' | 'unfinished' | 'finished'> {
  const known = (await store.listRuns()).find((run) => run.name === name);
  if (known === undefined) return 'none';
  checkMachine(known, machine, OTHERWISE);
  if (!isDeepStrictEqual(parseRunConfig(known.config), config)) {
    throw new NosError('run-exists', `run '${name}' of the store is another search than this one`, OTHERWISE);
  }
  return known.status === 'finished' ? 'finished' : 'unfinished';
}
