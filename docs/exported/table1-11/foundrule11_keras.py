# Made by: nos export table1-11 --to keras
# SPDX-License-Identifier: MIT
from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable()
class FoundRule11(keras.optimizers.Optimizer):
    """Found rule 11 of Table 1, as an optimizer.

    The update is

        w <- w - lr * u,  u = adam * exp(m)

    where g is the gradient, w the weight, and

        adam = m / (sqrt(v) + eps)
        m = ema(g, 0.9) / (1 - 0.9^t)
        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update
        t: the step of this training, 1 at the first
        v = ema(g^2, 0.999) / (1 - 0.999^t)
        eps = the literal 1e-8

    Source: NOS Table 1, row 15.

    Args:
        learning_rate: learning rate, or its schedule.
        beta1: decay rate of a running average.
        beta2: decay rate of a running average.
        eps: term added to a denominator for numerical stability.
        kwargs: what every Keras optimizer takes, such as weight_decay, clipnorm and
            use_ema.

    Example:
        schedule = keras.optimizers.schedules.CosineDecay(0.001, decay_steps=1000)
        optimizer = FoundRule11(
            schedule, weight_decay=0.01, clipnorm=1.0
        )
        model.compile(optimizer=optimizer, loss="mse")
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        name: str = "foundrule11",
        **kwargs,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        self._exp_avg_list = [
            self.add_variable_from_reference(variable, "exp_avg")
            for variable in variables
        ]
        self._exp_avg_sq_list = [
            self.add_variable_from_reference(variable, "exp_avg_sq")
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate) -> None:
        lr = ops.cast(learning_rate, variable.dtype)
        grad = ops.cast(gradient, variable.dtype)
        step = ops.cast(self.iterations + 1, variable.dtype)
        bias_correction1 = 1.0 - self.beta1**step
        bias_correction2 = 1.0 - self.beta2**step
        index = self._get_variable_index(variable)
        exp_avg = ops.convert_to_tensor(self._exp_avg_list[index])
        exp_avg_sq = ops.convert_to_tensor(self._exp_avg_sq_list[index])
        exp_avg = self.beta1 * exp_avg + (1.0 - self.beta1) * grad
        ratio = exp_avg / bias_correction1
        product = (1.0 - self.beta2) * (grad * grad)
        exp_avg_sq = self.beta2 * exp_avg_sq + product
        total = self.eps + ops.sqrt(exp_avg_sq / bias_correction2)
        delta = lr * (ratio / total * ops.exp(ratio))
        self.assign(self._exp_avg_list[index], exp_avg)
        self.assign(self._exp_avg_sq_list[index], exp_avg_sq)
        self.assign_sub(variable, delta)

    def get_config(self) -> dict:
        config = super().get_config()
        config.update(
            {
                "beta1": self.beta1,
                "beta2": self.beta2,
                "eps": self.eps,
            }
        )
        return config
