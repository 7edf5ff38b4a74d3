import { availableParallelism } from 'node:os';
import type { Dispatcher } from '../dispatch/index.ts';
import type { Places } from './command.ts';
import type { Settings } from './options.ts';

/** Opens worker processes for one piece of work: as many as the settings say, one a core otherwise, at most `useful`. */
export async function withWorkers<T>(
  settings: Settings,
  places: Places,
  useful: number,
  work: (dispatcher: Dispatcher) => Promise<T>,
): Promise<T> {
  const { openLocalPool } = await import('../dispatch/index.ts');
  const dispatcher = openLocalPool({ workers: workerCount(settings, useful), directory: places.data });
  try {
    return await work(dispatcher);
  } finally {
    await dispatcher.close();
  }
}

export function workerCount(settings: Settings, useful: number): number {
  return Math.min(settings.workers ?? availableParallelism(), useful);
}
