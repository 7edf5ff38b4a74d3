import type { Evaluation } from '../../evaluation/index.ts';
import { accuracy, plural, type ShortRule } from '../../report/index.ts';
import type { RunEvent } from '../../run/index.ts';
import type { Progress } from './progress.ts';
import { timeLeft } from './screen.ts';

/** What is said of an event where no terminal can draw the live view: a plain line a batch, and little else. */
export function plainLine(
  progress: Progress,
  event: RunEvent,
  { nameOf, short }: { readonly nameOf: (evaluation: Evaluation) => string; readonly short: ShortRule },
): string | undefined {
  switch (event.type) {
    case 'started': {
      const from = event.resumedAt === 0 ? '' : `, going on after ${plural(event.resumedAt, 'rule')}`;
      return `run ${event.run}: ${plural(event.samples, 'rule')}${from}`;
    }
    case 'reference':
      return `reference ${nameOf(event.evaluation) || short(event.evaluation.rule)}: ${accuracy(event.evaluation.reward)}`;
    case 'batch':
      return batchLine(progress, event, short);
    case 'retest':
      return progress.retests === 1
        ? `testing the best again: ${plural(progress.expected.retests, 'evaluation')}`
        : undefined;
    default:
      return undefined;
  }
}

function batchLine(progress: Progress, event: RunEvent & { type: 'batch' }, short: ShortRule): string {
  return [
    `batch ${event.batch + 1}`,
    `${event.told}/${progress.samples} rules`,
    `mean ${accuracy(event.meanReward)}`,
    `best ${accuracy(event.best.reward)} ${short(event.best.rule)}`,
    timeLeft(progress),
  ].join('  ');
}
