import { bar, duration, thousands, truncate } from '../../report/index.ts';
import type { Context } from '../command.ts';
import { openView } from './view.ts';

/** Shows how much of a long piece of work is done: a bar on a terminal, a line now and then elsewhere. */
export interface Counter {
  /** So many more are done. */
  add(count: number): void;
  /** So many were done already: they say nothing about the time that is left. */
  resume(count: number): void;
  close(): void;
}

/** Lines where there is no terminal. */
const LINES = 20;

/**
 * @param total In units that take about equally long: the time that is left is estimated from those done.
 * @param what The units' name, in the plural.
 */
export async function openCounter(total: number, what: string, stderr: Context['stderr']): Promise<Counter> {
  const view = stderr.interactive ? await openView(stderr) : undefined;
  const began = performance.now();
  let [done, before, lines] = [0, 0, 0];
  const text = (): string => {
    const own = done - before;
    const left = ((performance.now() - began) / 1000 / own) * (total - done);
    const time = own === 0 || done === total ? '' : `  ${duration(left)} left`;
    return `${thousands(done)}/${thousands(total)} ${what}${time}`;
  };
  const draw = (): void => {
    const due = Math.floor((done * LINES) / total);
    if (view) view.draw(truncate(`${bar(done / total, 30)}  ${text()}`, stderr.stream.columns - 1));
    else if (due > lines) stderr.note(text());
    lines = due;
  };
  draw();
  return {
    add: (count) => {
      done += count;
      draw();
    },
    resume: (count) => {
      before += count;
      done += count;
      draw();
    },
    close: () => view?.close(),
  };
}
