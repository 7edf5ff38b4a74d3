# Made by: nos export optimizer1 --to tinygrad
# SPDX-License-Identifier: MIT
from __future__ import annotations

from tinygrad import Tensor
from tinygrad.nn.optim import Optimizer


class FoundRule1(Optimizer):
    """Found rule 1 of Table 1, as an optimizer.

    The update is

        w <- w - lr * u,  u = (clip(g, 1e-4) + exp(sign(ema(g, 0.9)) * sign(g))) * g

    where g is the gradient, w the weight, and

        clip(x, l): x limited to [-l, l]; NaN passes
        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS Table 1, row 5.

    Comparisons with NaN are false in tinygrad: sign, clip, min and max may make a
    number of a NaN, which the rule keeps.

    Args:
        params: tensors to optimize.
        lr: learning rate.
        beta: decay rate of a running average.
        bound: largest absolute value that is let through.
        fused: whether all parameters are updated as one tensor.

    Example:
        params = nn.state.get_parameters(model)
        optimizer = FoundRule1(params, lr=0.001)
        with Tensor.train():
            optimizer.zero_grad()
            loss_of(model, batch).backward()
            optimizer.step()
        optimizer.lr.assign(optimizer.lr * 0.999)  # a schedule of the learning rate
    """

    def __init__(
        self,
        params: list[Tensor],
        lr: float = 0.001,
        beta: float = 0.9,
        bound: float = 0.0001,
        fused: bool = False,
    ) -> None:
        super().__init__(params, lr, fused=fused)
        self.beta = beta
        self.bound = bound
        self.exp_avgs = self._new_optim_param()

    def _step(
        self, params: list[Tensor], grads: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        updated: list[Tensor] = []
        for i, (param, grad) in enumerate(zip(params, grads)):
            param = param.detach()
            exp_avg = self.exp_avgs[i]
            after = self.beta * exp_avg + (1.0 - self.beta) * grad
            exp_avg.assign(after.cast(exp_avg.dtype))
            scale = (exp_avg.sign() * grad.sign()).exp()
            delta = self.lr * ((grad.clip(-self.bound, self.bound) + scale) * grad)
            new_param = (param - delta).cast(param.dtype)
            updated.append(new_param)
        return updated, self.exp_avgs
