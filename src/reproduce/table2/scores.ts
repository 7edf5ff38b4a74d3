import type { Evaluation } from '../../evaluation/index.ts';
import { mean } from '../../statistics/index.ts';

/** "The averaged improvement of 5 points near the peak values" (NOS §5.3); our reading: the five highest epochs. */
export const PEAK = 5;

/** What is compared. NaN where there is none: it diverged or failed, or its task has no such measure. */
export const scores = {
  /** Of the last epoch's batches, as training saw them: dropout in force. */
  trainPerplexity: ({ status, lossCurve = [] }: Evaluation): number =>
    status === 'ok' ? Math.exp(lossCurve.at(-1) ?? Number.NaN) : Number.NaN,
  testBleu: ({ testMeasures }: Evaluation): number => testMeasures?.bleu ?? Number.NaN,
  peakBleu: ({ measureCurves }: Evaluation): number => {
    const highest = [...(measureCurves?.bleu ?? [])].sort((a, b) => b - a).slice(0, PEAK);
    return highest.length === 0 ? Number.NaN : mean(highest);
  },
  testPerplexity: ({ testMeasures }: Evaluation): number => testMeasures?.perplexity ?? Number.NaN,
} as const satisfies Record<string, (evaluation: Evaluation) => number>;

export type ScoreName = keyof typeof scores;
