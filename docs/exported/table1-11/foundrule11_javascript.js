// Made by: nos export table1-11 --to javascript
// SPDX-License-Identifier: MIT

/**
 * Found rule 11 of Table 1, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = adam * exp(m)
 *
 * where g is the gradient, w the weight, and
 *
 *     adam = m / (sqrt(v) + eps)
 *     m = ema(g, 0.9) / (1 - 0.9^t)
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *     t: the step of this training, 1 at the first
 *     v = ema(g^2, 0.999) / (1 - 0.999^t)
 *     eps = the literal 1e-8
 *
 * Source: NOS Table 1, row 15.
 *
 * @example
 * const optimizer = new FoundRule11();
 * optimizer.step([weights], [gradient]);
 * optimizer.learningRate *= 0.999; // a schedule of the learning rate
 */
export class FoundRule11 {
  #step = 0;
  /** @type {Record<'expAvg' | 'expAvgSq', Float32Array | Float64Array>[] | undefined} */
  #states;

  /**
   * @param {object} [options]
   * @param {number} [options.learningRate] - learning rate; default 0.001
   * @param {number} [options.beta1] - decay rate of a running average; default 0.9
   * @param {number} [options.beta2] - decay rate of a running average; default 0.999
   * @param {number} [options.eps] - term added to a denominator for numerical stability; default 1e-8
   */
  constructor({ learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = {}) {
    if (!(learningRate >= 0)) throw new RangeError(`invalid learningRate: ${learningRate}`);
    if (!(beta1 >= 0 && beta1 < 1)) throw new RangeError(`invalid beta1: ${beta1}`);
    if (!(beta2 >= 0 && beta2 < 1)) throw new RangeError(`invalid beta2: ${beta2}`);
    if (!(eps >= 0)) throw new RangeError(`invalid eps: ${eps}`);
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
  }

  /**
   * Takes one step: changes every array of `params` in place.
   *
   * @param {(Float32Array | Float64Array)[]} params
   * @param {(Float32Array | Float64Array)[]} gradients
   */
  step(params, gradients) {
    const { learningRate, beta1, beta2, eps } = this;
    const step = ++this.#step;
    const biasCorrection1 = 1 - beta1 ** step;
    const biasCorrection2 = 1 - beta2 ** step;
    this.#states ??= params.map((weights) => ({
      expAvg: weights.slice().fill(0),
      expAvgSq: weights.slice().fill(0),
    }));
    for (const [p, weights] of params.entries()) {
      const gradient = gradients[p];
      const { expAvg, expAvgSq } = this.#states[p];
      for (let i = 0; i < weights.length; i++) {
        expAvg[i] = beta1 * expAvg[i] + (1 - beta1) * gradient[i];
        const ratio = expAvg[i] / biasCorrection1;
        const product = (1 - beta2) * (gradient[i] * gradient[i]);
        expAvgSq[i] = beta2 * expAvgSq[i] + product;
        const ratio2 = ratio / (eps + Math.sqrt(expAvgSq[i] / biasCorrection2));
        const delta = learningRate * (ratio2 * Math.exp(ratio));
        weights[i] -= delta;
      }
    }
  }
}
