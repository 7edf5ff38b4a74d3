import type { Context } from '../command.ts';
import { bar } from '../text/charts.ts';
import { duration, truncate } from '../text/format.ts';
import { openView } from './view.ts';

/** Shows how many of many equal pieces of work are done: a bar on a terminal, a line now and then elsewhere. */
export interface Counter {
  /** One more is done. */
  add(): void;
  /** So many were done already: they say nothing about the time that is left. */
  skip(count: number): void;
  close(): void;
}

/** Lines where there is no terminal. */
const LINES = 20;

export async function openCounter(total: number, what: string, stderr: Context['stderr']): Promise<Counter> {
  const view = stderr.interactive ? await openView(stderr) : undefined;
  const began = performance.now();
  let [done, skipped] = [0, 0];
  const text = (): string => {
    const own = done - skipped;
    const left = own === 0 ? Number.NaN : ((performance.now() - began) / 1000 / own) * (total - done);
    const time = Number.isNaN(left) ? '' : `  ${duration(left)} left`;
    return `${done}/${total} ${what}${time}`;
  };
  const draw = (): void => {
    if (view) view.draw(truncate(`${bar(done / total, 30)}  ${text()}`, stderr.stream.columns - 1));
    else if (Math.floor((done * LINES) / total) > Math.floor(((done - 1) * LINES) / total))
      stderr.note(text());
  };
  return {
    add: () => {
      done++;
      draw();
    },
    skip: (count) => {
      skipped += count;
      done += count;
    },
    close: () => view?.close(),
  };
}
