"""Trains a small network on digits.csv, and prints its loss on the validation examples."""
import argparse
import csv
import importlib.util
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

HERE = Path(__file__).parent
BATCH = 50


def load_digits():
    """1,797 digits of 8 by 8 pixels from 0 to 16, shuffled once: 1,197 for training, 300 for validation, the rest for a last test."""
    with open(HERE / "digits.csv", newline="") as file:
        rows = torch.tensor([[float(value) for value in row] for row in list(csv.reader(file))[1:]])
    rows = rows[torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))]
    labels, images = rows[:, 0].long(), rows[:, 1:] / 16
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
    parser.add_argument("--optimizer", help="FILE.py:Class; PyTorch's Adam unless given")
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=200)
    args = parser.parse_args()

    # One seed gives one result: all random numbers come from it, and threads would add in another order.
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)

    (images, labels), validation = load_digits()
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    optimizer_class = load_optimizer(args.optimizer) if args.optimizer else torch.optim.Adam
    optimizer = optimizer_class(model.parameters(), lr=args.lr)

    def validate():
        with torch.no_grad():
            return functional.cross_entropy(model(validation[0]), validation[1]).item()

    for step in range(1, args.steps + 1):
        batch = torch.randint(len(images), (BATCH,))
        optimizer.zero_grad()
        functional.cross_entropy(model(images[batch]), labels[batch]).backward()
        optimizer.step()
        if step % 50 == 0:
            print(f"step={step} val_loss={validate():.6f}", flush=True)
    print(f"val_loss={validate():.6f}")


if __name__ == "__main__":
    main()
