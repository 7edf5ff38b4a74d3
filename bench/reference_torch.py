"""An independent training of the paper's child in PyTorch: what bench/reference.mjs is to be held against.

    python3 bench/reference_torch.py RULE LEARNING_RATE SEED... [--data DIR]

The final training of protocol `paper` (NOS 4.2): five epochs of CIFAR-10's first 10,000 images in batches of 100; prints the
accuracy on the last 5,000 training images after each epoch, and the mean of the last over the seeds. PyTorch 1.13 or later.
"""

import argparse
import math
import os
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def load(directory):
    files = sorted(Path(directory).rglob("data_batch_*.bin"))
    if len(files) != 5:
        raise SystemExit(f"expected CIFAR-10's five training files below {directory}: nos data fetch cifar10")
    raw = np.concatenate([np.fromfile(file, np.uint8).reshape(-1, 3073) for file in files])
    images = raw[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255
    mean = images[:45000].mean((0, 2, 3), keepdims=True)
    deviation = images[:45000].std((0, 2, 3), keepdims=True)
    images = torch.tensor((images - mean) / deviation)
    labels = torch.tensor(raw[:, 0].astype(np.int64))
    return (images[:10000], labels[:10000]), (images[45000:], labels[45000:])


def child():
    def block(channels):
        convolution = nn.Conv2d(channels, 32, 3, padding=1, bias=False)
        bound = 1 / math.sqrt(convolution.weight[0].numel())
        nn.init.uniform_(convolution.weight, -bound, bound)
        return [convolution, nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)]

    return nn.Sequential(*block(3), *block(32), nn.Flatten(), nn.Linear(2048, 10))


def corrected(average, gradient, decay, t):
    """Moves a running average on, and gives it without the pull of its zero start."""
    average.mul_(decay).add_(gradient, alpha=1 - decay)
    return average / (1 - decay**t)


def adam_like(first):
    def direction(g, state, t):
        v = corrected(state[1], g * g, 0.999, t)
        return first(g, state, t) / (v.sqrt() + 1e-8)

    return direction


def powersign(g, state, t):
    return torch.exp(torch.sign(g) * torch.sign(corrected(state[0], g, 0.9, t))) * g


RULES = {
    "sgd": lambda g, state, t: g,
    "momentum": lambda g, state, t: state[0].mul_(0.9).add_(g),
    "adam": adam_like(lambda g, state, t: corrected(state[0], g, 0.9, t)),
    "rmsprop": adam_like(lambda g, state, t: g),
    "powersign": powersign,
}


def train(rule, rate, seed, training, validation):
    torch.manual_seed(seed)
    network = child()
    weights = list(network.parameters())
    states = [(torch.zeros_like(w), torch.zeros_like(w)) for w in weights]
    images, labels = training
    curve, t = [], 0
    for _ in range(5):
        network.train()
        order = torch.randperm(len(images))
        for batch in order.split(100):
            t += 1
            loss = functional.cross_entropy(network(images[batch]), labels[batch])
            gradients = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                for w, g, state in zip(weights, gradients, states):
                    w -= rate * RULES[rule](g, state, t)
        curve.append(accuracy(network, *validation))
    return curve


def accuracy(network, images, labels):
    network.eval()
    with torch.no_grad():
        right = [
            (network(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500))
        ]
    return sum(right) / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("rule", choices=RULES)
    parser.add_argument("rate", type=float)
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--data", default=os.environ.get("NOS_DATA_DIR", Path.home() / ".local/share/nos"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    training, validation = load(options.data)
    finals = []
    for seed in options.seeds:
        curve = train(options.rule, options.rate, seed, training, validation)
        finals.append(curve[-1])
        print(options.rule, options.rate, f"seed {seed}:", *[f"{value:.4f}" for value in curve], flush=True)
    print(f"PyTorch {torch.__version__}:", end=" ")
    print(f"mean {np.mean(finals):.4f}, standard deviation {np.std(finals, ddof=1) if len(finals) > 1 else 0:.4f}")


if __name__ == "__main__":
    main()
