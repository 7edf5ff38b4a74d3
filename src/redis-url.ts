import { isIPv6 } from 'node:net';
import { NosError } from './errors.ts';

/** Where a Redis is, and how to log in there. */
export interface RedisAddress {
  readonly tls: boolean;
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  /** The place as messages and logs name it: without name and password. */
  readonly place: string;
}

const SCHEME = /rediss?:\/{1,2}/i;
/** RFC 3986, userinfo: whatever else stands in a name or password must be written by its code. */
const USERINFO = /^(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*$/i;
const HOST = /^(?:\[([0-9a-f:.]+)\]|[a-z0-9](?:[a-z0-9._-]{0,251}[a-z0-9])?)$/i;

/**
 * Reads `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`, or `rediss://` for TLS. It is strict: a sign of a password that is not
 * percent-encoded would make a part of it a host to look up, or a database.
 *
 * @param where How the user gave it, for the error: `--redis`, `NOS_REDIS_URL`.
 * @throws NosError `bad-option`, which repeats nothing of what stands behind the scheme.
 * @example parseRedisUrl('redis://:p%40ss@queue.example/1').place // 'redis://queue.example:6379/1'
 */
export function parseRedisUrl(url: string, where = '--redis'): RedisAddress {
  const wrong = (what: string, hint = ENCODE): NosError =>
    new NosError('bad-option', `${where}: ${what}`, hint);
  const [, scheme = '', rest] = /^(rediss?):\/\/(.*)$/is.exec(url) ?? [];
  if (rest === undefined) throw wrong(`expected ${FORM}, or rediss:// for TLS`);
  const at = rest.lastIndexOf('@');
  const credentials = at < 0 ? {} : readCredentials(rest.slice(0, at));
  if (credentials === undefined) throw wrong(`the name or the password cannot be read in ${FORM}`);
  const [, host = '', port = '6379', path = ''] =
    /^(\[[^\]]*\]|[^:/]*)(?::([^/]*))?(?:\/(.*))?$/s.exec(rest.slice(at + 1)) ?? [];
  const [, literal] = HOST.exec(host) ?? [];
  if (!HOST.test(host) || (literal !== undefined && !isIPv6(literal))) {
    throw wrong(`the host cannot be read in ${FORM}`);
  }
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw wrong(`the port must be a number from 1 to 65535 in ${FORM}`);
  }
  if (!/^(?:\d{1,9})?$/.test(path))
    throw wrong(
      'the database must be a number',
      'as in redis://HOST:PORT/1, or leave it out; a / of a password is %2F',
    );
  const database = Number(path);
  const tls = scheme.toLowerCase() === 'rediss';
  const place = `${scheme.toLowerCase()}://${host}:${Number(port)}${database === 0 ? '' : `/${database}`}`;
  return { tls, host: literal ?? host, port: Number(port), ...credentials, database, place };
}

const FORM = 'redis://[USER:PASSWORD@]HOST:PORT[/DATABASE]';
const ENCODE =
  'in a name or password write @ as %40, / as %2F, # as %23, ? as %3F, : as %3A, % as %25; without a name: redis://:PASSWORD@HOST:PORT, best in NOS_REDIS_URL';

/** Nothing where a sign is not percent-encoded, or there is no password. */
function readCredentials(text: string): Pick<RedisAddress, 'username' | 'password'> | undefined {
  const [, username, password] = /^([^:]*):(.+)$/s.exec(text) ?? [];
  if (username === undefined || password === undefined) return undefined;
  if (!USERINFO.test(username) || !USERINFO.test(password.replaceAll(':', ''))) return undefined;
  try {
    const name = decodeURIComponent(username);
    return { ...(name !== '' && { username: name }), password: decodeURIComponent(password) };
  } catch {
    return undefined;
  }
}

/** Takes the password of a URL that {@link parseRedisUrl} reads out of a text, as the URL has it and as Redis gets it. */
export function redactor(url: string): (text: string) => string {
  const [, written] = /^[^:]*:\/\/[^:]*:(.+)@/s.exec(url) ?? [];
  if (written === undefined) return (text) => text;
  const secrets = [written, decodeURIComponent(written)];
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/**
 * Takes out of a text what stands behind the scheme in URLs of Redis that a user typed in the wrong place, or wrong: all of it
 * where the URL cannot be read, otherwise the password.
 *
 * @param typed What the user typed: arguments, values of variables.
 */
export function withoutTyped(text: string, typed: readonly string[]): string {
  return typed.reduce((rest, value) => {
    const start = SCHEME.exec(value);
    return start ? withoutUrl(rest, value.slice(start.index), start[0].length) : rest;
  }, text);
}

function withoutUrl(text: string, url: string, scheme: number): string {
  try {
    parseRedisUrl(url);
    return redactor(url)(text);
  } catch {
    return withoutSecret(text, url.slice(scheme));
  }
}

/** A secret shorter than this says nothing, and may well stand in a text for another reason. */
const NOTHING = 4;

function withoutSecret(text: string, secret: string): string {
  // A message may write another kind of space, or none.
  const words = [secret, ...secret.split(/[\s\p{C}]+/u)].filter((word) => word.length >= NOTHING);
  const shown = words.reduce((rest, word) => rest.replaceAll(word, '…'), text);
  const least = Math.max(1, Math.min(NOTHING, secret.length));
  // It may show only the beginning, and a path has one slash for two.
  return shown
    .split(/(rediss?:\/{1,2})/i)
    .map((part, i, parts) => {
      const length = SCHEME.test(parts[i - 1] ?? '') ? commonLength(part, secret) : 0;
      return length < least ? part : `…${part.slice(length)}`;
    })
    .join('');
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < Math.min(a.length, b.length) && a[length] === b[length]) length++;
  return length;
}
