import { registry } from '../registry.ts';

/**
 * The constraints that a rule works under (NOS §6): what it sees of the gradient, how its updates reach the weights, and how
 * these are kept. What is absent is float32. The rule's own state (slots) is float32 everywhere.
 */
export interface Environment {
  readonly name: string;
  /** One line that stands by itself. */
  readonly description: string;
  /** Quantisation of the gradient; `feedback`: what was lost at a step is added to the next step's gradient before. */
  readonly gradient?: Quantisation & { readonly feedback: boolean };
  /** Quantisation of w′ − w before it is added. */
  readonly updates?: Quantisation;
  /** Quantisation of every weight, after each step and before the first. */
  readonly weights?: Quantisation;
}

/**
 * How the numbers of one tensor are made to fit into a few bits each. `sign-and-means`: one bit per number, whether it is negative;
 * each side is restored as its mean. `even`: sign and magnitude in 2^bits − 1 evenly spaced levels, 0 among them.
 */
export type Quantisation = { readonly levels: 'sign-and-means' } | EvenLevels;

export interface EvenLevels {
  readonly levels: 'even';
  readonly bits: number;
  /** `stochastic`: to either neighbour, so that the mean is the value; `nearest`: always to the nearer one. */
  readonly rounding: 'stochastic' | 'nearest';
  /** The outermost level: the tensor's largest magnitude, or the next power of two, which seldom changes from step to step. */
  readonly outermost: 'largest' | 'power-of-two';
}

/** Levels for a gradient or an update: its scale may be new each time, as it is used once. */
const sent = (bits: number): EvenLevels => ({
  levels: 'even',
  bits,
  rounding: 'stochastic',
  outermost: 'largest',
});

/** Levels with a steady scale, so that a weight that rests on a level stays there. */
const kept = (bits: number): EvenLevels => ({ ...sent(bits), outermost: 'power-of-two' });

/** Levels for feedback: stochastic rounding can lose more than there was, and the feedback of such a loss need not stay bounded. */
const nearest = (bits: number): EvenLevels => ({ ...sent(bits), rounding: 'nearest' });

const seen = (quantisation: Quantisation) => ({ ...quantisation, feedback: false });
const fedBack = (quantisation: Quantisation) => ({ ...quantisation, feedback: true });

/** The environment that holds if nobody names one: float32 throughout. */
export const NO_ENVIRONMENT = 'none';

/** Every environment, the usual one first. */
export const environments = registry<Environment>('environment', [
  { name: NO_ENVIRONMENT, description: 'float32 throughout' },
  {
    name: 'gradient-1bit',
    description: 'the rule sees the sign of the gradient, scaled by the mean of its side (1-bit SGD)',
    gradient: seen({ levels: 'sign-and-means' }),
  },
  {
    name: 'gradient-1bit-feedback',
    description:
      'the rule sees the sign of the gradient, scaled by the mean of its side; what was lost joins the next gradient',
    gradient: fedBack({ levels: 'sign-and-means' }),
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
    {
      name: `${bits}bit`,
      description: `gradients, updates and weights, each in ${bits} bits with stochastic rounding`,
      gradient: seen(sent(bits)),
      updates: sent(bits),
      weights: kept(bits),
    },
  ]),
]);
