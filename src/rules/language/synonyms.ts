/** Words that people write in rules, by lower case, and what the language writes for them. */

type Hints = readonly (readonly [words: string, hint: string])[];

const FUNCTIONS: Hints = [
  ['ln loge logarithm', 'write log(x), the natural logarithm'],
  ['log2', 'write log(x) / log(2)'],
  ['log10', 'write log(x) / log(10)'],
  ['log1p', 'write log(1 + x)'],
  ['expm1', 'write exp(x) - 1'],
  ['e', 'write exp(x)'],
  ['pow power', 'write x^y'],
  ['square sqr squared', 'write x^2'],
  ['cube', 'write x^3'],
  ['sqrtabs', 'write sqrt(abs(x))'],
  ['rsqrt', 'write 1 / sqrt(x)'],
  ['reciprocal inv inverse', 'write 1 / x'],
  ['signum', 'write sign(x)'],
  ['fabs absolute mod', 'write abs(x)'],
  ['relu', 'write max(x, 0)'],
  ['sigmoid logistic', 'write 1 / (1 + exp(-x))'],
  ['sin', 'write cos(x - 1.5707963267948966)'],
  ['clamp limit truncate clip_by_value', 'write clip(x, l): x limited to [-l, l]'],
  ['dropout mask', 'write drop(x, p)'],
  [
    'ma ewma ewm avg average moving_average movingaverage running_average',
    'write ema(x, b), a running average over the steps',
  ],
  ['accumulate cumsum', 'write acc(x, b), a sum over the steps; sum(x) is one over a tensor'],
  ['previous lag last old', 'write prev(x)'],
  ['recur recurrence scan fold state', 'write rec(init, x), where self in x is its last value'],
  ['maximum', 'write max(x, y)'],
  ['minimum', 'write min(x, y)'],
  ['add plus', 'write x + y'],
  ['sub subtract minus', 'write x - y'],
  ['mul multiply times', 'write x * y'],
  ['div divide truediv', 'write x / y'],
  ['neg negative', 'write -x'],
  ['if ifelse select cond switch', 'write where(c, x, y): x where c is not 0, else y'],
  ['less lt le lte', 'write x < y or x <= y'],
  ['greater gt ge gte', 'write x > y or x >= y'],
  ['equal eq', 'write (x <= y) * (y <= x)'],
  ['and logical_and', 'write c * d, for comparisons c and d'],
  ['or logical_or', 'write max(c, d), for comparisons c and d'],
  ['not logical_not', 'write 1 - c, for a comparison c'],
  ['heaviside', 'write 0 <= x'],
  ['norm2 l2 l2norm l2_norm frobenius', 'write norm(x), over a tensor'],
  ['absmax linf max_abs maxabs', 'write amax(x), the largest absolute value in a tensor'],
  ['var variance', 'write mean((x - mean(x))^2)'],
  ['std', 'write rms(x - mean(x))'],
  ['numel size count', 'write sum(1), the number of weights of a tensor'],
];

const OUTSIDE = 'the learning rate is outside the rule: the step is w ← w − λ·u; leave it out';

const OPERANDS: Hints = [
  ['lr learning_rate learningrate eta alpha lambda step_size stepsize rate', OUTSIDE],
  ['grad grads gradient gradients dw dx df nabla', 'write g, the gradient'],
  ['weight weights theta param params parameter parameters', 'write w, the weight before the step'],
  ['epsilon', 'write eps, which is 1e-8'],
  ['mhat m_hat exp_avg first_moment', 'write m, the bias-corrected ema(g, 0.9)'],
  ['vhat v_hat exp_avg_sq second_moment', 'write v, the bias-corrected ema(g^2, 0.999)'],
  ['step iteration iter k i', 'write t, the step, 1 at the first'],
  ['steps max_steps total_steps', 'write T, the number of steps of the training'],
  ['e', 'write exp(x) for e^x'],
  ['pi', 'write 3.141592653589793'],
  ['rand randn random normal gaussian', 'write noise, a draw of N(0, 1)'],
  ['beta beta1 beta2 beta_1 beta_2 b1 b2 mu', 'write its value: ema(x, 0.9)'],
  ['wd weight_decay decay', 'write weight decay with its value: … + 1e-2 * w'],
  ['inf infinity nan', 'a rule has finite numbers only'],
];

const LABELS: Hints = [
  [
    'bias biases gain gains scale scales scalar scalars vector norms',
    'write vectors: …, for biases, gains and all else of one axis',
  ],
  [
    'weight weights w kernel kernels conv convs convolution convolutions linear dense matrix hidden',
    'write matrices: …, for all tensors of two or more axes but tables of embeddings',
  ],
  ['embed embedding table tables words tokens', 'write embeddings: …, for tables of embeddings'],
  ['all any other others default rest', 'write the rule for all others first, without a label'],
  [
    'u update step rule direction lr',
    'write the right-hand side alone: the direction u of the step w ← w − λ·u',
  ],
];

/** What to write instead of a word that is no label; undefined for words not foreseen. */
export const hintForLabel = (word: string): string | undefined => labels.get(word.toLowerCase());

/** What to write instead of a word that is no function, or no operand, of the language; undefined for words not foreseen. */
export function hintInstead(word: string, as: 'function' | 'operand'): string | undefined {
  return (as === 'function' ? functions : operands).get(word.toLowerCase());
}

const byWord = (hints: Hints): ReadonlyMap<string, string> =>
  new Map(hints.flatMap(([words, hint]) => words.split(' ').map((word): [string, string] => [word, hint])));

const functions = byWord(FUNCTIONS);
const operands = byWord(OPERANDS);
const labels = byWord(LABELS);
