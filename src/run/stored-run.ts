import type { DataOf } from '../fields.ts';
import { runRecordSchema, type Store } from '../store/index.ts';
import { parseRunConfig, runConfigSchema } from './config.ts';

export const storedRunSchema = runRecordSchema.extend({ config: runConfigSchema });

/** A run of a store, with its configuration. */
export type StoredRun = DataOf<typeof storedRunSchema>;

/** @throws NosError `unknown-name`. */
export async function readRun(store: Pick<Store, 'run'>, name: string): Promise<StoredRun> {
  const record = await store.run(name);
  return { ...record, config: parseRunConfig(record.config) };
}

/** Returns all runs, oldest first. */
export async function readRuns(store: Store): Promise<readonly StoredRun[]> {
  const records = await store.listRuns();
  return records.map((record) => ({ ...record, config: parseRunConfig(record.config) }));
}
