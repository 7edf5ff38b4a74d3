import { unknownName } from '../errors.ts';
import type { Settings } from './options.ts';

/** How every command logs that does. */
export const logDefaults = { log: 'text', logLevel: 'info' } as const satisfies Settings;

/** The strategy of a search where nobody names one: the winner of `nos bench strategies`, docs/strategies.md. */
export const DEFAULT_STRATEGY = 'evolution';

/** What holds where neither a flag, the environment, the configuration file nor a preset says otherwise. */
export const defaults = {
  task: 'cifar10-convnet',
  space: 'icml2017',
  protocol: 'quick',
  environment: 'none',
  samples: 500,
  batch: 5,
  pipeline: 2,
  seed: 1,
  seeds: 1,
  ...logDefaults,
} as const satisfies Settings;

/** Rules of the quick search: as many as 2 cores evaluate in less than 10 minutes, references and retests included. */
const QUICK_SAMPLES = 110;

export const presets: Readonly<Record<string, Settings>> = {
  // At a hundred rules the paper's controller proposes the better ones (docs/strategies.md).
  quick: {
    task: 'cifar10-convnet',
    space: 'quick',
    strategy: 'rl',
    protocol: 'quick',
    samples: QUICK_SAMPLES,
    seed: 1,
  },
  // NOS §4.2: mini-batch of 5 rules, TRPO and ADAM at 1e-5 (together: trpo-adam), entropy 0.0015; Figure 4 runs to
  // 45,000 rules.
  paper: {
    task: 'cifar10-convnet',
    space: 'icml2017',
    protocol: 'paper',
    strategy: 'rl',
    samples: 45_000,
    batch: 5,
    option: { algorithm: 'trpo-adam', learningRate: 1e-5, entropyWeight: 0.0015, redraws: 0, novelty: 0 },
  },
};

/** @throws NosError `unknown-name`. */
export function presetNamed(name: string): Settings {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined;
  if (preset === undefined) throw unknownName('preset', name, Object.keys(presets));
  return preset;
}
