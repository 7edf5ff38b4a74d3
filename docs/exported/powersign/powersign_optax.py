# Made by: nos export powersign --to optax
# SPDX-License-Identifier: MIT
from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax


class PowerSignState(NamedTuple):
    """State of :func:`scale_by_powersign`."""

    count: jax.Array
    exp_avg: optax.Updates


def scale_by_powersign(
    beta: float = 0.9,
) -> optax.GradientTransformation:
    """Turns gradients into updates, without a learning rate."""

    def init_fn(params: optax.Params) -> PowerSignState:
        return PowerSignState(
            count=jnp.zeros([], jnp.int32),
            exp_avg=jax.tree.map(jnp.zeros_like, params),
        )

    def update_fn(updates, state: PowerSignState, params=None):
        count = optax.safe_increment(state.count)

        def leaf(grad, exp_avg):
            exp_avg = beta * exp_avg + (1.0 - beta) * grad
            update = jnp.exp(jnp.sign(exp_avg) * jnp.sign(grad)) * grad
            return update, exp_avg

        grads, treedef = jax.tree.flatten(updates)
        results = map(
            leaf,
            grads,
            treedef.flatten_up_to(state.exp_avg),
        )
        update, exp_avg = map(treedef.unflatten, zip(*results))
        return update, PowerSignState(
            count=count,
            exp_avg=exp_avg,
        )

    return optax.GradientTransformation(init_fn, update_fn)


def powersign(
    learning_rate: optax.ScalarOrSchedule = 0.001,
    beta: float = 0.9,
) -> optax.GradientTransformation:
    """PowerSign, as an optimizer.

    The update is

        w <- w - lr * u,  u = exp(sign(ema(g, 0.9)) * sign(g)) * g

    where g is the gradient, w the weight, and

        ema(x, b): s = b*s + (1 - b)*x from s = 0; s after the update

    Source: NOS, arXiv edition, as TensorFlow's PowerSign (β 0.9, no bias
    correction).

    Weight decay, schedules of the learning rate and clipping of gradients stay
    optax's own: see the example.

    Args:
        learning_rate: learning rate, or its schedule.
        beta: decay rate of a running average.

    Example:
        optimizer = powersign(0.001)
        # or, with clipping, decoupled weight decay and a schedule:
        rate = optax.cosine_decay_schedule(0.001, decay_steps=1000)
        optimizer = optax.chain(
            optax.clip_by_global_norm(1.0),
            scale_by_powersign(),
            optax.add_decayed_weights(0.01),
            optax.scale_by_learning_rate(rate),
        )
        state = optimizer.init(params)
        updates, state = optimizer.update(grads, state, params)
        params = optax.apply_updates(params, updates)
    """
    return optax.chain(
        scale_by_powersign(
            beta=beta,
        ),
        optax.scale_by_learning_rate(learning_rate),
    )
