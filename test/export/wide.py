"""Replays trainings of several tensors on exported optimizers: reads cases as JSON, writes the weights at the end and what is read out."""

import inspect
import io
import json
import os
import sys

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import frameworks


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


def outputs_last(tensors, kinds):
    """Matrices as JAX and Keras have them."""
    return [np.moveaxis(x, 0, -1).copy() if kind == "matrices" else x for x, kind in zip(tensors, kinds)]


def outputs_first(tensors, kinds):
    return [np.moveaxis(x, -1, 0) if kind == "matrices" else x for x, kind in zip(tensors, kinds)]


def replay_optax(case):
    names, kinds = load(case["code"]), case["kinds"]
    make = names[case["class"].lower()]
    takes = inspect.signature(make).parameters
    optimizer = make(case["lr"], **case["arguments"], **({"kinds": kinds} if "kinds" in takes else {}))
    params = outputs_last(arrays(case, case["weights"]), kinds)
    state = optimizer.init(params)
    shapes = [{name: one.shape for name, one in tensor.items()} for tensor in getattr(state[0], "tensors", [])]
    for gradients in case["gradients"]:
        updates, state = optimizer.update(outputs_last(arrays(case, gradients), kinds), state, params)
        params = [p + u for p, u in zip(params, updates)]
    # What is traced has to keep its shapes.
    assert shapes == [{name: one.shape for name, one in t.items()} for t in getattr(state[0], "tensors", [])]
    read = params
    if any(name.endswith("_readout") for name in names):
        readout = names[case["class"].lower() + "_readout"]
        read = readout(state, params, *([kinds] if "kinds" in takes else []))
    return outputs_first(params, kinds), outputs_first(read, kinds)


class Variable(np.ndarray):
    name = path = ""


def replay_keras(case):
    kinds = case["kinds"]
    optimizer = load(case["code"])[case["class"]](case["lr"], **case["arguments"])
    optimizer = type(optimizer)(**optimizer.get_config())
    params = [one.view(Variable) for one in outputs_last(arrays(case, case["weights"]), kinds)]
    for param, kind in zip(params, kinds):
        param.path = "embedding/embeddings" if kind == "embeddings" else "dense/kernel"
    for gradients in case["gradients"]:
        optimizer.apply(outputs_last(arrays(case, gradients), kinds), params)
    trained = [np.array(one) for one in params]
    optimizer.finalize_variable_values(params)
    return outputs_first(trained, kinds), outputs_first(params, kinds)


def replay_mlx(case):
    make = load(case["code"])[case["class"]]
    takes = "kind" in inspect.signature(make).parameters
    params = dict(enumerate(arrays(case, case["weights"])))
    tables = [i for i, kind in enumerate(case["kinds"]) if takes and kind == "embeddings"]
    # Tables have an optimizer of their own, as in a MultiOptimizer.
    groups = [([i for i in params if i not in tables], {}), (tables, {"kind": "embeddings"})]
    optimizers = [(own, make(case["lr"], **case["arguments"], **more)) for own, more in groups if own]
    for gradients in case["gradients"]:
        grads = arrays(case, gradients)
        for own, optimizer in optimizers:
            params.update(optimizer.apply_gradients({i: grads[i] for i in own}, {i: params[i] for i in own}))
    return list(params.values()), list(params.values())


def replay_tinygrad(case):
    make = load(case["code"])[case["class"]]
    params = [frameworks.Tensor(one) for one in arrays(case, case["weights"])]
    tables = [p for p, kind in zip(params, case["kinds"]) if kind == "embeddings"]
    takes = inspect.signature(make).parameters
    more = {"embeddings": tables} if "embeddings" in takes else {}
    optimizer = make(params, lr=case["lr"], **case["arguments"], **more)
    for gradients in case["gradients"]:
        for param, gradient in zip(params, arrays(case, gradients)):
            param.grad = frameworks.Tensor(gradient)
        optimizer.step()
    return params, params


REPLAYS = {
    "numpy": replay_numpy,
    "pytorch": replay_torch,
    "optax": replay_optax,
    "keras": replay_keras,
    "mlx": replay_mlx,
    "tinygrad": replay_tinygrad,
}


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
