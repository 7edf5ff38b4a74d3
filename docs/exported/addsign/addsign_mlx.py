# Made by: nos export addsign --to mlx
# SPDX-License-Identifier: MIT
from __future__ import annotations

import mlx.core as mx
from mlx.optimizers import Optimizer


class AddSign(Optimizer):
    """AddSign, as an optimizer.

    The update is

        w <- w - lr * u,  u = (1 + sign(ema(g, 0.9)) * sign(g)) * g

    where g is the gradient, w the weight, and

        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS, arXiv edition, as TensorFlow's AddSign (β 0.9, no bias correction).

    The sign of NaN is 0 in MLX, and NaN in the rule.

    Args:
        learning_rate: learning rate, or its schedule.
        beta: decay rate of a running average.

    Example:
        schedule = mlx.optimizers.cosine_decay(0.001, decay_steps=1000)
        optimizer = AddSign(schedule)
        gradients, _ = mlx.optimizers.clip_grad_norm(gradients, max_norm=1.0)
        optimizer.update(model, gradients)
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta: float = 0.9,
    ) -> None:
        super().__init__()
        self._maybe_schedule("learning_rate", learning_rate)
        self.beta = beta

    def init_single(self, parameter: mx.array, state: dict) -> None:
        state["exp_avg"] = mx.zeros_like(parameter)

    def apply_single(
        self, gradient: mx.array, parameter: mx.array, state: dict
    ) -> mx.array:
        lr = self.learning_rate.astype(gradient.dtype)
        exp_avg = state["exp_avg"]
        exp_avg = self.beta * exp_avg + (1.0 - self.beta) * gradient
        delta = lr * ((1.0 + mx.sign(exp_avg) * mx.sign(gradient)) * gradient)
        state["exp_avg"] = exp_avg
        return parameter - delta
