import { isDeepStrictEqual } from 'node:util';
import { NosError } from '../../errors.ts';
import type { Evaluation } from '../../evaluation/index.ts';
import {
  extendRun,
  type RunConfig,
  type RunResult,
  type RunServices,
  readRun,
  resumeRun,
  startRun,
} from '../../run/index.ts';
import type { Store } from '../../store/index.ts';
import type { PlannedSearch } from '../experiment.ts';

/**
 * What the store has of a search: a run that somebody began by hand stands for it where it proposes and scores the same rules, whatever
 * it tests at its end, and however long it is.
 *
 * @throws NosError `run-exists` if the run of that name is another search.
 */
export async function standingOf(
  store: Pick<Store, 'listRuns' | 'run'>,
  { run: name, config }: PlannedSearch,
): Promise<{ readonly told: number; readonly samples: number; readonly complete: boolean } | undefined> {
  if (!(await store.listRuns()).some((run) => run.name === name)) return undefined;
  const { told, config: own } = await readRun(store, name);
  if (!isDeepStrictEqual(searched(own), searched(config))) {
    const hint = 'rename it: `nos rename`, or take another store: --store FILE';
    throw new NosError('run-exists', `run '${name}' of the store is another search than this one`, hint);
  }
  return { told, samples: own.samples, complete: told >= config.samples };
}

/** What decides which rules a run proposes, and their scores. */
function searched({ samples: _, references: __, retest: ___, space, ...config }: RunConfig): unknown {
  return { ...config, space: JSON.parse(JSON.stringify({ iterations: 2, ...space })) };
}

/** Starts a search, or goes on with the run of its name, whose length then is the planned one. */
export async function goOn({ run, config }: PlannedSearch, services: RunServices): Promise<RunResult> {
  const standing = await standingOf(services.store, { run, config });
  if (standing === undefined) return startRun(run, config, services);
  return standing.samples === config.samples
    ? resumeRun(run, services)
    : extendRun(run, config.samples, services);
}

/** Evaluations of a search's proposals, in order: up to the last that was told, and to the planned number. */
export async function proposalsOf(store: Store, search: PlannedSearch): Promise<readonly Evaluation[]> {
  const standing = await standingOf(store, search);
  const proposals: Evaluation[] = [];
  if (standing === undefined) return proposals;
  const wanted = Math.min(standing.told, search.config.samples);
  for await (const { role, index, evaluation } of store.streamScores(search.run)) {
    if (role !== 'proposal') continue;
    if (index >= wanted || index > proposals.length) break;
    proposals.push(evaluation);
  }
  return proposals;
}
