# Made by: nos export addsign --to keras
# SPDX-License-Identifier: MIT
from __future__ import annotations

import keras
from keras import ops


@keras.saving.register_keras_serializable()
class AddSign(keras.optimizers.Optimizer):
    """AddSign, as an optimizer.

    The update is

        w <- w - lr * u,  u = (1 + sign(ema(g, 0.9)) * sign(g)) * g

    where g is the gradient, w the weight, and

        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS, arXiv edition, as TensorFlow's AddSign (β 0.9, no bias correction).

    The sign of NaN is NaN in the rule, and 0 in some backends, such as torch.

    Args:
        learning_rate: learning rate, or its schedule.
        beta: decay rate of a running average.
        kwargs: what every Keras optimizer takes, such as weight_decay, clipnorm and
            use_ema.

    Example:
        schedule = keras.optimizers.schedules.CosineDecay(0.001, decay_steps=1000)
        optimizer = AddSign(
            schedule, weight_decay=0.01, clipnorm=1.0
        )
        model.compile(optimizer=optimizer, loss="mse")
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta: float = 0.9,
        name: str = "addsign",
        **kwargs,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta = beta

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
        delta = lr * ((1.0 + ops.sign(exp_avg) * ops.sign(grad)) * grad)
        self.assign(self._exp_avg_list[index], exp_avg)
        self.assign_sub(variable, delta)

    def get_config(self) -> dict:
        config = super().get_config()
        config.update(
            {
                "beta": self.beta,
            }
        )
        return config
