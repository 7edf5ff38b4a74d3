"""Shares and moments of what exported optimizers draw themselves: a JSON document of texts on stdin, one of figures on stdout.

Each case has code, class, kind ('torch' or 'numpy') and size; its gradients are 1 and its weights 0.
"""

import json
import sys

import numpy as np

try:
    import torch
except ImportError:
    torch = None


def updates(case, seed, steps=2):
    namespace = {"__name__": "exported"}
    exec(compile(case["code"], "exported.py", "exec"), namespace)
    make, size = namespace[case["class"]], case["size"]
    found = []
    if case["kind"] == "numpy":
        optimizer = make(lr=1.0, seed=seed)
        for _ in range(steps):
            weights = np.zeros(size)
            optimizer.step([weights], [np.ones(size)])
            found.append(-weights)
        return found
    param = torch.zeros(size, dtype=torch.float64, requires_grad=True)
    optimizer = make([param], lr=1.0, generator=torch.Generator().manual_seed(seed), foreach=case["foreach"])
    for _ in range(steps):
        param.grad = torch.ones(size, dtype=torch.float64)
        before = param.detach().clone()
        optimizer.step()
        found.append((before - param.detach()).numpy())
    return found


def main():
    figures = []
    for case in json.load(sys.stdin):
        (first, second), (again, _), (other, _) = [updates(case, seed) for seed in (1, 1, 2)]
        figures.append(
            {
                "zeros": float(np.mean(first == 0)),
                "mean": float(first.mean()),
                "variance": float(first.var()),
                "repeats": bool((first == again).all()),
                "differs": bool((first != second).any() and (first != other).any()),
            }
        )
    json.dump(figures, sys.stdout)


main()
