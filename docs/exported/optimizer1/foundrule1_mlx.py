# Made by: nos export optimizer1 --to mlx
# SPDX-License-Identifier: MIT
from __future__ import annotations

import mlx.core as mx
from mlx.optimizers import Optimizer


class FoundRule1(Optimizer):
    """Found rule 1 of Table 1, as an optimizer.

    The update is

        w <- w - lr * u,  u = (clip(g, 1e-4) + exp(sign(ema(g, 0.9)) * sign(g))) * g

    where g is the gradient, w the weight, and

        clip(x, l): x limited to [-l, l]; NaN passes
        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS Table 1, row 5.

    The sign of NaN is 0 in MLX, and NaN in the rule.

    Args:
        learning_rate: learning rate, or its schedule.
        beta: decay rate of a running average.
        bound: largest absolute value that is let through.

    Example:
        schedule = mlx.optimizers.cosine_decay(0.001, decay_steps=1000)
        optimizer = FoundRule1(schedule)
        gradients, _ = mlx.optimizers.clip_grad_norm(gradients, max_norm=1.0)
        optimizer.update(model, gradients)
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta: float = 0.9,
        bound: float = 0.0001,
    ) -> None:
        super().__init__()
        self._maybe_schedule("learning_rate", learning_rate)
        self.beta = beta
        self.bound = bound

    def init_single(self, parameter: mx.array, state: dict) -> None:
        state["exp_avg"] = mx.zeros_like(parameter)

    def apply_single(
        self, gradient: mx.array, parameter: mx.array, state: dict
    ) -> mx.array:
        lr = self.learning_rate.astype(gradient.dtype)
        exp_avg = state["exp_avg"]
        exp_avg = self.beta * exp_avg + (1.0 - self.beta) * gradient
        scale = mx.exp(mx.sign(exp_avg) * mx.sign(gradient))
        total = mx.clip(gradient, -self.bound, self.bound) + scale
        delta = lr * (total * gradient)
        state["exp_avg"] = exp_avg
        return parameter - delta
