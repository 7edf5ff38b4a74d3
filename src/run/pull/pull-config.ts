import { createHash } from 'node:crypto';
import { NosError } from '../../errors.ts';
import { isShare, metricOf } from '../../evaluation/index.ts';
import { shellWord } from '../../shell.ts';
import type { Store } from '../../store/index.ts';
import { parseRunConfig, type RunConfig, type RunConfigInput } from '../config.ts';
import { checkRunName } from '../run-name.ts';
import { createPulledStrategy } from './strategy.ts';

/** What a run by ask and tell is given; fields that have defaults may be left out. */
export type PullConfigInput = Omit<RunConfigInput, 'pull' | 'protocol' | 'environment'> & {
  readonly pull: NonNullable<RunConfig['pull']>;
};

/** A configuration of a run whose trials are asked for and told. */
export type PullConfig = RunConfig & { readonly pull: NonNullable<RunConfig['pull']> };

/** What stands as the protocol of evaluations that somebody told: how the rules were trained is theirs to know. */
const TOLD = 'told';

/** @throws NosError `bad-option`, `unknown-name`, `bad-rule`, also for what only the strategy can check. */
export async function parsePullConfig(input: PullConfigInput): Promise<PullConfig> {
  const { strategyReference } = await import('../../search/index.ts');
  const metric = metricOf(input.pull);
  const score = isShare(metric) ? {} : { score: metric };
  const config = parseRunConfig({ ...input, protocol: TOLD, ...score });
  const { strategy, task } = config;
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_ -]*$/u.test(task)) {
    throw new NosError(
      'bad-option',
      `'${task}' as the name of what is trained`,
      'name it with letters and digits, as in my-model',
    );
  }
  const named = { ...config, strategy: { ...strategy, name: await strategyReference(strategy.name) } };
  await (await createPulledStrategy(named)).close();
  return named as PullConfig;
}

export interface PullServices {
  readonly store: Store;
  /** Milliseconds since 1970; dates leases and evaluations. */
  readonly clock: () => number;
}

/**
 * Creates a run whose trials are asked for and told. No machine of ours computes its values: its fingerprint is the run's own, so that no
 * other run takes them for its own.
 *
 * @throws NosError `run-exists`; `bad-option` for the name.
 */
export async function createPullRun(
  name: string,
  config: PullConfig,
  { store, clock }: PullServices,
  version: string,
): Promise<void> {
  checkRunName(name);
  const createdAt = new Date(clock()).toISOString();
  const hash = createHash('sha256').update(`${name}\n${createdAt}`).digest('hex').slice(0, 12);
  await store.createRun({ name, config, createdAt, version, fingerprint: `told-${hash}` });
}

/** @throws NosError `bad-option` for a run that evaluates by itself. */
export function pulled(name: string, config: RunConfig): PullConfig {
  if (config.pull !== undefined) return config as PullConfig;
  throw new NosError(
    'bad-option',
    `run '${name}' trains its rules itself: nobody can ask for them`,
    `\`nos resume ${shellWord(name)}\` goes on with it`,
  );
}

/** @throws NosError `bad-option` for a run whose trials are asked for and told: nothing here can train its rules. */
export function refusePulled(name: string, config: RunConfig): void {
  if (config.pull === undefined) return;
  throw new NosError(
    'bad-option',
    `the trials of run '${name}' are asked for and told: it goes on as they are`,
    `\`nos ask ${shellWord(name)}\` gives the next one`,
  );
}
