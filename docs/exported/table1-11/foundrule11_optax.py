# Made by: nos export table1-11 --to optax
# SPDX-License-Identifier: MIT
from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class FoundRule11State(NamedTuple):
    """State of :func:`scale_by_foundrule11`."""

    count: jax.Array
    exp_avg: optax.Updates
    exp_avg_sq: optax.Updates


def scale_by_foundrule11(
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> optax.GradientTransformation:
    """Turns gradients into updates, without a learning rate."""

    def init_fn(params: optax.Params) -> FoundRule11State:
        return FoundRule11State(
            count=jnp.zeros([], jnp.int32),
            exp_avg=jax.tree.map(jnp.zeros_like, params),
            exp_avg_sq=jax.tree.map(jnp.zeros_like, params),
        )

    def update_fn(updates, state: FoundRule11State, params=None):
        count = optax.safe_increment(state.count)
        step = count.astype(jnp.float32)
        bias_correction1 = 1.0 - beta1**step
        bias_correction2 = 1.0 - beta2**step

        def leaf(grad, exp_avg, exp_avg_sq):
            exp_avg = beta1 * exp_avg + (1.0 - beta1) * grad
            ratio = exp_avg / bias_correction1
            exp_avg_sq = beta2 * exp_avg_sq + (1.0 - beta2) * (grad * grad)
            ratio_2 = ratio / (eps + jnp.sqrt(exp_avg_sq / bias_correction2))
            update = ratio_2 * jnp.exp(ratio)
            return update, exp_avg, exp_avg_sq

        grads, treedef = jax.tree.flatten(updates)
        results = map(
            leaf,
            grads,
            treedef.flatten_up_to(state.exp_avg),
            treedef.flatten_up_to(state.exp_avg_sq),
        )
        update, exp_avg, exp_avg_sq = map(treedef.unflatten, zip(*results))
        return update, FoundRule11State(
            count=count,
            exp_avg=exp_avg,
            exp_avg_sq=exp_avg_sq,
        )

    return optax.GradientTransformation(init_fn, update_fn)


def foundrule11(
    learning_rate: optax.ScalarOrSchedule = 0.001,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> optax.GradientTransformation:
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

    Weight decay, schedules of the learning rate and clipping of gradients stay
    optax's own: see the example.

    Args:
        learning_rate: learning rate, or its schedule.
        beta1: decay rate of a running average.
        beta2: decay rate of a running average.
        eps: term added to a denominator for numerical stability.

    Example:
        optimizer = foundrule11(0.001)
        # or, with clipping, decoupled weight decay and a schedule:
        rate = optax.cosine_decay_schedule(0.001, decay_steps=1000)
        optimizer = optax.chain(
            optax.clip_by_global_norm(1.0),
            scale_by_foundrule11(),
            optax.add_decayed_weights(0.01),
            optax.scale_by_learning_rate(rate),
        )
        state = optimizer.init(params)
        updates, state = optimizer.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    """
    return optax.chain(
        scale_by_foundrule11(
            beta1=beta1,
            beta2=beta2,
            eps=eps,
        ),
        optax.scale_by_learning_rate(learning_rate),
    )
