# Made by: nos export addsign --to pytorch
# SPDX-License-Identifier: MIT
from __future__ import annotations

from typing import Any, Callable, Iterable

import torch
from torch import Tensor
from torch.optim.optimizer import Optimizer, _use_grad_for_differentiable

__all__ = ["AddSign", "addsign"]


class AddSign(Optimizer):
    r"""AddSign, as an optimizer.

    The update is

        w <- w - lr * u,  u = (1 + sign(ema(g, 0.9)) * sign(g)) * g

    where g is the gradient, w the weight, and

        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS, arXiv edition, as TensorFlow's AddSign (β 0.9, no bias correction).

    Weight decay, schedules of the learning rate and clipping of gradients stay
    torch's own: see the example.

    The sign of NaN is 0 in torch, and NaN in the rule.

    Args:
        params: iterable of parameters to optimize, or dicts of parameter groups.
        lr: learning rate.
        beta: decay rate of a running average.
        foreach: whether the multi-tensor path is used; by default, if every
            parameter is on a CUDA device.
        maximize: whether the objective is maximized.
        capturable: whether the count of steps is a tensor on the device.
        differentiable: whether autograd runs through the step.

    Example:
        optimizer = AddSign(model.parameters(), lr=0.001)
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
        beta: float = 0.9,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta: {beta}")
        defaults = dict(
            lr=lr,
            beta=beta,
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
        state_steps: list[Tensor],
    ) -> None:
        for p in group["params"]:
            if p.grad is None:
                continue
            if p.grad.is_sparse:
                raise RuntimeError("AddSign does not support sparse gradients")
            if torch.is_complex(p):
                raise RuntimeError("AddSign does not support complex parameters")
            params.append(p)
            grads.append(p.grad)
            state = self.state[p]
            if len(state) == 0:
                device = p.device if group["capturable"] else None
                state["step"] = torch.zeros((), dtype=torch.float32, device=device)
                state["exp_avg"] = torch.zeros_like(
                    p, memory_format=torch.preserve_format
                )
            exp_avgs.append(state["exp_avg"])
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
            state_steps: list[Tensor] = []
            self._init_group(
                group,
                params,
                grads,
                exp_avgs,
                state_steps,
            )
            addsign(
                params,
                grads,
                exp_avgs,
                state_steps,
                foreach=group["foreach"],
                maximize=group["maximize"],
                capturable=group["capturable"],
                differentiable=group["differentiable"],
                lr=group["lr"],
                beta=group["beta"],
            )

        return loss


def addsign(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    state_steps: list[Tensor],
    foreach: bool | None = None,
    maximize: bool = False,
    capturable: bool = False,
    differentiable: bool = False,
    *,
    lr: float | Tensor,
    beta: float,
) -> None:
    """Functional form: see :class:`AddSign`."""
    if foreach is None:
        foreach = not differentiable and all(p.is_cuda for p in params)
    if foreach and params:
        path = _multi_tensor_addsign
    else:
        path = _single_tensor_addsign
    path(
        params,
        grads,
        exp_avgs,
        state_steps,
        maximize=maximize,
        capturable=capturable,
        lr=lr,
        beta=beta,
    )


def _single_tensor_addsign(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    state_steps: list[Tensor],
    *,
    maximize: bool,
    capturable: bool,
    lr: float | Tensor,
    beta: float,
) -> None:
    for i, param in enumerate(params):
        grad = grads[i] if not maximize else -grads[i]
        exp_avg = exp_avgs[i]
        state_steps[i] += 1
        exp_avg.mul_(beta).add_(grad, alpha=1.0 - beta)
        delta = (1.0 + torch.sign(exp_avg) * torch.sign(grad)) * grad * lr
        param.sub_(delta)


def _multi_tensor_addsign(
    params: list[Tensor],
    grads: list[Tensor],
    exp_avgs: list[Tensor],
    state_steps: list[Tensor],
    *,
    maximize: bool,
    capturable: bool,
    lr: float | Tensor,
    beta: float,
) -> None:
    if maximize:
        grads = torch._foreach_neg(grads)
    torch._foreach_add_(state_steps, 1)
    torch._foreach_mul_(exp_avgs, beta)
    torch._foreach_add_(exp_avgs, grads, alpha=1.0 - beta)
    directions = [torch.sign(x) for x in exp_avgs]
    directions_2 = [torch.sign(x) for x in grads]
    products = torch._foreach_mul(directions, directions_2)
    totals = torch._foreach_add(products, 1.0)
    products_2 = torch._foreach_mul(totals, grads)
    deltas = torch._foreach_mul(products_2, lr)
    torch._foreach_sub_(params, deltas)
