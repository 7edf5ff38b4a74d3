import type { Trainings } from '../experiment.ts';
import { SIX, sixFindings } from '../six/six.ts';
import { epochsAt, wantedTrainings } from '../trainings.ts';
import { figure5Page } from './page.ts';

const EPOCHS = 300;
const TASK = 'cifar10-convnet';

/** NOS §4.3, Figure 5. */
export const figure5: Trainings = {
  kind: 'trainings',
  name: 'figure5',
  title: 'Figure 5: two found optimizers on the small ConvNet',
  seeds: 2,
  optimizers: SIX,
  plan: ({ scale, seeds, task = TASK }) =>
    wantedTrainings(SIX, { task, protocol: `curves@${epochsAt(EPOCHS, scale)}`, seeds }),
  findings: ({ scale }, evaluations) =>
    sixFindings(
      {
        name: 'figure5',
        epochs: epochsAt(EPOCHS, scale),
        page: figure5Page,
        seeded: "of initial weights, order of examples and the rules' own draws",
      },
      evaluations,
    ),
};
