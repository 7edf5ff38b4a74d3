import { resolve } from 'node:path';
import type { Places } from './command.ts';
import type { Settings } from './options.ts';

/** Paths from the settings, else in this user's own data directory, as the platform has it. */
export async function findPlaces(settings: Settings, directory: string): Promise<Places> {
  const { default: envPaths } = await import('env-paths');
  const user = envPaths('nos', { suffix: '' });
  return {
    store: resolve(directory, settings.store ?? resolve(user.data, 'nos.db')),
    data: resolve(directory, settings.data ?? user.data),
  };
}
