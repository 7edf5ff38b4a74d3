import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { NosError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where this user's programs keep what they make: absolute paths, as the platform has them. */
export interface UserDirectories {
  /** What is to stay. */
  readonly data: string;
  /** What can be made again. */
  readonly cache: string;
}

/**
 * The directories of this package for this user. Linux: `$XDG_DATA_HOME/nos` or `~/.local/share/nos`, and the same of the cache;
 * a variable that is no absolute path is passed over, as the XDG specification has it. macOS: in `~/Library`. Windows: in
 * `%LOCALAPPDATA%`.
 */
export function userDirectories(environment: Environment = process.env): UserDirectories {
  const home = homeDirectory(environment);
  const absolute = (path: string | undefined, otherwise: string): string =>
    path !== undefined && isAbsolute(path) ? path : otherwise;
  if (process.platform === 'darwin') {
    const library = join(home, 'Library');
    return { data: join(library, 'Application Support', 'nos'), cache: join(library, 'Caches', 'nos') };
  }
  if (process.platform === 'win32') {
    const local = absolute(environment.LOCALAPPDATA, join(home, 'AppData', 'Local'));
    return { data: join(local, 'nos', 'Data'), cache: join(local, 'nos', 'Cache') };
  }
  return {
    data: join(absolute(environment.XDG_DATA_HOME, join(home, '.local', 'share')), 'nos'),
    cache: join(absolute(environment.XDG_CACHE_HOME, join(home, '.cache')), 'nos'),
  };
}

/** The user's home: the variable's, or, where that is empty or no absolute path, the one of the user database. */
export function homeDirectory(environment: Environment = process.env): string {
  const named = process.platform === 'win32' ? environment.USERPROFILE : environment.HOME;
  if (named !== undefined && isAbsolute(named)) return named;
  try {
    return userInfo().homedir;
  } catch {
    // A user that the database does not have, as in a container.
    return homedir();
  }
}

/**
 * A path whose leading `~/` is this user's home. A shell does that for a word of its own, but not within `--store=~/x.db`, in quotes,
 * nor in a file.
 *
 * @param where What the path was given as, for the error: `--store`.
 * @throws NosError `bad-option` for `~ada/x`: the home of another user.
 */
export function expandHome(path: string, where: string, environment: Environment = process.env): string {
  const [, user, rest = ''] = /^~([^/\\]*)([/\\].*)?$/s.exec(path) ?? [];
  if (user === undefined || (user !== '' && rest === '')) return path;
  if (user === '') return join(homeDirectory(environment), rest);
  throw new NosError(
    'bad-option',
    `${where}: '${path}' begins with the home of another user, which is not looked up`,
    `write the path in full; ~/ is your own home, ./~${user}/ a folder of that name`,
  );
}
