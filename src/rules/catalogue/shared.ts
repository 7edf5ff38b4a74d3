export const torch = (name: string): string => `PyTorch, torch.optim.${name}`;

/** What RAdam holds for the length of the average of g^2 at a step: at most 2 / (1 - 0.999) - 1. */
export const LENGTH = '(1999 - 2 * t * 0.999^t / (1 - 0.999^t))';
const RECTIFIER = `sqrt((${LENGTH} - 4) * (${LENGTH} - 2) * 1999 / (1995 * 1997 * ${LENGTH}))`;

/** Adam's step, rectified; the average of gradients alone before its squares have a length. */
export const rectified = (m: string, g: string, eps: string): string =>
  `where(${LENGTH} > 5, ${m} * ${RECTIFIER} * sqrt(1 - 0.999^t) / (sqrt(ema(${g}^2, 0.999)) + ${eps}), ${m})`;

/**
 * Lookahead: every so many steps one goes half-way from the weights that many steps before, which the step after that found, to where the
 * other steps have led.
 */
export const lookahead = (step: string, every = 5): string => {
  const isAt = (t: string): string => `cos(${(2 * Math.PI) / every} * ${t}) > 0.9`;
  return `where(${isAt('t')}, 0.5, 1) * ${step} + where(${isAt('t')}, 0.5 / lr * (w - rec(w, where(${isAt('(t - 1)')}, w, self))), 0)`;
};
