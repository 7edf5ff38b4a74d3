"""Replays trainings on exported optimizers whose rules see tensors as matrices: reads cases as JSON, writes the weights at the end."""

import json
import sys


def run(case):
    names = {"__name__": "exported"}
    exec(case["code"], names)
    make = names[case["class"]]
    shapes, kinds = case["shapes"], case["kinds"]
    if case["target"] == "numpy":
        import numpy as np

        params = [np.array(w, dtype=np.float64).reshape(s) for w, s in zip(case["weights"], shapes)]
        optimizer = make(lr=case["lr"], **case["arguments"])
        for gradients in case["gradients"]:
            grads = [np.array(g).reshape(s) for g, s in zip(gradients, shapes)]
            optimizer.step(params, grads, kinds)
        return [p.ravel().tolist() for p in params]
    import torch

    params = [torch.tensor(w, dtype=torch.float64).reshape(s) for w, s in zip(case["weights"], shapes)]
    groups = [{"params": [p], "kind": k} for p, k in zip(params, kinds)]
    optimizer = make(groups, lr=case["lr"], **case["arguments"])
    for gradients in case["gradients"]:
        for p, g, s in zip(params, gradients, shapes):
            p.grad = torch.tensor(g, dtype=torch.float64).reshape(s)
        optimizer.step()
    return [p.flatten().tolist() for p in params]


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
