"""Replays gradients on exported optimizers: a JSON document of cases on stdin, their weights on stdout.

Each case has code, class, kind ('torch' or 'numpy'), arguments, weights, gradients (a list per step) and draws (a list per step of
lists per draw, which stand for the random numbers); torch cases may have options and a step at which the state is saved and loaded.
"""

import io
import os
import json
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import frameworks

try:
    import torch
except ImportError:
    torch = None


def load(code):
    namespace = {"__name__": "exported"}
    exec(compile(code, "exported.py", "exec"), namespace)
    return namespace


class Draws:
    """The recorded draws of a case, one array after the other."""

    def __init__(self, steps):
        self.queue = [draw for step in steps for draw in step]

    def take(self):
        return np.array(self.queue.pop(0))


def replay_numpy(case):
    namespace = load(case["code"])
    optimizer = namespace[case["class"]](**case["arguments"])
    draws = Draws(case["draws"])
    if draws.queue:

        class Recorded:
            random = staticmethod(lambda shape: draws.take())
            standard_normal = staticmethod(lambda shape: draws.take())

        optimizer.rng = Recorded()
    weights = np.array(case["weights"])
    with np.errstate(all="ignore"):
        for gradient in case["gradients"]:
            optimizer.step([weights], [np.array(gradient)])
    return weights.tolist()


def replay_torch(case):
    namespace = load(case["code"]) if "code" in case else vars(torch.optim)
    draws = Draws(case["draws"])
    for name in ("_uniform", "_normal"):
        if name in namespace:
            namespace[name] = lambda param, generator: torch.tensor(draws.take()).to(param)
    make = namespace[case["class"]]
    # Several groups: the second has a learning rate of its own, that of the first.
    parts = case.get("parts", 1)
    params = [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in np.array_split(case["weights"], parts)]
    arguments = dict(case["arguments"])
    lr = arguments.pop("lr")
    groups = [{"params": params[:1]}] + ([{"params": params[1:], "lr": lr}] if parts > 1 else [])
    first = lr if parts == 1 else lr
    optimizer = make(groups, lr=first, **arguments, **case["options"])
    sign = -1.0 if case["options"].get("maximize") else 1.0
    for step, gradient in enumerate(case["gradients"]):
        if step == case.get("reload"):
            buffer = io.BytesIO()
            torch.save(optimizer.state_dict(), buffer)
            buffer.seek(0)
            optimizer = make(groups_of(params), lr=lr, **arguments, **case["options"])
            optimizer.load_state_dict(torch.load(buffer))
        for param, part in zip(params, np.array_split(gradient, parts)):
            param.grad = torch.tensor(part, dtype=torch.float64) * sign
        optimizer.step()
    return torch.cat([param.detach() for param in params]).tolist()


def replay_optax(case):
    frameworks.draws = Draws(case["draws"])
    namespace = load(case["code"])
    arguments = dict(case["arguments"])
    optimizer = namespace[case["class"].lower()](arguments.pop("lr"), **arguments)
    weights = [np.array(case["weights"])]
    state = optimizer.init(weights)
    with np.errstate(all="ignore"):
        for gradient in case["gradients"]:
            updates, state = optimizer.update([np.array(gradient)], state, weights)
            weights = [weight + update for weight, update in zip(weights, updates)]
    return weights[0].tolist()


def replay_keras(case):
    frameworks.draws = Draws(case["draws"])
    namespace = load(case["code"])
    arguments = dict(case["arguments"])
    optimizer = namespace[case["class"]](arguments.pop("lr"), **arguments)
    again = namespace[case["class"]](**optimizer.get_config())
    weights = np.array(case["weights"])
    with np.errstate(all="ignore"):
        for gradient in case["gradients"]:
            again.apply([np.array(gradient)], [weights])
    return weights.tolist()


def replay_mlx(case):
    frameworks.draws = Draws(case["draws"])
    namespace = load(case["code"])
    arguments = dict(case["arguments"])
    optimizer = namespace[case["class"]](arguments.pop("lr"), **arguments)
    weights = np.array(case["weights"])
    with np.errstate(all="ignore"):
        for gradient in case["gradients"]:
            weights = optimizer.apply_gradients({"weight": np.array(gradient)}, {"weight": weights})["weight"]
    return weights.tolist()


def replay_tinygrad(case):
    frameworks.draws = Draws(case["draws"])
    weights = frameworks.Tensor(case["weights"])
    optimizer = load(case["code"])[case["class"]]([weights], **case["arguments"])
    with np.errstate(all="ignore"):
        for gradient in case["gradients"]:
            weights.grad = frameworks.Tensor(gradient)
            optimizer.step()
    return weights.tolist()


def groups_of(params):
    return [{"params": params[:1]}] + ([{"params": params[1:]}] if len(params) > 1 else [])


def main():
    cases = json.load(sys.stdin)
    replays = {
        "torch": replay_torch,
        "numpy": replay_numpy,
        "optax": replay_optax,
        "keras": replay_keras,
        "mlx": replay_mlx,
        "tinygrad": replay_tinygrad,
    }
    results = []
    for case in cases:
        try:
            results.append({"weights": [repr(float(w)) for w in replays[case["kind"]](case)]})
        except Exception as error:  # said with the case that it belongs to
            results.append({"error": f"{type(error).__name__}: {error}"})
    json.dump(results, sys.stdout)


main()
