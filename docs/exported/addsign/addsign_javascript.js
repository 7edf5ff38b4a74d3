// Made by: nos export addsign --to javascript
// SPDX-License-Identifier: MIT

/**
 * AddSign, as an optimizer.
 *
 * The update is
 *
 *     w <- w - lr * u,  u = (1 + sign(ema(g, 0.9)) * sign(g)) * g
 *
 * where g is the gradient, w the weight, and
 *
 *     ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
 *
 * Source: NOS, arXiv edition, as TensorFlow's AddSign (β 0.9, no bias correction).
 *
 * @example
 * const optimizer = new AddSign();
 * optimizer.step([weights], [gradient]);
 * optimizer.learningRate *= 0.999; // a schedule of the learning rate
 */
export class AddSign {
  /** @type {Record<'expAvg', Float32Array | Float64Array>[] | undefined} */
  #states;

  /**
   * @param {object} [options]
   * @param {number} [options.learningRate] - learning rate; default 0.001
   * @param {number} [options.beta] - decay rate of a running average; default 0.9
   */
  constructor({ learningRate = 0.001, beta = 0.9 } = {}) {
    if (!(learningRate >= 0)) throw new RangeError(`invalid learningRate: ${learningRate}`);
    if (!(beta >= 0 && beta < 1)) throw new RangeError(`invalid beta: ${beta}`);
    this.learningRate = learningRate;
    this.beta = beta;
  }

  /**
   * Takes one step: changes every array of `params` in place.
   *
   * @param {(Float32Array | Float64Array)[]} params
   * @param {(Float32Array | Float64Array)[]} gradients
   */
  step(params, gradients) {
    const { learningRate, beta } = this;
    this.#states ??= params.map((weights) => ({
      expAvg: weights.slice().fill(0),
    }));
    for (const [p, weights] of params.entries()) {
      const gradient = gradients[p];
      const { expAvg } = this.#states[p];
      for (let i = 0; i < weights.length; i++) {
        expAvg[i] = beta * expAvg[i] + (1 - beta) * gradient[i];
        const total = 1 + Math.sign(expAvg[i]) * Math.sign(gradient[i]);
        const delta = learningRate * (total * gradient[i]);
        weights[i] -= delta;
      }
    }
  }
}
