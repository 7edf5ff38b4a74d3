// Made by: nos export optimizer1 --to tensorflowjs
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
 * Every operation rounds to float32. The sign of NaN is 0 in TensorFlow.js, and NaN in the rule.
 *
 * @example
 * const optimizer = new FoundRule1();
 * optimizer.minimize(() => lossOf(model, batch));
 * optimizer.learningRate *= 0.999; // a schedule of the learning rate
 */
export class FoundRule1 extends tf.Optimizer {
  static get className() {
    return 'FoundRule1';
  }

  /**
   * @param {object} [options]
   * @param {number} [options.learningRate] - learning rate; default 0.001
   * @param {number} [options.beta] - decay rate of a running average; default 0.9
   * @param {number} [options.bound] - largest absolute value that is let through; default 0.0001
   */
  constructor({ learningRate = 0.001, beta = 0.9, bound = 0.0001 } = {}) {
    super();
    if (!(learningRate >= 0)) throw new RangeError(`invalid learningRate: ${learningRate}`);
    if (!(beta >= 0 && beta < 1)) throw new RangeError(`invalid beta: ${beta}`);
    if (!(bound > 0)) throw new RangeError(`invalid bound: ${bound}`);
    this.learningRate = learningRate;
    this.beta = beta;
    this.bound = bound;
    /** @type {{ originalName: string, variable: tf.Variable }[]} */
    this.expAvgs = [];
  }

  /** @param {tf.NamedTensorMap | { name: string, tensor: tf.Tensor }[]} variableGradients */
  applyGradients(variableGradients) {
    const { learningRate, beta, bound } = this;
    const named = Array.isArray(variableGradients)
      ? variableGradients
      : Object.entries(variableGradients).map(([name, tensor]) => ({ name, tensor }));
    for (const [i, { name, tensor: gradient }] of named.entries()) {
      const weight = tf.engine().registeredVariables[name];
      this.expAvgs[i] ??= zeros(`${name}/expAvg`, weight);
      if (gradient == null) continue;
      tf.tidy(() => {
        let expAvg = /** @type {tf.Tensor} */ (this.expAvgs[i].variable);
        expAvg = tf.add(tf.mul(beta, expAvg), tf.mul(1 - beta, gradient));
        const scale = tf.exp(tf.mul(tf.sign(expAvg), tf.sign(gradient)));
        const total = tf.add(tf.clipByValue(gradient, -bound, bound), scale);
        const update = tf.mul(total, gradient);
        const delta = tf.mul(learningRate, update);
        this.expAvgs[i].variable.assign(expAvg);
        weight.assign(tf.sub(weight, delta));
      });
    }
    this.incrementIterations();
  }

  /** Every state of every weight. */
  states() {
    return this.expAvgs;
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
    this.expAvgs = variables;
  }

  getConfig() {
    return { learningRate: this.learningRate, beta: this.beta, bound: this.bound };
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

tf.serialization.registerClass(FoundRule1);
