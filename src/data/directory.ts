import { expandHome, userDirectories } from '../user-directories.ts';

/**
 * Where data sets are kept on this machine unless a flag says otherwise: NOS_DATA_DIR, or the user's data directory as the
 * platform has it.
 */
export function dataDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment.NOS_DATA_DIR;
  return named ? expandHome(named, 'NOS_DATA_DIR', environment) : userDirectories(environment).data;
}
