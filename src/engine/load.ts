import { createRequire } from 'node:module';
import { join } from 'node:path';
import { NosError } from '../errors.ts';
import { fetchEngine } from './fetch.ts';
import { ENGINE } from './package.ts';

/** What onnxruntime exports. */
export type Engine = Pick<typeof import('onnxruntime-common'), 'InferenceSession' | 'Tensor'>;

let loading: Promise<Engine> | undefined;

/**
 * Loads onnxruntime, once per process. It is fetched first if it is not on this machine yet; commands do that
 * before, and show it.
 *
 * @throws NosError `engine` if it cannot be had or does not run here.
 */
export function loadEngine(): Promise<Engine> {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Engine> {
  // Otherwise it keeps a record of its use in the user's cache, and sends it to its makers.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const { folder } = await fetchEngine();
  try {
    return createRequire(join(folder, 'package.json'))(folder) as Engine;
  } catch (cause) {
    const why = (cause as Error).message.split('\n')[0];
    throw new NosError(
      'engine',
      `onnxruntime ${ENGINE.version} does not load: ${why}`,
      lacksGlibc()
        ? "it needs glibc, and this system's C library is another, as Alpine's is: take Debian, Ubuntu or Fedora"
        : `if it is damaged, remove ${folder}, then \`nos engine fetch\``,
      { cause },
    );
  }
}

function lacksGlibc(): boolean {
  const { header } = process.report.getReport() as {
    readonly header: { readonly glibcVersionRuntime?: string };
  };
  return process.platform === 'linux' && header.glibcVersionRuntime === undefined;
}
