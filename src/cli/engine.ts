import type { FetchedEngine } from '../engine/index.ts';
import type { Context } from './command.ts';
import { openDownloadBar } from './live/progress-bar.ts';

/**
 * The engine on this machine: downloaded, with a progress bar, where it is absent. The first who computes would fetch it as well,
 * but show nothing.
 *
 * @param from Where to take it from instead of npm's registry.
 * @throws NosError as `fetchEngine` does.
 */
export async function prepareEngine(
  { stderr, signal }: Pick<Context, 'stderr' | 'signal'>,
  from?: string,
): Promise<FetchedEngine> {
  const { ENGINE, fetchEngine, findEngine } = await import('../engine/index.ts');
  const folder = findEngine();
  if (folder !== undefined) return { folder, source: 'present' };
  const name = `onnxruntime ${ENGINE.version}`;
  const source = from ?? "npm's registry";
  const progress = await openDownloadBar(name, stderr);
  try {
    return await fetchEngine({
      ...(from !== undefined && { from }),
      signal,
      onReceived: (received) =>
        progress.onProgress({ source, phase: 'download', received, total: ENGINE.bytes }),
    });
  } finally {
    progress.close();
  }
}
