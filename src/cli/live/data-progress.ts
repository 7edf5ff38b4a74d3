import type { FetchProgress } from '../../data/index.ts';
import { bar, bytes, truncate } from '../../report/index.ts';
import type { Context } from '../command.ts';
import { openView } from './view.ts';

/** Shows a download while it goes, on stderr. */
export interface DataProgress {
  readonly onProgress: (progress: FetchProgress) => void;
  close(): void;
}

/** A bar on a terminal; elsewhere a line a phase, and one a quarter of the download. */
export async function dataProgress(name: string, stderr: Context['stderr']): Promise<DataProgress> {
  if (!stderr.interactive) return { onProgress: plain(name, stderr.note), close: () => undefined };
  const view = await openView(stderr);
  return {
    onProgress: (progress) => view.draw(progressLine(name, progress, stderr.stream.columns - 1)),
    close: view.close,
  };
}

export function progressLine(name: string, progress: FetchProgress, columns: number): string {
  const { phase, received, total, source } = progress;
  if (phase === 'connect') return truncate(`${name}  connecting to ${source}`, columns);
  const done = total === 0 ? 0 : received / total;
  if (phase === 'download' && total === 0) {
    return truncate(`${name}  ${bytes(received)}  ${source}`, columns);
  }
  const figures =
    phase === 'download' ? `${bytes(received)} of ${bytes(total)}` : `${phase} ${received}/${total}`;
  const percent = `${Math.floor(done * 100)}%`.padStart(4);
  return truncate(`${name}  ${bar(done, 24)} ${percent}  ${figures}  ${source}`, columns);
}

function plain(name: string, note: (line: string) => void): (progress: FetchProgress) => void {
  let last = '';
  return ({ source, phase, received, total }) => {
    const quarter = phase === 'download' && total > 0 ? Math.floor((received / total) * 4) * 25 : 0;
    const line = `${name}: ${phase}${quarter > 0 ? ` ${quarter}%` : ''} (${source})`;
    if (line !== last) note(line);
    last = line;
  };
}
