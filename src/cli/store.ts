import type { Store } from '../store/index.ts';
import type { Places } from './command.ts';

/** Opens the store for one piece of work. */
export async function withStore<T>(places: Places, work: (store: Store) => Promise<T>): Promise<T> {
  const { openStore } = await import('../store/index.ts');
  const store = await openStore(places.store);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
