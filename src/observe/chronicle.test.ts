import { describe, expect, it } from 'vitest';
import { batch, evaluation } from '../../test/support/run-events.ts';
import { ownScore } from '../evaluation/index.ts';
import type { RunEvent } from '../run/index.ts';
import { chronicle, emptyChronicle, type SeriesPoint } from './chronicle.ts';

const METRIC = { metric: 'val_loss', goal: 'minimise' } as const;

/** All points of a run, as `series@step=value`. */
function pointsOf(events: readonly RunEvent[]): readonly string[] {
  let state = emptyChronicle;
  return events.flatMap((event) => {
    const step = chronicle(state, event, 0);
    state = step.state;
    const points: readonly SeriesPoint[] = [...(step.entry.begins?.earlier ?? []), ...step.entry.points];
    return points.map(({ series, step: at, value }) => `${series}@${at}=${value}`);
  });
}

const loss = (rule: string, reward: number) => ({
  ...evaluation(rule, reward),
  ...ownScore({ reward }, METRIC),
});

describe('the series of a run', () => {
  it('are named after the metric, in its units, where scores have units of their own', () => {
    const lost = { ...loss('m', Number.NEGATIVE_INFINITY), status: 'diverged' } as const;
    const events: readonly RunEvent[] = [
      { type: 'reference', evaluation: loss('adam', -2), cached: false },
      { type: 'evaluated', index: 0, evaluation: loss('g', -6), cached: false },
      { type: 'evaluated', index: 1, evaluation: lost, cached: false },
      { ...batch, told: 2, meanReward: -6, best: { rule: 'g', reward: -6 }, metrics: {}, metric: METRIC },
      { type: 'retest', evaluation: loss('g', -5), cached: false },
    ];
    expect(pointsOf(events)).toEqual([
      ...['reference/adam@0=2', 'val_loss/proposal@1=6', 'val_loss/batch@2=6', 'val_loss/best@2=6'],
      'val_loss/retest@0=5',
    ]);
  });

  it('tell what came before a resume in the same units', () => {
    const earlier = { evaluations: [loss('g', -6), loss('m', -4), loss('v', -5)], batchMeans: [] };
    const began: RunEvent = { type: 'started', run: 'r', samples: 9, resumedAt: 3, earlier };
    expect(pointsOf([began]).filter((point) => point.startsWith('val_loss/best'))).toEqual(
      [6, 4, 4].map((best, i) => `val_loss/best@${i + 1}=${best}`),
    );
  });
});
