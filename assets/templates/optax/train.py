"""Trains a small network on digits.csv, and prints its loss on the validation examples."""
import argparse
import csv
import importlib.util
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

HERE = Path(__file__).parent
BATCH = 50


def load_digits():
    """1,797 digits of 8 by 8 pixels from 0 to 16, shuffled once: 1,197 for training, 300 for validation, the rest for a last test."""
    with open(HERE / "digits.csv", newline="") as file:
        rows = np.array([[float(value) for value in row] for row in list(csv.reader(file))[1:]])
    rows = np.random.default_rng(0).permutation(rows)
    labels, images = rows[:, 0].astype(np.int32), rows[:, 1:].astype(np.float32) / 16
    return (images[:1197], labels[:1197]), (images[1197:1497], labels[1197:1497])


def load_optimizer(reference):
    """The function that FILE.py:function names."""
    path, _, name = reference.rpartition(":")
    spec = importlib.util.spec_from_file_location("optimizer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def initial_params(key):
    first, second = jax.random.split(key)
    return {
        "hidden": (jax.random.normal(first, (64, 32)) * (2 / 64) ** 0.5, jnp.zeros(32)),
        "output": (jax.random.normal(second, (32, 10)) * (1 / 32) ** 0.5, jnp.zeros(10)),
    }


def loss(params, images, labels):
    weights, bias = params["hidden"]
    hidden = jax.nn.relu(images @ weights + bias)
    weights, bias = params["output"]
    logits = hidden @ weights + bias
    return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimizer", help="FILE.py:function; optax.adam unless given")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args()

    # One seed gives one result: all random numbers come from it.
    params = initial_params(jax.random.PRNGKey(args.seed))
    batches = np.random.default_rng(args.seed)

    (images, labels), validation = load_digits()
    optimizer_of = load_optimizer(args.optimizer) if args.optimizer else optax.adam
    optimizer = optimizer_of(args.lr)
    state = optimizer.init(params)

    @jax.jit
    def train_step(params, state, images, labels):
        gradients = jax.grad(loss)(params, images, labels)
        updates, state = optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), state

    validate = jax.jit(lambda params: loss(params, *validation))

    for step in range(1, args.steps + 1):
        batch = batches.integers(len(images), size=BATCH)
        params, state = train_step(params, state, images[batch], labels[batch])
        if step % 50 == 0:
            print(f"step={step} val_loss={validate(params):.6f}", flush=True)
    print(f"val_loss={validate(params):.6f}")


if __name__ == "__main__":
    main()
