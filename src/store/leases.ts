import { named, packed } from './columns.ts';
import type { Database } from './database.ts';
import { readLease, sealOf } from './documents.ts';
import type { Store } from './store.ts';

const LEASES = `SELECT ${packed(named('l', 'role', 'position', 'since', 'until', 'checksum'))} FROM leases l`;

/** The part of a store that looks after trials that were given out. */
export function leasesOf(db: Database): Pick<Store, 'addLeases' | 'leases'> {
  return {
    async addLeases(run, leases) {
      const id = await db.runId(run);
      const insert = leases.map(({ role, index, since, until }) => ({
        sql: 'INSERT OR REPLACE INTO leases (run, role, position, since, until, checksum) VALUES (?, ?, ?, ?, ?, ?)',
        args: [id, role, index, since, until, sealOf('lease', { role, position: index, since, until })],
      }));
      if (insert.length > 0) await db.write(insert);
    },

    async leases(run) {
      const rows = await db.rows(`${LEASES} WHERE run = ?`, [await db.runId(run)]);
      return rows.map((row) => readLease(db.path, row));
    },
  };
}
