import type { Calibration } from '../calibration.ts';

/** Made by `bench/calibrate.mjs fit` from 288 early trainings of 85 rules. */
export const cifar10Convnet: Calibration = {
  steps: 68,
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
        [-0.1011, 0.6194],
        [-0.0446, 0.6103],
        [0.0067, 0.6],
        [0.0334, 0.5729],
        [0.0579, 0.5667],
        [0.1, 0.5594],
        [0.1505, 0.5181],
        [0.29, 0.3658],
      ],
      largest: 0.1388,
    },
    {
      steps: 120,
      window: 40,
      reward: [
        [-0.1294, 0.6205],
        [-0.0858, 0.6164],
        [-0.0152, 0.6076],
        [0.0424, 0.5898],
        [0.0904, 0.5489],
        [0.2075, 0.5225],
        [0.5162, 0.3583],
      ],
      largest: 0.0066,
    },
  ],
  end: {
    steps: 160,
    window: 50,
    reward: [
      [-0.1443, 0.6207],
      [-0.1018, 0.6159],
      [-0.0279, 0.6094],
      [0.035, 0.5828],
      [0.0717, 0.5524],
      [0.1166, 0.5503],
      [0.2268, 0.526],
      [0.6005, 0.3553],
    ],
  },
};
