import { registry } from '../registry.ts';
import { discovery } from './discovery/discovery.ts';
import type { Experiment } from './experiment.ts';
import { figure4 } from './figure4/figure4.ts';
import { figure6 } from './figure6/figure6.ts';
import { figure5, figure7 } from './six-optimizers.ts';
import { table1 } from './table1/table1.ts';
import { table2 } from './table2/table2.ts';

/** Every figure and table that can be reproduced, in the paper's order; then its claim as a whole. */
export const experiments = registry<Experiment>('experiment', [
  figure4,
  figure5,
  figure6,
  figure7,
  table1,
  table2,
  discovery,
]);
