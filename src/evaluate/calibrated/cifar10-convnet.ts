import type { Calibration } from '../calibration.ts';

/** Made by `bench/calibrate.mjs fit` from 59 early trainings of 59 rules. */
export const cifar10Convnet: Calibration = {
  steps: 80,
  loss: {
    largest: 1.8191,
    reward: [
      [1.6668, 0.6209],
      [1.7142, 0.6159],
      [1.7679, 0.5764],
      [1.8251, 0.5626],
      [1.9313, 0.5038],
      [2.0678, 0.2955],
    ],
  },
  epochs: [
    {
      smallest: 0.514,
      reward: [
        [0.3523, 0.4002],
        [0.3889, 0.507],
        [0.4103, 0.5623],
        [0.4337, 0.564],
        [0.466, 0.5945],
        [0.4984, 0.6166],
        [0.5203, 0.6233],
        [0.5317, 0.6245],
      ],
    },
  ],
};
