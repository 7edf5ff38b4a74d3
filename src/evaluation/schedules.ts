import { registry } from '../registry.ts';

/** How the learning rate goes over a training: the factor of its own value at step t of T, t from 0; after step T it stays. */
export interface Schedule {
  readonly name: string;
  /** One line of a list. */
  readonly description: string;
  factor(t: number, steps: number): number;
}

/** Shares of the training after which the learning rate falls to a fifth. */
const STEPS: readonly number[] = [0.3, 0.6, 0.8];
const FALL = 0.2;

/** `constant` comes first: what holds where nobody names another. */
export const schedules = registry<Schedule>('learning-rate schedule', [
  { name: 'constant', description: 'the learning rate stays as it is', factor: () => 1 },
  /** ½ (1 + cos πt/T), without restarts (Loshchilov & Hutter 2017). */
  {
    name: 'cosine',
    description: 'it falls to 0 along half a cosine, without restarts',
    factor: (t, steps) => 0.5 * (1 + Math.cos((Math.PI * Math.min(t, steps)) / steps)),
  },
  /** A fifth after epochs 60, 120 and 160 of 200 (Zagoruyko & Komodakis 2016, §3), at the same shares of any length. */
  {
    name: 'step',
    description: 'it falls to a fifth after 30, 60 and 80 % of the steps',
    factor: (t, steps) => FALL ** STEPS.filter((share) => t >= share * steps).length,
  },
]);
