import { NosError } from '../../errors.ts';

/** What Redis says when it refuses, and what helps; the first that fits. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:NOAUTH|WRONGPASS)\b/,
    'give name and password as redis://USER:PASSWORD@HOST:PORT, best in NOS_REDIS_URL',
  ],
  [
    /\bNOPERM\b|no permissions/i,
    'that user lacks a right: docs/distributed.md lists those that nos needs (ACL SETUSER)',
  ],
  [/\bREADONLY\b/, 'that Redis is a replica, which takes no writes: give the URL of its primary'],
  [
    /\bMASTERDOWN\b/,
    'that Redis is a replica that has lost its primary: give the URL of the primary, once it is there',
  ],
  [
    /\bOOM\b/,
    "its memory is full: redis-cli CONFIG SET maxmemory 1gb, or what the machine has; 'maxmemory 0' is no limit",
  ],
  [
    /\bMISCONF\b/,
    'it cannot write its disk, and so takes no writes: make room there, or redis-cli CONFIG SET stop-writes-on-bgsave-error no',
  ],
  [
    /\bNOREPLICAS\b/,
    'it wants more replicas than it has: start them, or redis-cli CONFIG SET min-replicas-to-write 0',
  ],
  [/\bLOADING\b/, 'it is loading its data from its disk: try again once it is done'],
  [/\bBUSY\b/, 'a script keeps it busy: redis-cli SCRIPT KILL ends that'],
  [
    /\b(?:MOVED|ASK|CLUSTERDOWN|CROSSSLOT|TRYAGAIN)\b/,
    'Redis Cluster is not supported: give the URL of a Redis that is not part of one',
  ],
  [
    /DB index is out of range|invalid DB index/i,
    'the number behind the port is the database: redis-cli CONFIG GET databases says how many there are, counted from 0',
  ],
  [
    /max number of clients/,
    'redis-cli CONFIG SET maxclients 10000 lets more in, if the machine has the files',
  ],
  [
    /\bDENIED\b/,
    'it serves its own machine alone: set a password there (requirepass), or protected-mode no in a network of your own',
  ],
  [/unknown command|unknown subcommand/i, 'nos needs Redis 6.2 or later, and no command renamed'],
  [
    /\bWRONGTYPE\b/,
    'something else is kept under a key of nos there: use a database of its own, redis://HOST:PORT/1',
  ],
];

/** Says what helps if Redis, or the network before it, refuses for this reason. */
export function hintFor(reason: string): string {
  const found = REFUSALS.find(([pattern]) => pattern.test(reason));
  return found?.[1] ?? 'is a Redis server running there, and reachable from here?';
}

/** Tells whether it is Redis's own answer to a command, which was refused and not lost. */
export function isRefusal(error: unknown): error is Error & { readonly name: 'ReplyError' } {
  return error instanceof Error && error.name === 'ReplyError';
}

/**
 * Makes the error that says what Redis refuses, and what helps.
 *
 * @param reason Redis's own words, without the password.
 */
export function refused(place: string, reason: string): NosError {
  // Behind an error of a script Redis names the place in it.
  const first = reason.replace(/(?:[\r\n]| script: [0-9a-f]{40}).*/s, '').replace(/\.$/, '');
  const why = /\bNOAUTH\b/.test(first)
    ? 'a password is needed'
    : /DB index is out of range|invalid DB index/i.test(first)
      ? 'it has no database of that number'
      : first.slice(0, 300);
  return new NosError('queue', `${place}: ${why}`, hintFor(first));
}
