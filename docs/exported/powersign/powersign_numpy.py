# Made by: nos export powersign --to numpy
# SPDX-License-Identifier: MIT
from __future__ import annotations

import numpy as np


class PowerSign:
    """PowerSign, as an optimizer.

    The update is

        w <- w - lr * u,  u = exp(sign(ema(g, 0.9)) * sign(g)) * g

    where g is the gradient, w the weight, and

        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS, arXiv edition, as TensorFlow's PowerSign (β 0.9, no bias
    correction).

    Args:
        lr: learning rate.
        beta: decay rate of a running average.

    Example:
        optimizer = PowerSign(lr=0.001)
        gradient = np.clip(gradient, -1.0, 1.0)
        weight *= 1.0 - 0.01 * optimizer.lr  # decoupled weight decay of 0.01
        optimizer.step([weight], [gradient])
        optimizer.lr *= 0.999  # a schedule of the learning rate
    """

    def __init__(
        self,
        lr: float = 0.001,
        *,
        beta: float = 0.9,
    ) -> None:
        if not lr >= 0.0:
            raise ValueError(f"Invalid lr: {lr}")
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta: {beta}")
        self.lr = lr
        self.beta = beta
        self.state: list[dict[str, np.ndarray]] = []

    def step(self, params: list[np.ndarray], grads: list[np.ndarray]) -> None:
        """Takes one step: changes every array of `params` in place."""
        if not self.state:
            names = ("exp_avg",)
            for param in params:
                self.state.append({name: np.zeros_like(param) for name in names})
        for param, grad, state in zip(params, grads, self.state):
            exp_avg = state["exp_avg"]
            exp_avg = self.beta * exp_avg + (1.0 - self.beta) * grad
            delta = self.lr * (np.exp(np.sign(exp_avg) * np.sign(grad)) * grad)
            state["exp_avg"] = exp_avg
            param -= delta
