"""Replays trainings of several tensors on exported optimizers: reads cases as JSON, writes the weights at the end and what is read out."""

import inspect
import io
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def load(code):
    names = {"__name__": "exported"}
    exec(compile(code, "exported.py", "exec"), names)
    return names


def arrays(case, values):
    return [np.array(one, dtype=np.float64).reshape(shape) for one, shape in zip(values, case["shapes"])]


def replay_numpy(case):
    optimizer = load(case["code"])[case["class"]](lr=case["lr"], **case["arguments"])
    params = arrays(case, case["weights"])
    kinds = [case["kinds"]] if "kinds" in inspect.signature(optimizer.step).parameters else []
    for gradients in case["gradients"]:
        optimizer.step(params, arrays(case, gradients), *kinds)
    read = optimizer.readout(params) if hasattr(optimizer, "readout") else params
    return params, read


def replay_torch(case):
    import torch

    make = load(case["code"])[case["class"]]
    takes = inspect.signature(make).parameters
    options = {name: value for name, value in case["options"].items() if name in takes}
    params = [torch.tensor(one, requires_grad=True) for one in arrays(case, case["weights"])]

    def made():
        groups = [{"params": [p], "kind": k} for p, k in zip(params, case["kinds"])]
        return make(groups, lr=case["lr"], **case["arguments"], **options)

    optimizer = made()
    for step, gradients in enumerate(case["gradients"]):
        if step == case.get("reload"):
            buffer = io.BytesIO()
            torch.save(optimizer.state_dict(), buffer)
            buffer.seek(0)
            optimizer = made()
            optimizer.load_state_dict(torch.load(buffer))
        sign = -1.0 if options.get("maximize") else 1.0
        for p, g in zip(params, arrays(case, gradients)):
            p.grad = sign * torch.tensor(g)
        optimizer.step()
    trained = [p.detach().clone() for p in params]
    if hasattr(optimizer, "eval"):
        optimizer.eval()
    return trained, [p.detach() for p in params]


REPLAYS = {"numpy": replay_numpy, "pytorch": replay_torch}


def flat(tensors):
    return [float(x) for tensor in tensors for x in np.asarray(tensor).ravel()]


def run(case):
    try:
        with np.errstate(all="ignore"):
            weights, readout = REPLAYS[case["target"]](case)
        return {"weights": flat(weights), "readout": flat(readout)}
    except Exception as error:  # said with the rule that it belongs to
        return {"error": f"{type(error).__name__}: {error}"}


print(json.dumps([run(case) for case in json.load(sys.stdin)]))
