/**
 * Prints how far the run of a store has come, a JSON line for every change, until it is killed.
 *
 *     node look.mjs STORE
 *
 * A process of its own, which is killed before what it looks at is: libSQL lets go of a file only when its objects are
 * collected, and whoever still has the store open after the kill would mend it, which is for `nos resume` to do.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@libsql/client';

const [path] = process.argv.slice(2);
const NOWHERE = { runs: 0, asked: 0, told: 0, retests: 0 };
const COUNTS = `
  SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM batches) AS asked,
    (SELECT count(metrics) FROM batches) AS told, (SELECT count(*) FROM scores WHERE role = 'retest') AS retests`;

let client;
async function look() {
  if (!existsSync(path)) return NOWHERE;
  client ??= createClient({ url: `file:${path}`, timeout: 5_000 });
  try {
    return { ...(await client.execute(COUNTS)).rows[0] };
  } catch (error) {
    if (/no such table/.test(error.message)) return NOWHERE;
    throw error;
  }
}

for (let last = ''; ; await sleep(30)) {
  const now = JSON.stringify(await look());
  if (now !== last) process.stdout.write(`${now}\n`);
  last = now;
}
