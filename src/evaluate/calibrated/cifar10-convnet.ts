import type { Calibration } from '../calibration.ts';

/** Made by `bench/calibrate.mjs fit` from 45 early trainings of 45 rules. */
export const cifar10Convnet: Calibration = {
  loss: {
    largest: 1.8191,
    reward: [
      [1.6713, 0.6203],
      [1.7379, 0.5952],
      [1.8096, 0.5633],
      [1.9182, 0.5158],
      [2.0261, 0.37],
    ],
  },
  epochs: [
    {
      smallest: 0.514,
      reward: [
        [0.3424, 0.3652],
        [0.3822, 0.4786],
        [0.4156, 0.5562],
        [0.4674, 0.5995],
        [0.499, 0.6147],
        [0.517, 0.622],
        [0.5286, 0.6247],
      ],
    },
  ],
};
