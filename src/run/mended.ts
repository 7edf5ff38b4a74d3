import type { Store } from '../store/index.ts';
import { parseRunConfig, type RunConfig, withScore } from './config.ts';

/**
 * The configuration that a run goes on with. While nothing was evaluated, a run takes its task's module as it is now: whoever has mended
 * one that failed at once need not start again. Later a changed module is another task, and is refused where it is loaded.
 *
 * @throws NosError `unknown-name` for the run, or where the module is gone; `run-locked` if it has changed and somebody drives the run.
 */
export async function takeMended(
  store: Pick<Store, 'run' | 'streamSummaries' | 'reopenRun'>,
  name: string,
): Promise<RunConfig> {
  const config = parseRunConfig((await store.run(name)).config);
  for await (const _ of store.streamSummaries(name)) return config;
  const { presentReference } = await import('../tasks/index.ts');
  const task = await presentReference(config.task);
  if (task === config.task) return config;
  const mended = await withScore({ ...config, task });
  await store.reopenRun(name, mended, Number.MAX_SAFE_INTEGER);
  return mended;
}
