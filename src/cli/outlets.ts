import { chronicle, emptyChronicle, openMlflow, openTensorBoard } from '../observe/index.ts';
import type { RunConfig, RunEvent } from '../run/index.ts';
import type { Context } from './command.ts';

export type OutletSettings = {
  readonly tensorboard?: string | undefined;
  readonly mlflow?: string | undefined;
};

/** Where a run is looked at elsewhere: TensorBoard's files, MLflow's server. */
export interface Outlets {
  readonly onRun: (event: RunEvent) => void;
  /** Waits a little for what is on its way. @returns whether everything has arrived. */
  close(): Promise<boolean>;
}

/**
 * Opens the outlets that the settings name. Once they are open, nothing that goes wrong with one is an error: a note says so, the search
 * goes on, and the store has everything.
 *
 * @param hours Hours since this process began with the run, if it drives one.
 * @throws NosError `unwritable` for the folder; `bad-option` for what is no URL of a server.
 */
export function openOutlets(
  { settings, places, stderr, sourceOf }: Context<OutletSettings>,
  run: string,
  config: RunConfig,
  hours: () => number = () => 0,
): Outlets {
  const about = { run, facts: factsOf(config) };
  const { env } = process;
  const board = settings.tensorboard && openTensorBoard(settings.tensorboard, about, Date.now());
  const url = settings.mlflow;
  // The variable is MLflow's own, and may name a folder, for Python.
  const isServer = url !== undefined && (sourceOf('mlflow') === 'flag' || /^https?:/i.test(url));
  const mlflow =
    isServer &&
    openMlflow({
      ...{ ...about, url, place: places.store, warn: stderr.note },
      token: env.MLFLOW_TRACKING_TOKEN,
      experiment: env.MLFLOW_EXPERIMENT_NAME || 'neural-optimizer-search',
    });
  let state = emptyChronicle;
  let writable = true;
  return {
    onRun(event) {
      if (!board && !mlflow) return;
      const step = chronicle(state, event, hours());
      state = step.state;
      if (mlflow) mlflow.write(step.entry, Date.now());
      if (!board || !writable) return;
      try {
        board.write(step.entry, Date.now());
      } catch (error) {
        writable = false;
        stderr.note(`TensorBoard: ${(error as Error).message}; the search goes on`);
      }
    },
    async close() {
      const arrived = mlflow ? await mlflow.close() : true;
      if (!arrived)
        stderr.note('MLflow has not got everything; to send it again: `nos log RUN --mlflow URL`');
      return arrived && writable;
    },
  };
}

/** What a run was started with, as parameters. */
function factsOf(config: RunConfig): Readonly<Record<string, string | number>> {
  const { task, protocol, environment, space, strategy, samples, batch, pipeline, seed } = config;
  return {
    ...{ task, protocol, environment, space: space.name, strategy: strategy.name },
    ...Object.fromEntries(Object.entries(strategy.options).map(([name, value]) => [`option.${name}`, value])),
    ...{ samples, batch, pipeline, seed },
  };
}
