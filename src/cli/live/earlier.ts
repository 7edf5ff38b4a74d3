import type { Store } from '../../store/index.ts';
import { bestDistinct, type Progress } from './progress.ts';

/** What a run that is resumed found before, for the live view; nothing of a run that is not in the store yet. */
export async function earlierProgress(
  store: Store,
  run: string,
): Promise<Partial<Pick<Progress, 'top' | 'batchMeans'>>> {
  const known = (await store.listRuns()).some(({ name }) => name === run);
  if (!known) return {};
  const proposals = await store.proposals(run);
  const told = (await store.batches(run)).filter((batch) => batch.told);
  const batchMeans = told.map(({ first, size }) => {
    const rewards = proposals.slice(first, first + size).map((one) => one.evaluation?.reward ?? Number.NaN);
    return rewards.reduce((sum, reward) => sum + reward, 0) / size;
  });
  return { top: bestDistinct(proposals.flatMap(({ evaluation }) => evaluation ?? [])), batchMeans };
}
