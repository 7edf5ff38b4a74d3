# Made by: nos export table1-11 --to tinygrad
# SPDX-License-Identifier: MIT
from __future__ import annotations

from tinygrad import Tensor
from tinygrad.nn.optim import Optimizer


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
        params: tensors to optimize.
        lr: learning rate.
        beta1: decay rate of a running average.
        beta2: decay rate of a running average.
        eps: term added to a denominator for numerical stability.
        fused: whether all parameters are updated as one tensor.

    Example:
        params = nn.state.get_parameters(model)
        optimizer = FoundRule11(params, lr=0.001)
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
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        fused: bool = False,
    ) -> None:
        super().__init__(params, lr, fused=fused)
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps
        self.step_count = Tensor.zeros(1, device=self.device).contiguous()
        self.exp_avgs = self._new_optim_param()
        self.exp_avg_sqs = self._new_optim_param()

    def _step(
        self, params: list[Tensor], grads: list[Tensor]
    ) -> tuple[list[Tensor], list[Tensor]]:
        updated: list[Tensor] = []
        self.step_count.assign(self.step_count + 1.0)
        step = self.step_count
        bias_correction1 = 1.0 - self.beta1**step
        bias_correction2 = 1.0 - self.beta2**step
        for i, (param, grad) in enumerate(zip(params, grads)):
            param = param.detach()
            exp_avg = self.exp_avgs[i]
            exp_avg_sq = self.exp_avg_sqs[i]
            after = self.beta1 * exp_avg + (1.0 - self.beta1) * grad
            exp_avg.assign(after.cast(exp_avg.dtype))
            ratio = exp_avg / bias_correction1
            product = (1.0 - self.beta2) * (grad * grad)
            after = self.beta2 * exp_avg_sq + product
            exp_avg_sq.assign(after.cast(exp_avg_sq.dtype))
            total = self.eps + (exp_avg_sq / bias_correction2).sqrt()
            delta = self.lr * (ratio / total * ratio.exp())
            new_param = (param - delta).cast(param.dtype)
            updated.append(new_param)
        return updated, [self.step_count] + self.exp_avgs + self.exp_avg_sqs
