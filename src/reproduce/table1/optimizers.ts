import type { NamedRule } from '../trainings.ts';

/** A row of Table 1: accuracies in per cent, each the best of seven learning rates, of one training. */
export interface TableRow extends NamedRule {
  /** Validation accuracy after 300 epochs. */
  readonly finalValidation: number;
  readonly finalTest: number;
  /** The highest of all epochs, and the test accuracy of that epoch. */
  readonly bestValidation: number;
  readonly bestTest: number;
}

const row = (
  name: string,
  rule: string,
  [finalValidation, finalTest, bestValidation, bestTest]: readonly [number, number, number, number],
): TableRow => ({ name, rule, finalValidation, finalTest, bestValidation, bestTest });

/** The four that people train with. */
export const KNOWN: readonly TableRow[] = [
  row('SGD', 'sgd', [92.0, 91.8, 92.9, 91.9]),
  row('Momentum', 'momentum', [92.7, 92.1, 93.1, 92.3]),
  row('ADAM', 'adam', [90.4, 90.1, 91.8, 90.7]),
  row('RMSProp', 'rmsprop', [90.7, 90.3, 91.4, 90.3]),
];

/** The sixteen found ones, in the order of the table. */
export const FOUND: readonly TableRow[] = [
  row('[e^(sign(g)·sign(m)) + clip(g, 10⁻⁴)]·g', 'table1-1', [92.5, 92.4, 93.8, 93.1]),
  row('clip(m̂, 10⁻⁴)·e^v̂', 'table1-2', [93.5, 92.5, 93.8, 92.7]),
  row('m̂·e^v̂', 'table1-3', [93.1, 92.4, 93.8, 92.6]),
  row('g·e^(sign(g)·sign(m))', 'table1-4', [93.1, 92.8, 93.8, 92.8]),
  row('drop(g, 0.3)·e^(sign(g)·sign(m))', 'table1-5', [92.7, 92.2, 93.6, 92.7]),
  row('m̂·e^(g²)', 'table1-6', [93.1, 92.5, 93.6, 92.4]),
  row('drop(m̂, 0.1)/(e^(g²) + ε)', 'table1-7', [92.6, 92.4, 93.5, 93.0]),
  row('drop(g, 0.1)·e^(sign(g)·sign(m))', 'table1-8', [92.8, 92.4, 93.5, 92.2]),
  row('clip(RMSProp, 10⁻⁵) + drop(m̂, 0.3)', 'table1-9', [90.8, 90.8, 91.4, 90.9]),
  row('ADAM·e^(sign(g)·sign(m))', 'table1-10', [92.6, 92.0, 93.4, 92.0]),
  row('ADAM·e^m̂', 'table1-11', [92.9, 92.8, 93.3, 92.7]),
  row('g + drop(m̂, 0.3)', 'table1-12', [93.4, 92.9, 93.7, 92.9]),
  row('drop(m̂, 0.1)·e^(g³)', 'table1-13', [92.8, 92.7, 93.7, 92.8]),
  row('g − clip(g², 10⁻⁴)', 'table1-14', [93.4, 92.8, 93.7, 92.8]),
  row('e^g − e^m̂', 'table1-15', [93.2, 92.5, 93.5, 93.1]),
  row('drop(m̂, 0.3)·e^(10⁻³w)', 'table1-16', [93.2, 93.0, 93.5, 93.2]),
];
