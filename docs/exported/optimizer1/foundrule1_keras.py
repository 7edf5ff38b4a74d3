# Made by: nos export optimizer1 --to keras
# SPDX-License-Identifier: MIT
from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable()
class FoundRule1(keras.optimizers.Optimizer):
    """Found rule 1 of Table 1, as an optimizer.

    The update is

        w <- w - lr * u,  u = (clip(g, 1e-4) + exp(sign(ema(g, 0.9)) * sign(g))) * g

    where g is the gradient, w the weight, and

        clip(x, l): x limited to [-l, l]; NaN passes
        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS Table 1, row 5.

    The sign of NaN is NaN in the rule, and 0 in some backends, such as torch.

    Args:
        learning_rate: learning rate, or its schedule.
        beta: decay rate of a running average.
        bound: largest absolute value that is let through.
        kwargs: what every Keras optimizer takes, such as weight_decay, clipnorm and
            use_ema.

    Example:
        schedule = keras.optimizers.schedules.CosineDecay(0.001, decay_steps=1000)
        optimizer = FoundRule1(
            schedule, weight_decay=0.01, clipnorm=1.0
        )
        model.compile(optimizer=optimizer, loss="mse")
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta: float = 0.9,
        bound: float = 0.0001,
        name: str = "foundrule1",
        **kwargs,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta = beta
        self.bound = bound

    def build(self, variables) -> None:
        if self.built:
            return
        super().build(variables)
        self._exp_avg_list = [
            self.add_variable_from_reference(variable, "exp_avg")
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate) -> None:
        lr = ops.cast(learning_rate, variable.dtype)
        grad = ops.cast(gradient, variable.dtype)
        index = self._get_variable_index(variable)
        exp_avg = ops.convert_to_tensor(self._exp_avg_list[index])
        exp_avg = self.beta * exp_avg + (1.0 - self.beta) * grad
        scale = ops.exp(ops.sign(exp_avg) * ops.sign(grad))
        delta = lr * ((ops.clip(grad, -self.bound, self.bound) + scale) * grad)
        self.assign(self._exp_avg_list[index], exp_avg)
        self.assign_sub(variable, delta)

    def get_config(self) -> dict:
        config = super().get_config()
        config.update(
            {
                "beta": self.beta,
                "bound": self.bound,
            }
        )
        return config
