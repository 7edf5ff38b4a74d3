/** One of the figure's five, by the rules that its tuning chooses from. */
export interface Optimizer {
  readonly name: string;
  readonly variants: readonly Variant[];
}

export interface Variant {
  /** Rule text. */
  readonly rule: string;
  /** What sets it apart from the others; empty where there is but one. */
  readonly setting: string;
}

const only = (name: string, rule: string): Optimizer => ({ name, variants: [{ rule, setting: '' }] });

/** Of Adam, tuned "in a log scale between 10⁻³ and 10⁻⁸" (NOS §5.1). */
const EPSILONS = ['1e-3', '1e-4', '1e-5', '1e-6', '1e-7', '1e-8'];

/** In the order of the figure. TensorFlow's RMSProp and Momentum with its defaults, decay and momentum 0.9. */
export const optimizers: readonly Optimizer[] = [
  {
    name: 'Adam',
    variants: EPSILONS.map((epsilon) => ({ rule: `m / (sqrt(v) + ${epsilon})`, setting: `ε ${epsilon}` })),
  },
  only('SGD', 'g'),
  only('RMSProp', 'g / sqrt(ema(g^2, 0.9) + 1e-10)'),
  only('Momentum', 'acc(g, 0.9)'),
  only('Optimizer 1', 'g * exp(sign(g) * sign(m))'),
];

/** The one that the paper speaks of, and those that it is said to outperform, or to be close to. */
export const FOUND = 'Optimizer 1';
export const OUTPERFORMED = ['Adam', 'RMSProp', 'SGD'];
export const MATCHED = 'Momentum';
