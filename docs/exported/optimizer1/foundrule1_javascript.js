// Made by: nos export optimizer1 --to javascript
// SPDX-License-Identifier: MIT

/**
 * Found rule 1 of Table 1, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = (clip(g, 1e-4) + exp(sign(ema(g, 0.9)) * sign(g))) * g
 *
 * where g is the gradient, w the weight, and
 *
 *     clip(x, l): x limited to [-l, l]; NaN passes
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *
 * Source: NOS Table 1, row 5.
 *
 * @example
 * const optimizer = new FoundRule1();
 * optimizer.step([weights], [gradient]);
 * optimizer.learningRate *= 0.999; // a schedule of the learning rate
 */
export class FoundRule1 {
  /** @type {Record<'expAvg', Float32Array | Float64Array>[] | undefined} */
  #states;

  /**
   * @param {object} [options]
   * @param {number} [options.learningRate] - learning rate; default 0.001
   * @param {number} [options.beta] - decay rate of a running average; default 0.9
   * @param {number} [options.bound] - largest absolute value that is let through; default 0.0001
   */
  constructor({ learningRate = 0.001, beta = 0.9, bound = 0.0001 } = {}) {
    if (!(learningRate >= 0)) throw new RangeError(`invalid learningRate: ${learningRate}`);
    if (!(beta >= 0 && beta < 1)) throw new RangeError(`invalid beta: ${beta}`);
    if (!(bound > 0)) throw new RangeError(`invalid bound: ${bound}`);
    this.learningRate = learningRate;
    this.beta = beta;
    this.bound = bound;
  }

  /**
   * Takes one step: changes every array of `params` in place.
   *
   * @param {(Float32Array | Float64Array)[]} params
   * @param {(Float32Array | Float64Array)[]} gradients
   */
  step(params, gradients) {
    const { learningRate, beta, bound } = this;
    this.#states ??= params.map((weights) => ({
      expAvg: weights.slice().fill(0),
    }));
    for (const [p, weights] of params.entries()) {
      const gradient = gradients[p];
      const { expAvg } = this.#states[p];
      for (let i = 0; i < weights.length; i++) {
        expAvg[i] = beta * expAvg[i] + (1 - beta) * gradient[i];
        const scale = Math.exp(Math.sign(expAvg[i]) * Math.sign(gradient[i]));
        const total = Math.max(-bound, Math.min(bound, gradient[i])) + scale;
        const delta = learningRate * (total * gradient[i]);
        weights[i] -= delta;
      }
    }
  }
}
