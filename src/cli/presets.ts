/** Rules of the quick search: as many as 2 cores of a Zen 4 evaluate in ten minutes with the native engine, references and retests included. */
const QUICK_SAMPLES = 600;

/** Settings for a purpose. They stand below what a flag, the environment or the configuration file says. */
export const presets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  // The paper's own controller (docs/strategies.md).
  quick: {
    task: 'cifar10-convnet',
    space: 'quick',
    strategy: 'rl',
    protocol: 'fast',
    samples: QUICK_SAMPLES,
    retest: '4x2',
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
