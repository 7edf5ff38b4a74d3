import { resolve } from 'node:path';
import { userDirectories } from '../user-directories.ts';
import type { Places } from './command.ts';
import type { Surroundings } from './nos.ts';
import type { Settings } from './options.ts';

/** Paths from the settings, else in this user's own data directory, as the platform has it. */
export function findPlaces(
  settings: Settings,
  { directory, env }: Pick<Surroundings, 'directory' | 'env'>,
): Places {
  const user = userDirectories(env);
  return {
    store: resolve(directory, settings.store ?? resolve(user.data, 'nos.db')),
    data: resolve(directory, settings.data ?? user.data),
  };
}
