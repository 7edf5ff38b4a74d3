# Made by: nos export addsign --to tinygrad
# SPDX-License-Identifier: MIT
from __future__ import annotations

from tinygrad import Tensor
from tinygrad.nn.optim import Optimizer


class AddSign(Optimizer):
    """AddSign, as an optimizer.

    The update is

        w <- w - lr * u,  u = (1 + sign(ema(g, 0.9)) * sign(g)) * g

    where g is the gradient, w the weight, and

        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS, arXiv edition, as TensorFlow's AddSign (β 0.9, no bias correction).

    Comparisons with NaN are false in tinygrad: sign, clip, min and max may make a
    number of a NaN, which the rule keeps.

    Args:
        params: tensors to optimize.
        lr: learning rate.
        beta: decay rate of a running average.
        fused: whether all parameters are updated as one tensor.

    Example:
        params = nn.state.get_parameters(model)
        optimizer = AddSign(params, lr=0.001)
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
        fused: bool = False,
    ) -> None:
        super().__init__(params, lr, fused=fused)
        self.beta = beta
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
            delta = self.lr * ((1.0 + exp_avg.sign() * grad.sign()) * grad)
            new_param = (param - delta).cast(param.dtype)
            updated.append(new_param)
        return updated, self.exp_avgs
