import type { NamedRule } from '../trainings.ts';

const ADAM = 'm / (sqrt(v) + eps)';
const MOMENTUM = 'acc(g, 0.9)';

/** Optimizers that people use. A found rule that holds a decay must beat a known one that has it. */
export const KNOWN: readonly NamedRule[] = [
  { name: 'SGD', rule: 'sgd' },
  { name: 'Momentum', rule: 'momentum' },
  { name: 'Nesterov', rule: 'nesterov' },
  { name: 'Adam', rule: 'adam' },
  { name: 'AdamW', rule: 'adamw' },
  { name: 'RMSProp', rule: 'rmsprop' },
  { name: 'AddSign', rule: 'addsign' },
  { name: 'PowerSign', rule: 'powersign' },
  { name: 'Lion', rule: 'lion' },
  { name: 'Adam with linear decay', rule: `ld * (${ADAM})` },
  { name: 'Adam with cosine decay', rule: `cd * (${ADAM})` },
  { name: 'Momentum with linear decay', rule: `ld * ${MOMENTUM}` },
  { name: 'Momentum with cosine decay', rule: `cd * ${MOMENTUM}` },
];
