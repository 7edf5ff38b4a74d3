import type { Calibration } from '../calibration.ts';

/** Made by `bench/calibrate.mjs fit` from 340 early trainings of 85 rules. */
export const cifar10Convnet: Calibration = {
  steps: { evolution: 60, rl: 17 },
  references: [
    { rule: 'adam', learningRate: 0.001 },
    { rule: 'sgd', learningRate: 0.01 },
    { rule: 'rmsprop', learningRate: 0.001 },
  ],
  hurdles: [
    {
      steps: 40,
      window: 20,
      reward: [
        [-0.1009, 0.6188],
        [-0.0483, 0.6106],
        [0.0049, 0.6017],
        [0.0335, 0.5736],
        [0.0587, 0.5629],
        [0.0954, 0.5625],
        [0.1488, 0.5224],
        [0.2653, 0.4049],
        [0.4976, 0.1016],
      ],
      largest: 0.14,
    },
    {
      steps: 120,
      window: 40,
      reward: [
        [-0.1305, 0.62],
        [-0.0893, 0.6164],
        [-0.0224, 0.6084],
        [0.0403, 0.5909],
        [0.0871, 0.548],
        [0.2062, 0.5272],
        [0.4654, 0.3762],
        [0.9567, 0.3374],
      ],
      largest: 0.0034,
    },
  ],
  end: {
    steps: 160,
    window: 50,
    reward: [
      [-0.1453, 0.6209],
      [-0.1041, 0.6152],
      [-0.0344, 0.6096],
      [0.0314, 0.5849],
      [0.0716, 0.552],
      [0.1083, 0.5491],
      [0.2247, 0.5297],
      [0.5213, 0.3735],
      [1.4302, 0.3374],
    ],
  },
};
