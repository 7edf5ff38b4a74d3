import type { InStatement } from '@libsql/client';
import { named, packed } from './columns.ts';
import { type Database, markOf, type RunKey } from './database.ts';
import { readLease, sealOf } from './documents.ts';
import type { Lease, Store } from './store.ts';

export const LEASES = `SELECT ${packed({ ...named('l', 'role', 'position', 'since', 'until', 'checksum'), ...markOf('l') })} FROM leases l`;

/** The part of a store that looks after trials that were given out. */
export function leasesOf(db: Database): Pick<Store, 'addLeases' | 'leases'> {
  return {
    async addLeases(run, leases) {
      const key = await db.runKey(run);
      if (leases.length > 0) await db.write(leases.map((lease) => insertLease(key, lease)));
    },

    async leases(run) {
      const rows = await db.rows(`${LEASES} WHERE run = ?`, [await db.runId(run)]);
      return rows.map((row) => readLease(db.path, row));
    },
  };
}

export function insertLease(run: RunKey, { role, index, since, until }: Lease): InStatement {
  return {
    sql: 'INSERT OR REPLACE INTO leases (run, role, position, since, until, checksum) VALUES (?, ?, ?, ?, ?, ?)',
    args: [
      run.id,
      role,
      index,
      since,
      until,
      sealOf('lease', { role, position: index, since, until, mark: run.mark }),
    ],
  };
}
