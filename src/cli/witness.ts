import type { DispatchEvent } from '../dispatch/index.ts';
import type { RunEvent } from '../run/index.ts';
import type { Context } from './command.ts';
import { openReporter, type Reporter, type ReporterOptions } from './live/reporter.ts';
import { dispatchLine } from './log/dispatch-lines.ts';
import { type Circumstances, runLine } from './log/run-lines.ts';
import { onShutdown } from './log/shutdown.ts';
import type { Observer } from './observer.ts';

/** Hears all that happens to a run, and tells whoever wants to know: the live view, the log, the metrics. */
export interface Witness {
  readonly onRun: (event: RunEvent) => void;
  readonly onDispatch: (event: DispatchEvent) => void;
  /** Takes the live view away. */
  close(): void;
}

type About = Omit<ReporterOptions, 'stderr' | 'signal'> & Pick<Circumstances, 'facts'>;

export async function openWitness(context: Context, observer: Observer, about: About): Promise<Witness> {
  const { run, clock, facts } = about;
  const reporter = await reporterOf(context, about);
  const log = context.log.with({ run }, reporter.print);
  const forget = onShutdown(context.signal, log);
  const began = clock();
  return {
    onRun: (event) => {
      observer.onRun(event);
      reporter.onEvent(event);
      log.write(runLine(event, { seconds: (clock() - began) / 1000, facts }));
    },
    onDispatch: (event) => {
      observer.onDispatch(event);
      log.write(dispatchLine(event));
    },
    close: () => {
      forget();
      reporter.close();
    },
  };
}

/** The log of JSON tells what the view would. */
async function reporterOf({ stderr, signal, log }: Context, about: About): Promise<Reporter> {
  if (log.form === 'text') return openReporter({ ...about, stderr, signal });
  return { onEvent: () => undefined, print: () => undefined, close: () => undefined };
}
