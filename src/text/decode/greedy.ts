import type { Limits, StepModel, Written } from './model.ts';

/**
 * Takes the most probable token at each step; of equal ones the lower number.
 *
 * @param start the state of [sentences] rows, one per sentence.
 * @returns [sentences].
 */
export async function greedySearch<State>(
  model: StepModel<State>,
  start: State,
  sentences: number,
  { begin, end, maximumLength }: Limits,
): Promise<readonly Written[]> {
  const rows = Array.from({ length: sentences }, () => ({
    tokens: [] as number[],
    logProbability: 0,
    ended: false,
  }));
  const last = new Int32Array(sentences).fill(begin);
  let state = start;
  for (let length = 0; length < maximumLength && rows.some((row) => !row.ended); length++) {
    const step = await model.next(state, last);
    state = step.state;
    for (const [index, row] of rows.entries()) {
      if (row.ended) continue;
      const at = index * model.vocabulary;
      const token = largest(step.logProbabilities.subarray(at, at + model.vocabulary));
      row.logProbability += step.logProbabilities[at + token] as number;
      row.ended = token === end;
      if (!row.ended) row.tokens.push(token);
      last[index] = token;
    }
  }
  return rows;
}

function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] as number) > (values[best] as number)) best = i;
  }
  return best;
}
