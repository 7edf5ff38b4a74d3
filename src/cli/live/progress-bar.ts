import type { EvaluationEvent } from '../../compare/index.ts';
import type { FetchProgress } from '../../data/index.ts';
import type { EvaluationRequest } from '../../evaluation/index.ts';
import {
  bar,
  bytes,
  duration,
  plural,
  rewardText,
  shortRules,
  thousands,
  truncate,
} from '../../report/index.ts';
import type { Origin } from '../../store/index.ts';
import type { Context } from '../command.ts';

type Stderr = Context['stderr'];

/** A block of lines at the end of the terminal that is redrawn in place. Nothing is drawn elsewhere. */
export interface LiveBlock {
  /** Draws the lines in place of those drawn before. */
  draw(lines: string): void;
  /** Draws one line, cut to the width of the terminal. */
  line(text: string): void;
  /** Makes room for other lines until the next drawing. */
  clear(): void;
  /** Removes the block. */
  close(): void;
}

/** Opens a block on stderr. */
export async function openBlock({ stream, interactive }: Stderr): Promise<LiveBlock> {
  const nothing = (): void => undefined;
  if (!interactive) return { draw: nothing, line: nothing, clear: nothing, close: nothing };
  const { createLogUpdate } = await import('log-update');
  const update = createLogUpdate(stream);
  let height = 0;
  const draw = (lines: string): void => {
    const count = lines.split('\n').length;
    // log-update 7.2 leaves remains of its last lines when their number changes, so it starts over then.
    if (count !== height) update.clear();
    height = count;
    update(lines);
  };
  return {
    draw,
    line: (text) => draw(truncate(text, stream.columns - 1)),
    clear: update.clear,
    close: () => {
      update.clear();
      update.done();
    },
  };
}

/** Number of lines that a counter prints if there is no terminal. */
const LINES = 20;

/** Progress of work that consists of a known number of units of about equal length. */
export interface Counter {
  readonly done: number;
  /** Counts units that were finished just now. */
  add(count: number): void;
  /** Counts units that were finished earlier; they are left out of the estimate of the time left. */
  resume(count: number): void;
  /** Tells how much of the unfinished units is done, in units. */
  underWay(amount: number): void;
  /** Prints a line above the bar. */
  note(line: string): void;
  close(): void;
}

/**
 * Opens a bar with the time left on a terminal; elsewhere `lines` lines over the whole work.
 *
 * @param what Name of the units, in the plural.
 */
export async function openCounter(
  total: number,
  what: string,
  stderr: Stderr,
  lines = LINES,
): Promise<Counter> {
  const block = await openBlock(stderr);
  const began = performance.now();
  let [done, resumed, partly, printed] = [0, 0, 0, 0];
  const text = (amount: number, share = ''): string => {
    const left = ((performance.now() - began) / 1000 / (amount - resumed)) * (total - amount);
    const time = Number.isFinite(left) && done < total ? `  ${duration(left)} left` : '';
    return `${thousands(done)}/${thousands(total)} ${what}${share}${time}`;
  };
  const update = (more = 0): void => {
    done += more;
    const due = Math.floor((done * lines) / total);
    if (!stderr.interactive && due > printed) stderr.note(text(done));
    printed = due;
    const share = (done + partly) / total;
    block.line(`${bar(share, 30)}  ${text(done + partly, `  ${Math.floor(share * 100)}%`)}`);
  };
  update();
  return {
    get done() {
      return done;
    },
    add: update,
    resume: (count) => {
      resumed += count;
      update(count);
    },
    underWay: (amount) => {
      partly = amount;
      update();
    },
    note: (line) => {
      block.clear();
      stderr.note(line);
    },
    close: block.close,
  };
}

/** Progress of evaluations. */
export interface Meter extends Pick<Counter, 'note' | 'close'> {
  readonly onEvent: (event: EvaluationEvent) => void;
}

/**
 * Opens one bar for all evaluations on a terminal; elsewhere a line per evaluation.
 *
 * @param total Number of evaluations, including those that are in the store.
 */
export async function openMeter(total: number, stderr: Stderr): Promise<Meter> {
  const short = await shortRules();
  const counter = await openCounter(total, 'evaluations', stderr, 0);
  const shares = new Map<EvaluationRequest, number>();
  const onEvent = (event: EvaluationEvent): void => {
    if (event.type === 'started' && event.stored > 0) {
      counter.resume(event.stored);
      const place = stderr.interactive ? '' : `${counter.done}/${total}  `;
      counter.note(
        `${place}${plural(event.stored, 'evaluation')} of the store, not made again${originsText(event.origins)}`,
      );
    }
    if (event.type === 'progress') shares.set(event.request, event.progress.done);
    if (event.type === 'evaluated') {
      shares.delete(event.request);
      counter.add(1);
      const { rule, seed, status } = event.evaluation;
      const line = `${counter.done}/${total}  ${short(rule)}  seed ${seed}  ${rewardText(event.evaluation)}  ${status}`;
      if (!stderr.interactive) counter.note(line);
    }
    counter.underWay([...shares.values()].reduce((sum, share) => sum + share, 0));
  };
  return { onEvent, note: counter.note, close: counter.close };
}

/** Progress of a download. */
export interface DownloadBar {
  readonly onProgress: (progress: FetchProgress) => void;
  close(): void;
}

/** Opens a bar on a terminal; elsewhere a line per phase, and one per quarter of the download. */
export async function openDownloadBar(name: string, stderr: Stderr): Promise<DownloadBar> {
  const block = await openBlock(stderr);
  let last = '';
  const onProgress = (progress: FetchProgress): void => {
    block.line(downloadText(name, progress));
    const line = downloadLine(name, progress);
    if (!stderr.interactive && line !== last) stderr.note(line);
    last = line;
  };
  return { onProgress, close: block.close };
}

/** Text of the bar: `cifar10  ████░░░░  50%  81.0 MB of 162.0 MB  example.org`. */
export function downloadText(name: string, { phase, received, total, source }: FetchProgress): string {
  if (phase === 'connect') return `${name}  connecting to ${source}`;
  if (phase === 'download' && total === 0) return `${name}  ${bytes(received)}  ${source}`;
  const share = total === 0 ? 0 : received / total;
  const figures =
    phase === 'download' ? `${bytes(received)} of ${bytes(total)}` : `${phase} ${received}/${total}`;
  return `${name}  ${bar(share, 24)} ${`${Math.floor(share * 100)}%`.padStart(4)}  ${figures}  ${source}`;
}

function downloadLine(name: string, { phase, received, total, source }: FetchProgress): string {
  const quarter = phase === 'download' && total > 0 ? Math.floor((received / total) * 4) * 25 : 0;
  return `${name}: ${phase}${quarter > 0 ? ` ${quarter}%` : ''} (${source})`;
}

/** ` (nos eval 2017-09-21, run quick-1 2017-09-22)`: who made them, and since when. */
function originsText(origins: readonly Origin[]): string {
  const makers = origins.map(({ by, at }) => `${by} ${at.slice(0, 10)}`);
  return makers.length === 0 ? '' : ` (${makers.slice(0, 3).join(', ')}${makers.length > 3 ? ', …' : ''})`;
}
