# Made by: nos export table1-11 --to mlx
# SPDX-License-Identifier: MIT
from __future__ import annotations

import mlx.core as mx
from mlx.optimizers import Optimizer


class FoundRule11(Optimizer):
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

    Example:
        schedule = mlx.optimizers.cosine_decay(0.001, decay_steps=1000)
        optimizer = FoundRule11(schedule)
        gradients, _ = mlx.optimizers.clip_grad_norm(gradients, max_norm=1.0)
        optimizer.update(model, gradients)
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        super().__init__()
        self._maybe_schedule("learning_rate", learning_rate)
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps

    def init_single(self, parameter: mx.array, state: dict) -> None:
        state["exp_avg"] = mx.zeros_like(parameter)
        state["exp_avg_sq"] = mx.zeros_like(parameter)

    def apply_single(
        self, gradient: mx.array, parameter: mx.array, state: dict
    ) -> mx.array:
        lr = self.learning_rate.astype(gradient.dtype)
        step = self.step.astype(mx.float32)
        bias_correction1 = 1.0 - self.beta1**step
        bias_correction2 = 1.0 - self.beta2**step
        exp_avg = state["exp_avg"]
        exp_avg_sq = state["exp_avg_sq"]
        exp_avg = self.beta1 * exp_avg + (1.0 - self.beta1) * gradient
        ratio = exp_avg / bias_correction1
        product = (1.0 - self.beta2) * (gradient * gradient)
        exp_avg_sq = self.beta2 * exp_avg_sq + product
        total = self.eps + mx.sqrt(exp_avg_sq / bias_correction2)
        delta = lr * (ratio / total * mx.exp(ratio))
        state["exp_avg"] = exp_avg
        state["exp_avg_sq"] = exp_avg_sq
        return parameter - delta
