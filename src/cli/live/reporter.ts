import type { EvaluationSummary, Metric } from '../../evaluation/index.ts';
import { plural, type ShortRule, scoreText, shortRules, unitsText } from '../../report/index.ts';
import { advance, initialProgress, type RunEvent, type RunProgress } from '../../run/index.ts';
import type { Context } from '../command.ts';
import { openBlock } from './progress-bar.ts';
import { screen, timeLeft } from './screen.ts';

export interface ReporterOptions {
  readonly stderr: Context['stderr'];
  readonly run: string;
  readonly samples: number;
  readonly expected: RunProgress['expected'];
  /** What the run's scores are called, and which way they get better. */
  readonly metric: Metric;
  /** Number of proposals that were told before. */
  readonly told?: number | undefined;
  /** Seconds after which no further batch is begun. */
  readonly timeout?: number | undefined;
  /** Returns the time in milliseconds. */
  readonly clock: () => number;
  readonly nameOf: (evaluation: EvaluationSummary) => string;
  /** Aborted once the user has asked the run to stop. */
  readonly signal: AbortSignal;
}

/** Shows a run while it goes. */
export interface Reporter {
  readonly onEvent: (event: RunEvent) => void;
  /** Prints a line of the log unchanged. */
  readonly print: (line: string) => void;
  /** Removes the live view. */
  close(): void;
}

const REDRAW_MILLISECONDS = 250;

/** Opens a live view on a terminal, plain lines elsewhere; both on stderr. */
export async function openReporter(options: ReporterOptions): Promise<Reporter> {
  const { stderr, run, samples, expected, metric, told, timeout, clock, nameOf, signal } = options;
  const [short, block] = await Promise.all([shortRules(), openBlock(stderr)]);
  const began = clock();
  let progress = initialProgress(run, samples, expected, { told, metric });
  const draw = (): void => {
    const { columns, rows } = stderr.stream;
    const size = { columns: columns - 1, rows: rows - 1 };
    const now = { elapsed: (clock() - began) / 1000, timeout, stopping: signal.aborted };
    block.draw(screen(progress, { ...size, ...now, colours: stderr.colours, nameOf, short }));
  };
  const timer = stderr.interactive ? setInterval(draw, REDRAW_MILLISECONDS) : undefined;
  if (stderr.interactive) draw();
  return {
    onEvent: (event) => {
      progress = advance(progress, event);
      const line = plainLine(progress, event, { nameOf, short });
      if (!stderr.interactive && line !== undefined) stderr.note(line);
    },
    print: (line) => {
      block.clear();
      stderr.stream.write(`${line}\n`);
    },
    close: () => {
      clearInterval(timer);
      block.close();
    },
  };
}

type Names = Pick<ReporterOptions, 'nameOf'> & { readonly short: ShortRule };

/** Returns the line that is printed for an event where there is no live view: one per batch, and few others. */
export function plainLine(
  progress: RunProgress,
  event: RunEvent,
  { nameOf, short }: Names,
): string | undefined {
  const { metric } = progress;
  switch (event.type) {
    case 'started': {
      const from = event.resumedAt === 0 ? '' : `, going on after ${plural(event.resumedAt, 'rule')}`;
      return [`run ${event.run}: ${plural(event.samples, 'rule')}${from}`, ...unitsText(metric)].join('; ');
    }
    case 'reference': {
      const { evaluation } = event;
      return `reference ${nameOf(evaluation) || short(evaluation.rule)}: ${scoreText(evaluation.reward, metric)}`;
    }
    case 'batch': {
      const { batch, told, meanReward, best } = event;
      const means = `mean ${scoreText(meanReward, metric)}  best ${scoreText(best.reward, metric)}`;
      const rewards = `${means} ${short(best.rule)}`;
      return `batch ${batch + 1}  ${told}/${progress.samples} rules  ${rewards}  ${timeLeft(progress)}`;
    }
    case 'retest': {
      const all = plural(progress.expected.retests, 'evaluation');
      return progress.retests === 1 ? `testing the best again: ${all}` : undefined;
    }
    default:
      return undefined;
  }
}
