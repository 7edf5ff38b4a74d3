// Made by: nos export table1-11 --to tensorflowjs
// SPDX-License-Identifier: MIT
import * as tf from '@tensorflow/tfjs';

/**
 * @param {string} originalName
 * @param {tf.Tensor} weight
 */
const zeros = (originalName, weight) => ({
  originalName,
  variable: tf.tidy(() => tf.zerosLike(weight).variable(false)),
});

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
 * Every operation rounds to float32.
 *
 * @example
 * const optimizer = new FoundRule11();
 * optimizer.minimize(() => lossOf(model, batch));
 * optimizer.learningRate *= 0.999; // a schedule of the learning rate
 */
export class FoundRule11 extends tf.Optimizer {
  static get className() {
    return 'FoundRule11';
  }

  /**
   * @param {object} [options]
   * @param {number} [options.learningRate] - learning rate; default 0.001
   * @param {number} [options.beta1] - decay rate of a running average; default 0.9
   * @param {number} [options.beta2] - decay rate of a running average; default 0.999
   * @param {number} [options.eps] - term added to a denominator for numerical stability; default 1e-8
   */
  constructor({ learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, eps = 1e-8 } = {}) {
    super();
    if (!(learningRate >= 0)) throw new RangeError(`invalid learningRate: ${learningRate}`);
    if (!(beta1 >= 0 && beta1 < 1)) throw new RangeError(`invalid beta1: ${beta1}`);
    if (!(beta2 >= 0 && beta2 < 1)) throw new RangeError(`invalid beta2: ${beta2}`);
    if (!(eps >= 0)) throw new RangeError(`invalid eps: ${eps}`);
    this.learningRate = learningRate;
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    /** @type {{ originalName: string, variable: tf.Variable }[]} */
    this.expAvgs = [];
    /** @type {{ originalName: string, variable: tf.Variable }[]} */
    this.expAvgSqs = [];
  }

  /** @param {tf.NamedTensorMap | { name: string, tensor: tf.Tensor }[]} variableGradients */
  applyGradients(variableGradients) {
    const { learningRate, beta1, beta2, eps } = this;
    const step = this.iterations + 1;
    const biasCorrection1 = 1 - beta1 ** step;
    const biasCorrection2 = 1 - beta2 ** step;
    const named = Array.isArray(variableGradients)
      ? variableGradients
      : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));
    for (const [i, { name, tensor: gradient }] of named.entries()) {
      const weight = tf.engine().registeredVariables[name];
      this.expAvgs[i] ??= zeros(`${name}/expAvg`, weight);
      this.expAvgSqs[i] ??= zeros(`${name}/expAvgSq`, weight);
      if (gradient == null) continue;
      tf.tidy(() => {
        let expAvg = /** @type {tf.Tensor} */ (this.expAvgs[i].variable);
        let expAvgSq = /** @type {tf.Tensor} */ (this.expAvgSqs[i].variable);
        const product = tf.mul(1 - beta1, gradient);
        expAvg = tf.add(tf.mul(beta1, expAvg), product);
        const ratio = tf.div(expAvg, biasCorrection1);
        const product2 = tf.mul(1 - beta2, tf.mul(gradient, gradient));
        expAvgSq = tf.add(tf.mul(beta2, expAvgSq), product2);
        const total = tf.add(eps, tf.sqrt(tf.div(expAvgSq, biasCorrection2)));
        const update = tf.mul(tf.div(ratio, total), tf.exp(ratio));
        const delta = tf.mul(learningRate, update);
        this.expAvgs[i].variable.assign(expAvg);
        this.expAvgSqs[i].variable.assign(expAvgSq);
        weight.assign(tf.sub(weight, delta));
      });
    }
    this.incrementIterations();
  }

  /** Every state of every weight. */
  states() {
    return [this.expAvgs, this.expAvgSqs].flat();
  }

  dispose() {
    super.dispose();
    tf.dispose(this.states().map(({ variable }) => variable));
  }

  async getWeights() {
    const states = this.states().map((one) => ({ name: one.originalName, tensor: one.variable }));
    return [await this.saveIterations(), ...states];
  }

  /** @param {{ name: string, tensor: tf.Tensor }[]} weightValues */
  async setWeights(weightValues) {
    const values = await this.extractIterations(weightValues);
    const variables = values.map(({ name, tensor }) => ({
      originalName: name,
      variable: /** @type {tf.Variable} */ (tensor.variable(false)),
    }));
    const count = variables.length / 2;
    this.expAvgs = variables.slice(0, count);
    this.expAvgSqs = variables.slice(count, 2 * count);
  }

  getConfig() {
    return { learningRate: this.learningRate, beta1: this.beta1, beta2: this.beta2, eps: this.eps };
  }

  /**
   * @template {tf.serialization.Serializable} T
   * @param {tf.serialization.SerializableConstructor<T>} cls
   * @param {tf.serialization.ConfigDict} config
   * @returns {T}
   * @nocollapse
   */
  static fromConfig(cls, config) {
    return new cls(config);
  }
}

tf.serialization.registerClass(FoundRule11);
