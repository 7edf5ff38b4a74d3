import { registry } from '../../registry.ts';
import { evenLevels, type Quantiser, signAndMeans } from './quantise.ts';

/**
 * The constraints that a rule works under (NOS §6): what it sees of the gradient, how its updates reach the weights, and how
 * these are kept. What is absent is float32. The rule's own state (slots) is float32 everywhere.
 */
export interface Environment {
  readonly name: string;
  /** One line that stands by itself. */
  readonly description: string;
  readonly gradient?: GradientChannel;
  /** Of w′ − w, before it is added. */
  readonly updates?: Quantiser;
  /** Of every weight, after each step and before the first. */
  readonly weights?: Quantiser;
}

export interface GradientChannel {
  readonly quantiser: Quantiser;
  /** Whether what was lost at a step is added to the next step's gradient before that is quantised. */
  readonly feedback: boolean;
}

/** The gradient, or an update: its scale may be new each time, as it is used once. */
const sent = (bits: number): Quantiser => evenLevels(bits, { rounding: 'stochastic', outermost: 'largest' });

/** A steady scale, so that a weight that rests on a level stays there. */
const kept = (bits: number): Quantiser =>
  evenLevels(bits, { rounding: 'stochastic', outermost: 'power-of-two' });

/** What is rounded at random can lose more than there was; feedback of such a loss need not stay bounded, of this it does. */
const nearest = (bits: number): Quantiser => evenLevels(bits, { rounding: 'nearest', outermost: 'largest' });

const seen = (quantiser: Quantiser): GradientChannel => ({ quantiser, feedback: false });
const fedBack = (quantiser: Quantiser): GradientChannel => ({ quantiser, feedback: true });

/** Gradient, updates and weights, all in so few bits. */
const allIn = (bits: number): Environment => ({
  name: `${bits}bit`,
  description: `gradients, updates and weights, each in ${bits} bits with stochastic rounding`,
  gradient: seen(sent(bits)),
  updates: sent(bits),
  weights: kept(bits),
});

/** Every environment, `none` first: float32 throughout. */
export const environments = registry<Environment>('environment', [
  { name: 'none', description: 'float32 throughout' },
  {
    name: 'gradient-1bit',
    description: 'the rule sees the sign of the gradient, scaled by the mean of its side (1-bit SGD)',
    gradient: seen(signAndMeans),
  },
  {
    name: 'gradient-1bit-feedback',
    description:
      'the rule sees the sign of the gradient, scaled by the mean of its side; what was lost joins the next gradient',
    gradient: fedBack(signAndMeans),
  },
  {
    name: 'gradient-2bit',
    description: 'the rule sees −s, 0 or s, right on average, s the largest magnitude (TernGrad)',
    gradient: seen(sent(2)),
  },
  {
    name: 'gradient-2bit-feedback',
    description:
      'the rule sees the nearest of −s, 0 and s, s the largest magnitude; what was lost joins the next gradient',
    gradient: fedBack(nearest(2)),
  },
  ...[4, 8].flatMap((bits): readonly Environment[] => [
    {
      name: `gradient-${bits}bit`,
      description: `the rule sees ${2 ** bits - 1} levels, right on average (QSGD)`,
      gradient: seen(sent(bits)),
    },
    {
      name: `updates-${bits}bit`,
      description: `updates of ${2 ** bits - 1} levels, right on average`,
      updates: sent(bits),
    },
    {
      name: `weights-${bits}bit`,
      description: `weights kept in ${2 ** bits - 1} levels, right on average`,
      weights: kept(bits),
    },
    allIn(bits),
  ]),
]);

/** What is said of an environment behind a protocol or a task: `, environment 4bit`; nothing of `none`. */
export function environmentText(name: string): string {
  return name === 'none' ? '' : `, environment ${name}`;
}
