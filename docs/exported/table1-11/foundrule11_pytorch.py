# Made by: nos export table1-11 --to pytorch
# SPDX-License-Identifier: MIT
from __future__ import annotations

from typing import Any, Callable, Iterable

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer, _use_grad_for_differentiable

__all__ = ["FoundRule11", "foundrule11"]


class FoundRule11(Optimizer):
    r"""Found rule 11 of Table 1, as an optimizer.

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

    Weight decay, schedules of the learning rate and clipping of gradients stay
    torch's own: see the example.

    Args:
        params: iterable of parameters to optimize, or dicts of parameter groups.
        lr: learning rate.
        beta1: decay rate of a running average.
        beta2: decay rate of a running average.
        eps: term added to a denominator for numerical stability.
        foreach: whether the multi-tensor path is used; by default, if every
            parameter is on a CUDA device.
        maximize: whether the objective is maximized.
        capturable: whether the count of steps is a tensor on the device.
        differentiable: whether autograd runs through the step.

    Example:
        optimizer = FoundRule11(model.parameters(), lr=0.001)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=1000)
        loss_fn(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        with torch.no_grad():  # decoupled weight decay of 0.01
            for param in model.parameters():
                param.mul_(1.0 - 0.01 * schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float | Tensor = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 <= beta1 < 1.0:
            raise ValueError(f"Invalid beta1: {beta1}")
        if not 0.0 <= beta2 < 1.0:
            raise ValueError(f"Invalid beta2: {beta2}")
        if not eps >= 0.0:
            raise ValueError(f"Invalid eps: {eps}")
        defaults = dict(
            lr=lr,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
        )
        super().__init__(params, defaults)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("foreach", None)
            group.setdefault("maximize", False)
            group.setdefault("capturable", False)
            group.setdefault("differentiable", False)
            for p in group["params"]:
                p_state = self.state.get(p, {})
                if len(p_state) != 0 and not torch.is_tensor(p_state["step"]):
                    p_state["step"] = torch.tensor(float(p_state["step"]))

    def _init_group(
        self,
        group: dict[str, Any],
        params: list[Tensor],
        grads: list[Tensor],
        exp_avgs: list[Tensor],
        exp_avg_sqs: list[Tensor],
        state_steps: list[Tensor],
    ) -> None:
        for p in group["params"]:
            if p.grad is None:
                continue
            if p.grad.is_sparse:
                raise RuntimeError("FoundRule11 does not support sparse gradients")
            if torch.is_complex(p):
                raise RuntimeError("FoundRule11 does not support complex parameters")
            params.append(p)
            grads.append(p.grad)
            state = self.state[p]
            if len(state) == 0:
                device = p.device if group["capturable"] else None
                state["step"] = torch.zeros((), dtype=torch.float32, device=device)
                state["exp_avg"] = torch.zeros_like(
                    p, memory_format=torch.preserve_format
                )
                state["exp_avg_sq"] = torch.zeros_like(
                    p, memory_format=torch.preserve_format
                )
            exp_avgs.append(state["exp_avg"])
            exp_avg_sqs.append(state["exp_avg_sq"])
            state_steps.append(state["step"])

    @_use_grad_for_differentiable
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Performs a single optimization step.

        Args:
            closure: A closure that evaluates the model again and returns the loss.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()

        for group in self.param_groups:
            params: list[Tensor] = []
            grads: list[Tensor] = []
            exp_avgs: list[Tensor] = []
            exp_avg_sqs: list[Tensor] = []
            state_steps: list[Tensor] = []
            self._init_group(
                group,
                params,
                grads,
                exp_avgs,
                exp_avg_sqs,
                state_steps,
            )
            foundrule11(
                params,
                grads,
                exp_avgs,
                exp_avg_sqs,
                state_steps,
                foreach=group["foreach"],
                maximize=group["maximize"],
                capturable=group["capturable"],
                differentiable=group["differentiable"],
                lr=group["lr"],
                beta1=group["beta1"],
                beta2=group["beta2"],
                eps=group["eps"],
            )

        return loss


def foundrule11(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    exp_avg_sqs: list[Tensor],
    state_steps: list[Tensor],
    foreach: bool | None = None,
    maximize: bool = False,
    capturable: bool = False,
    differentiable: bool = False,
    *,
    lr: float | Tensor,
    beta1: float,
    beta2: float,
    eps: float,
) -> None:
    """Functional form: see :class:`FoundRule11`."""
    if foreach is None:
        foreach = not differentiable and all(p.is_cuda for p in params)
    if foreach and params:
        path = _multi_tensor_foundrule11
    else:
        path = _single_tensor_foundrule11
    path(
        params,
        grads,
        exp_avgs,
        exp_avg_sqs,
        state_steps,
        maximize=maximize,
        capturable=capturable,
        lr=lr,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
    )


def _single_tensor_foundrule11(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    exp_avg_sqs: list[Tensor],
    state_steps: list[Tensor],
    *,
    maximize: bool,
    capturable: bool,
    lr: float | Tensor,
    beta1: float,
    beta2: float,
    eps: float,
) -> None:
    for i, param in enumerate(params):
        grad = grads[i] if not maximize else -grads[i]
        exp_avg = exp_avgs[i]
        exp_avg_sq = exp_avg_sqs[i]
        state_steps[i] += 1
        step = state_steps[i] if capturable else state_steps[i].item()
        bias_correction1 = 1.0 - beta1**step
        bias_correction2 = 1.0 - beta2**step
        exp_avg.mul_(beta1).add_(grad, alpha=1.0 - beta1)
        ratio = exp_avg / bias_correction1
        exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1.0 - beta2)
        total = eps + torch.sqrt(exp_avg_sq / bias_correction2)
        delta = ratio / total * torch.exp(ratio) * lr
        param.sub_(delta)


def _multi_tensor_foundrule11(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    exp_avg_sqs: list[Tensor],
    state_steps: list[Tensor],
    *,
    maximize: bool,
    capturable: bool,
    lr: float | Tensor,
    beta1: float,
    beta2: float,
    eps: float,
) -> None:
    if maximize:
        grads = torch._foreach_neg(grads)
    torch._foreach_add_(state_steps, 1)
    steps = state_steps if capturable else [step.item() for step in state_steps]
    bias_correction1s = [1.0 - beta1**step for step in steps]
    bias_correction2s = [1.0 - beta2**step for step in steps]
    torch._foreach_mul_(exp_avgs, beta1)
    torch._foreach_add_(exp_avgs, grads, alpha=1.0 - beta1)
    ratios = torch._foreach_div(exp_avgs, bias_correction1s)
    torch._foreach_mul_(exp_avg_sqs, beta2)
    torch._foreach_addcmul_(exp_avg_sqs, grads, grads, value=1.0 - beta2)
    ratios_2 = torch._foreach_div(exp_avg_sqs, bias_correction2s)
    roots = torch._foreach_sqrt(ratios_2)
    totals = torch._foreach_add(roots, eps)
    ratios_3 = torch._foreach_div(ratios, totals)
    scales = torch._foreach_exp(ratios)
    products = torch._foreach_mul(ratios_3, scales)
    deltas = torch._foreach_mul(products, lr)
    torch._foreach_sub_(params, deltas)
