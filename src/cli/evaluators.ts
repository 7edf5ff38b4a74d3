import { availableParallelism } from 'node:os';
import type { DispatchEvent, Dispatcher } from '../dispatch/index.ts';
import { NosError } from '../errors.ts';
import type { Places } from './command.ts';
import type { Settings } from './options.ts';

/** What is to be evaluated. */
export interface Work {
  /** What workers elsewhere are told they work for: the name of a run, or of a command. */
  readonly run: string;
  /** Evaluations that can be under way at a time. */
  readonly useful: number;
  /** Hears what happens on the way. */
  readonly onEvent: (event: DispatchEvent) => void;
}

/**
 * Opens whoever evaluates, for one piece of work: the workers of a Redis where the settings name one, otherwise processes of
 * this machine, as many as the settings say, one a core otherwise, at most `useful`.
 */
export async function withWorkers<T>(
  settings: Settings,
  places: Places,
  work: Work,
  act: (dispatcher: Dispatcher) => Promise<T>,
): Promise<T> {
  const dispatcher = await openDispatcher(settings, places, work);
  try {
    return await act(dispatcher);
  } finally {
    await dispatcher.close();
  }
}

async function openDispatcher(settings: Settings, places: Places, work: Work): Promise<Dispatcher> {
  const { openLocalPool, openRedisQueue } = await import('../dispatch/index.ts');
  const { run, useful, onEvent } = work;
  const { redis: url } = settings;
  if (url === undefined) {
    return openLocalPool({ workers: workerCount(settings, useful), directory: places.data, onEvent });
  }
  return openRedisQueue({ url, directory: places.data, run, onEvent });
}

export function workerCount(settings: Settings, useful: number): number {
  return Math.min(settings.workers ?? availableParallelism(), useful);
}

/** @throws NosError `bad-option` where the settings name no Redis. */
export function redisOf({ redis }: Settings): string {
  if (redis !== undefined) return redis;
  throw new NosError(
    'bad-option',
    '--redis: expected the URL of the Redis that searches use',
    'give --redis redis://HOST:PORT, or set NOS_REDIS_URL',
  );
}
