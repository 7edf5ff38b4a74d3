# Made by: nos export optimizer1 --to optax
# SPDX-License-Identifier: MIT
from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class FoundRule1State(NamedTuple):
    """State of :func:`scale_by_foundrule1`."""

    count: jax.Array
    exp_avg: optax.Updates


def scale_by_foundrule1(
    beta: float = 0.9,
    bound: float = 0.0001,
) -> optax.GradientTransformation:
    """Turns gradients into updates, without a learning rate."""

    def init_fn(params: optax.Params) -> FoundRule1State:
        return FoundRule1State(
            count=jnp.zeros([], jnp.int32),
            exp_avg=jax.tree.map(jnp.zeros_like, params),
        )

    def update_fn(updates, state: FoundRule1State, params=None):
        count = optax.safe_increment(state.count)

        def leaf(grad, exp_avg):
            exp_avg = beta * exp_avg + (1.0 - beta) * grad
            scale = jnp.exp(jnp.sign(exp_avg) * jnp.sign(grad))
            update = (jnp.clip(grad, -bound, bound) + scale) * grad
            return update, exp_avg

        grads, treedef = jax.tree.flatten(updates)
        results = map(
            leaf,
            grads,
            treedef.flatten_up_to(state.exp_avg),
        )
        update, exp_avg = map(treedef.unflatten, zip(*results))
        return update, FoundRule1State(
            count=count,
            exp_avg=exp_avg,
        )

    return optax.GradientTransformation(init_fn, update_fn)


def foundrule1(
    learning_rate: optax.ScalarOrSchedule = 0.001,
    beta: float = 0.9,
    bound: float = 0.0001,
) -> optax.GradientTransformation:
    """Found rule 1 of Table 1, as an optimizer.

    The update is

        w <- w - lr * u,  u = (clip(g, 1e-4) + exp(sign(ema(g, 0.9)) * sign(g))) * g

    where g is the gradient, w the weight, and

        clip(x, l): x limited to [-l, l]; NaN passes
        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS Table 1, row 5.

    Weight decay, schedules of the learning rate and clipping of gradients stay
    optax's own: see the example.

    Args:
        learning_rate: learning rate, or its schedule.
        beta: decay rate of a running average.
        bound: largest absolute value that is let through.

    Example:
        optimizer = foundrule1(0.001)
        # or, with clipping, decoupled weight decay and a schedule:
        rate = optax.cosine_decay_schedule(0.001, decay_steps=1000)
        optimizer = optax.chain(
            optax.clip_by_global_norm(1.0),
            scale_by_foundrule1(),
            optax.add_decayed_weights(0.01),
            optax.scale_by_learning_rate(rate),
        )
        state = optimizer.init(params)
        updates, state = optimizer.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    """
    return optax.chain(
        scale_by_foundrule1(
            beta=beta,
            bound=bound,
        ),
        optax.scale_by_learning_rate(learning_rate),
    )
