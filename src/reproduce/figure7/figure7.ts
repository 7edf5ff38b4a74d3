import type { Trainings } from '../experiment.ts';
import { SIX, sixFindings } from '../six/six.ts';
import { EPOCHS, networkAt } from '../table1/network.ts';
import { epochsAt, wantedTrainings } from '../trainings.ts';
import { figure7Page } from './page.ts';

/** NOS §5.2, Figure 7. Its trainings are among Table 1's: the store shares them, and Table 1's data holds them. */
export const figure7: Trainings = {
  kind: 'trainings',
  name: 'figure7',
  title: 'Figure 7: two found optimizers on a Wide ResNet',
  seeds: 2,
  optimizers: SIX,
  plan: ({ scale, seeds, task = networkAt(scale) }) =>
    wantedTrainings(SIX, { task, protocol: `curves@${epochsAt(EPOCHS, scale)}`, seeds }),
  findings: ({ scale }, evaluations) =>
    sixFindings(
      {
        name: 'figure7',
        epochs: epochsAt(EPOCHS, scale),
        page: figure7Page,
        seeded: "of initial weights, order and augmentation of examples and the rules' own draws",
      },
      evaluations,
    ),
};
