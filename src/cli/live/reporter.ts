import { type ShortRule, shortRules } from '../../report/index.ts';
import type { RunEvent } from '../../run/index.ts';
import type { EvaluationSummary } from '../../store/index.ts';
import type { Context } from '../command.ts';
import { plainLine } from './lines.ts';
import { advance, initialProgress, type Progress } from './progress.ts';
import { screen } from './screen.ts';
import { openView } from './view.ts';

export interface ReporterOptions {
  readonly stderr: Context['stderr'];
  readonly run: string;
  readonly samples: number;
  readonly expected: Progress['expected'];
  /** Proposals that were told before. */
  readonly told?: number | undefined;
  /** Seconds after which no further batch is begun. */
  readonly timeout?: number | undefined;
  /** Milliseconds. */
  readonly clock: () => number;
  readonly nameOf: (evaluation: EvaluationSummary) => string;
  /** Aborted once the user has asked the run to stop. */
  readonly signal: AbortSignal;
}

/** Shows a run while it goes. */
export interface Reporter {
  readonly onEvent: (event: RunEvent) => void;
  /** Prints a line of the log, as it stands. */
  readonly print: (line: string) => void;
  /** Takes the live view away. */
  close(): void;
}

const REDRAW_MILLISECONDS = 250;

const printer =
  ({ stream }: Context['stderr']) =>
  (line: string): void => {
    stream.write(`${line}\n`);
  };

/** A live view on a terminal, plain lines elsewhere; both on stderr. */
export async function openReporter(options: ReporterOptions): Promise<Reporter> {
  const short = await shortRules();
  return options.stderr.interactive ? liveView(options, short) : plainLines(options, short);
}

function plainLines({ stderr, run, samples, expected, nameOf }: ReporterOptions, short: ShortRule): Reporter {
  let progress = initialProgress(run, samples, expected);
  const onEvent = (event: RunEvent) => {
    progress = advance(progress, event);
    const line = plainLine(progress, event, { nameOf, short });
    if (line !== undefined) stderr.note(line);
  };
  return { onEvent, print: printer(stderr), close: () => undefined };
}

async function liveView(options: ReporterOptions, short: ShortRule): Promise<Reporter> {
  const { stderr, clock, nameOf, signal } = options;
  const view = await openView(stderr);
  const began = clock();
  let progress = initialProgress(options.run, options.samples, options.expected, options.told);
  const { colours } = stderr;
  const print = printer(stderr);
  const draw = () => {
    const { columns, rows } = stderr.stream;
    const size = { columns: columns - 1, rows: rows - 1 };
    const now = { elapsed: (clock() - began) / 1000, timeout: options.timeout, stopping: signal.aborted };
    view.draw(screen(progress, { ...size, ...now, colours, nameOf, short }));
  };
  const timer = setInterval(draw, REDRAW_MILLISECONDS);
  draw();
  return {
    onEvent: (event) => {
      progress = advance(progress, event);
    },
    print: (line) => {
      view.clear();
      print(line);
    },
    close: () => {
      clearInterval(timer);
      view.close();
    },
  };
}
