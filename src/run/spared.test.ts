import { expect, it } from 'vitest';
import type { EvaluationSummary } from '../evaluation/index.ts';
import { sparedOf } from './spared.ts';

it('proposals are counted once each, those of another rule’s evaluation as such', () => {
  const reuses = { rule: 'g', key: 'key of g', factor: 1 };
  const score = (evaluation: Partial<EvaluationSummary>, role: 'proposal' | 'reference' = 'proposal') => ({
    ...{ role, index: 0, evaluation: evaluation as EvaluationSummary },
  });
  const scores = [
    score({ status: 'ok' }),
    score({ status: 'ok', reuses }),
    score({ status: 'rejected', reuses }),
    score({ status: 'stopped', reuses: { ...reuses, near: true } }),
    score({ status: 'rejected' }),
    score({ status: 'stopped' }),
    score({ status: 'stopped' }),
    score({ status: 'stopped' }, 'reference'),
    score({ status: 'diverged' }),
    score({ status: 'failed' }),
  ];
  expect(sparedOf(scores)).toEqual({ reused: 2, near: 1, rejected: 1, stopped: 2 });
});
