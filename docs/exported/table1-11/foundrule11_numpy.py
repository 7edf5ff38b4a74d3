# Made by: nos export table1-11 --to numpy
# SPDX-License-Identifier: MIT
from __future__ import annotations

import numpy as np


class FoundRule11:
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
        lr: learning rate.
        beta1: decay rate of a running average.
        beta2: decay rate of a running average.
        eps: term added to a denominator for numerical stability.

    Example:
        optimizer = FoundRule11(lr=0.001)
        gradient = np.clip(gradient, -1.0, 1.0)
        weight *= 1.0 - 0.01 * optimizer.lr  # decoupled weight decay of 0.01
        optimizer.step([weight], [gradient])
        optimizer.lr *= 0.999  # a schedule of the learning rate
    """

    def __init__(
        self,
        lr: float = 0.001,
        *,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        if not lr >= 0.0:
            raise ValueError(f"Invalid lr: {lr}")
        if not 0.0 <= beta1 < 1.0:
            raise ValueError(f"Invalid beta1: {beta1}")
        if not 0.0 <= beta2 < 1.0:
            raise ValueError(f"Invalid beta2: {beta2}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid eps: {eps}")
        self.lr = lr
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.count = 0
        self.state: list[dict[str, np.ndarray]] = []

    def step(self, params: list[np.ndarray], grads: list[np.ndarray]) -> None:
        """Takes one step: changes every array of `params` in place."""
        self.count += 1
        step = self.count
        bias_correction1 = 1.0 - self.beta1**step
        bias_correction2 = 1.0 - self.beta2**step
        if not self.state:
            names = ("exp_avg", "exp_avg_sq")
            for param in params:
                self.state.append({name: np.zeros_like(param) for name in names})
        for param, grad, state in zip(params, grads, self.state):
            exp_avg = state["exp_avg"]
            exp_avg_sq = state["exp_avg_sq"]
            exp_avg = self.beta1 * exp_avg + (1.0 - self.beta1) * grad
            ratio = exp_avg / bias_correction1
            product = (1.0 - self.beta2) * (grad * grad)
            exp_avg_sq = self.beta2 * exp_avg_sq + product
            total = self.eps + np.sqrt(exp_avg_sq / bias_correction2)
            delta = self.lr * (ratio / total * np.exp(ratio))
            state["exp_avg"] = exp_avg
            state["exp_avg_sq"] = exp_avg_sq
            param -= delta
