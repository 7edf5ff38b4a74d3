import { type CatalogueEntry, entry } from './entry.ts';
import { torch } from './shared.ts';

/** The rules that people train with, in the semantics of the framework named. */
export const references: readonly CatalogueEntry[] = [
  entry('sgd', 'SGD', 'g', torch('SGD')),
  entry('momentum', 'Momentum 0.9', 'acc(g, 0.9)', torch('SGD, momentum 0.9')),
  entry('nesterov', 'Nesterov momentum 0.9', 'g + 0.9 * acc(g, 0.9)', torch('SGD, momentum 0.9, nesterov')),
  entry('adam', 'Adam', 'm / (sqrt(v) + eps)', 'Kingma and Ba 2015; NOS §4.1'),
  entry('adamw', 'AdamW, weight decay 0.01', 'm / (sqrt(v) + eps) + 1e-2 * w', torch('AdamW')),
  entry('rmsprop', "RMSProp, the paper's operand", 'g / (sqrt(v) + eps)', 'NOS §4.1'),
  entry('rmsprop-torch', "RMSProp, torch's", 'g / (sqrt(ema(g^2, 0.99)) + eps)', torch('RMSprop')),
  entry('adagrad', 'AdaGrad', 'g / (sqrt(acc(g^2, 1)) + 1e-10)', torch('Adagrad')),
  entry(
    'lion',
    'Lion 0.9, 0.99',
    'sign(0.9 * prev(ema(g, 0.99)) + 0.1 * g)',
    'Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms"',
  ),
  entry('signsgd', 'signSGD', 'sign(g)', 'Bernstein et al. 2018'),
];
