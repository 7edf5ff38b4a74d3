"""Trains a small network on handwritten digits with the optimizer that it is given."""
import argparse
import gzip
import importlib.util
import json
import pathlib

import torch
from torch import nn


def load(reference):
    """The class of FILE.py:Class."""
    path, name = reference.rsplit(":", 1)
    spec = importlib.util.spec_from_file_location("optimizer", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


parser = argparse.ArgumentParser()
parser.add_argument("--optimizer", default=None)
parser.add_argument("--lr", type=float, default=1e-3)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--steps", type=int, default=200)
args = parser.parse_args()

torch.manual_seed(args.seed)
torch.set_num_threads(1)
digits = pathlib.Path(__file__).resolve().parents[2] / "assets/digits/digits.u8.gz"
rows = torch.frombuffer(bytearray(gzip.decompress(digits.read_bytes())), dtype=torch.uint8)
rows = rows.view(-1, 65).float()
inputs, labels = rows[:, 1:] / 16, rows[:, 0].long()
train, validation = slice(0, 1400), slice(1400, None)

model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
Optimizer = load(args.optimizer) if args.optimizer else torch.optim.Adam
optimizer = Optimizer(model.parameters(), lr=args.lr)
loss_fn = nn.CrossEntropyLoss()
for step in range(1, args.steps + 1):
    batch = torch.randint(0, 1400, (32,))
    optimizer.zero_grad()
    loss_fn(model(inputs[batch]), labels[batch]).backward()
    optimizer.step()
    if step % 50 == 0:
        with torch.no_grad():
            loss = loss_fn(model(inputs[validation]), labels[validation]).item()
        print(f"step={step} val_loss={loss:.6f}")

with torch.no_grad():
    outputs = model(inputs[validation])
    loss = loss_fn(outputs, labels[validation]).item()
    accuracy = (outputs.argmax(1) == labels[validation]).float().mean().item()
print(json.dumps({"val_loss": loss, "accuracy": accuracy}))
