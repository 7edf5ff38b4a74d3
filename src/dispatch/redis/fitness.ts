import type { Connection, Note } from './connection.ts';
import { PREFIX } from './presence.ts';

/**
 * Finds out whether a Redis takes what is to be written, and says what its settings would do to it.
 *
 * @throws NosError `queue` if it takes no writes, saying why and what helps.
 */
export async function checkFitness({ client, place, refusal }: Connection, note: Note): Promise<void> {
  await client.set(`${PREFIX}:probe`, '', 'PX', 1_000).catch((error: Error) => {
    throw refusal(error);
  });
  // A user who may not ask is told nothing.
  const info = await client.info().catch(() => '');
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction';
  if (policy !== 'noeviction') {
    note(
      `${place} drops what it holds when its memory is full (maxmemory-policy ${policy}): redis-cli CONFIG SET maxmemory-policy noeviction`,
      'other',
    );
  }
  const version = /^redis_version:(\d+)\.(\d+)/m.exec(info);
  if (version && Number(version[1]) * 100 + Number(version[2]) < 602) {
    note(`${place} is Redis ${version[1]}.${version[2]}: 6.2 or later is needed`, 'other');
  }
}
