"""Trains a small network on digits.csv, and prints its loss on the validation examples."""
import argparse
import csv
import importlib.util
from pathlib import Path

import keras
import numpy as np

HERE = Path(__file__).parent
BATCH = 50


def load_digits():
    """1,797 digits of 8 by 8 pixels from 0 to 16, shuffled once: 1,197 for training, 300 for validation, the rest for a last test."""
    with open(HERE / "digits.csv", newline="") as file:
        rows = np.array([[float(value) for value in row] for row in list(csv.reader(file))[1:]])
    rows = np.random.default_rng(0).permutation(rows)
    labels, images = rows[:, 0].astype("int32"), rows[:, 1:].astype("float32") / 16
    return (images[:1197], labels[:1197]), (images[1197:1497], labels[1197:1497])


def load_optimizer(reference):
    """The class that FILE.py:Class names."""
    path, _, name = reference.rpartition(":")
    spec = importlib.util.spec_from_file_location("optimizer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimizer", help="FILE.py:Class; Keras's Adam unless given")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args()

    # One seed gives one result: all random numbers come from it.
    keras.utils.set_random_seed(args.seed)
    batches = np.random.default_rng(args.seed)

    (images, labels), validation = load_digits()
    layers = [keras.Input((64,)), keras.layers.Dense(32, "relu"), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    optimizer_class = load_optimizer(args.optimizer) if args.optimizer else keras.optimizers.Adam
    optimizer = optimizer_class(learning_rate=args.lr)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=optimizer, loss=loss)

    def validate():
        return float(model.evaluate(*validation, batch_size=300, verbose=0))

    for step in range(1, args.steps + 1):
        batch = batches.integers(len(images), size=BATCH)
        model.train_on_batch(images[batch], labels[batch])
        if step % 50 == 0:
            print(f"step={step} val_loss={validate():.6f}", flush=True)
    print(f"val_loss={validate():.6f}")


if __name__ == "__main__":
    main()
