"""Runs a PyTorch optimizer class over recorded gradients and writes where it went.

    python run_optimizer.py REQUEST ANSWER

REQUEST is a JSON file:

    target          {"file": path, "class": name} or {"module": name, "class": name}
    arguments       arguments of the constructor; lists are passed as tuples
    dtype           "float64" or "float32"
    trajectories    by name: {"starts": [{"shape", "values"}], "gradients": [[values
                    of a tensor, or null, ...] of a step, ...]}
    runs            by name; each is
        trajectory  the name of a trajectory
        requires    parameters that the constructor must have, or the run is left out
        arguments   further arguments
        optimizers  a list of optimizers, each a list of groups {"tensors", "rate"};
                    "rate" is a factor of the class's own learning rate, null for none
        own_rate    whether rates are arguments of the constructor, not of the groups
        set_rate    factor that is set on every group before the first step, as
                    schedulers do; null for none
        sign        what gradients are multiplied by
        reload      the step before which the state is saved and loaded, or null
        late        the step before which the second group joins by add_param_group,
                    and the second optimizer is made; or null
        closure     whether gradients come from a closure
        again       tells apart two equal runs; it changes nothing

ANSWER says what the class is, and for each run the weights after every step, or the
error that ended it. Numbers that are not finite are the strings "NaN", "Infinity" and
"-Infinity".
"""

import importlib
import importlib.util
import inspect
import io
import json
import math
import os
import platform
import random
import sys
import traceback


class Refused(Exception):
    """What the user named cannot be checked: a code, and what there is to say."""

    def __init__(self, code, **details):
        super().__init__(code)
        self.answer = {"code": code, **details}


def described(error, path):
    """An exception with its place: the last one in the user's file, or else in any."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if os.path.abspath(frame.filename) == path]
    others = [
        frame
        for frame in frames
        if os.path.abspath(frame.filename) != os.path.abspath(__file__)
    ]
    place = (own or others or [None])[-1]
    file = place and place.filename
    line = place and place.lineno
    if isinstance(error, SyntaxError) and not own:
        file, line = error.filename, error.lineno
    message = str(error).strip() or type(error).__name__
    return {
        "type": type(error).__name__,
        "message": message,
        "file": file,
        "line": line,
    }


def load_module(target):
    """The module that the user named, by its name or by its file."""
    if "module" in target:
        return importlib.import_module(target["module"])
    path = target["file"]
    folder, name = os.path.dirname(path), os.path.splitext(os.path.basename(path))[0]
    # A file of a package imports its neighbours by dots, so it is imported by its name.
    parts, root = [name], folder
    while os.path.exists(os.path.join(root, "__init__.py")):
        root, package = os.path.split(root)
        parts.insert(0, package)
    sys.path.append(root)
    if len(parts) > 1 and all(part.isidentifier() for part in parts):
        module = importlib.import_module(".".join(parts))
        if os.path.samefile(module.__file__, path):
            return module
    name = name if name.isidentifier() and name not in sys.modules else "checked"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise Refused("not-python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_class(target, torch):
    try:
        module = load_module(target)
    except Refused:
        raise
    except BaseException as error:  # a file may also call sys.exit
        raise Refused("import", error=described(error, target.get("file")))
    found = getattr(module, target["class"], None)
    base = torch.optim.Optimizer
    if not isinstance(found, type):
        names = [
            name
            for name, value in vars(module).items()
            if isinstance(value, type) and issubclass(value, base) and value is not base
        ]
        raise Refused("no-class", known=sorted(names))
    if not issubclass(found, base) or found is base:
        raise Refused("no-optimizer")
    return found


def seed(torch):
    """Equal runs draw equal random numbers."""
    torch.manual_seed(0)
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)


class Run:
    """One run: its parameters, its optimizers and the steps that they take."""

    def __init__(self, torch, make, rate, dtype, run, trajectory):
        self.torch, self.make, self.rate, self.run = torch, make, rate, run
        self.dtype = dtype
        self.gradients = trajectory["gradients"]
        self.params = [
            self.tensor(start["values"], start["shape"]).requires_grad_()
            for start in trajectory["starts"]
        ]
        self.closure = {"calls": 0, "enabled": True, "returned": True}
        self.optimizers = []

    def tensor(self, values, shape):
        return self.torch.tensor(values, dtype=self.dtype).reshape(shape)

    def group(self, spec):
        params = [self.params[i] for i in spec["tensors"]]
        if spec["rate"] is None or self.run["own_rate"]:
            return {"params": params}
        return {"params": params, "lr": self.rate * spec["rate"]}

    def optimizer(self, specs):
        more = {}
        if self.run["own_rate"] and specs[0]["rate"] is not None:
            more["lr"] = self.rate * specs[0]["rate"]
        optimizer = self.make([self.group(spec) for spec in specs], **more)
        if self.run["set_rate"] is not None:
            for group in optimizer.param_groups:
                group["lr"] = group["lr"] * self.run["set_rate"]
        return optimizer

    def start(self):
        specs, late = self.run["optimizers"], self.run["late"]
        if late is None:
            self.optimizers = [self.optimizer(each) for each in specs]
        else:
            self.optimizers = [self.optimizer(specs[0][:1])]

    def join(self):
        """The second group, or the second optimizer, begins."""
        first, *others = self.run["optimizers"]
        if others:
            self.optimizers += [self.optimizer(each) for each in others]
        else:
            self.optimizers[0].add_param_group(self.group(first[1]))

    def reload(self):
        buffer = io.BytesIO()
        self.torch.save([one.state_dict() for one in self.optimizers], buffer)
        buffer.seek(0)
        known = inspect.signature(self.torch.load).parameters
        more = {"weights_only": False} if "weights_only" in known else {}
        self.start()
        for optimizer, state in zip(self.optimizers, self.torch.load(buffer, **more)):
            optimizer.load_state_dict(state)

    def set_gradients(self, step):
        for param, values in zip(self.params, self.gradients[step]):
            param.grad = (
                None
                if values is None
                else self.tensor(values, param.shape) * self.run["sign"]
            )

    def take(self, step):
        if not self.run["closure"]:
            self.set_gradients(step)
            for optimizer in self.optimizers:
                optimizer.step()
            return

        loss = self.torch.tensor(float(step))

        def closure():
            self.closure["calls"] += 1
            self.closure["enabled"] &= self.torch.is_grad_enabled()
            self.set_gradients(step)
            return loss

        for optimizer in self.optimizers:
            returned = optimizer.step(closure)
            same = returned is not None and float(returned) == float(loss)
            self.closure["returned"] &= same

    def weights(self):
        return [
            value
            for param in self.params
            for value in param.detach().reshape(-1).tolist()
        ]


def follow(one, path):
    """The answer of a run; an error says at which step it came, 0 for the start."""
    weights, step = [], 0
    try:
        one.start()
        for step in range(1, len(one.gradients) + 1):
            if step - 1 == one.run["reload"]:
                one.reload()
            if step - 1 == one.run["late"]:
                one.join()
            one.take(step - 1)
            weights.append(one.weights())
    except Exception as error:
        return {"error": {**described(error, path), "step": step}}
    return {
        "weights": weights,
        "state_in_dict": sum(
            1
            for each in one.optimizers
            for state in each.state_dict()["state"].values()
            if state
        ),
        "closure": one.closure,
    }


def plain(value):
    """A setting of a group as JSON has it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if hasattr(value, "item") and getattr(value, "numel", lambda: 0)() == 1:
        return value.item()
    return str(value)


def as_arguments(arguments):
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in arguments.items()
    }


def answer(request, torch):
    target = request["target"]
    path = target.get("file")
    found = load_class(target, torch)
    if "file" not in target:
        path = os.path.abspath(inspect.getfile(found))
    parameters = list(inspect.signature(found.__init__).parameters)[1:]
    arguments = as_arguments(request["arguments"])
    dtype = getattr(torch, request["dtype"])
    try:
        probe = torch.zeros(2, dtype=dtype, requires_grad=True)
        settings = dict(found([{"params": [probe]}], **arguments).param_groups[0])
    except Exception as error:
        raise Refused("constructor", error=described(error, path))
    settings.pop("params", None)
    rate = plain(settings.get("lr"))
    rate = rate if isinstance(rate, (int, float)) else None
    runs = {}
    for name, run in request["runs"].items():
        missing = [each for each in run["requires"] if each not in parameters]
        if "lr" in run["requires"] and rate is None:
            missing = ["lr"]
        if missing:
            runs[name] = {"missing": missing[0]}
            continue
        more = {
            key: value
            for key, value in as_arguments(run["arguments"]).items()
            if key in parameters
        }

        def make(groups, **others):
            return found(groups, **{**arguments, **more, **others})

        seed(torch)
        trajectory = request["trajectories"][run["trajectory"]]
        runs[name] = follow(Run(torch, make, rate, dtype, run, trajectory), path)
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "file": path,
        "parameters": parameters,
        "settings": {name: plain(value) for name, value in settings.items()},
        "runs": runs,
    }


def finite(value):
    """The same document without numbers that JSON has no words for."""
    if isinstance(value, float) and not math.isfinite(value):
        if math.isnan(value):
            return "NaN"
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [finite(each) for each in value]
    return value


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        request = json.load(file)
    # What lies beside this file is none of the user's.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [each for each in sys.path if os.path.abspath(each) != here]
    try:
        import torch
    except ImportError as error:
        found = {"code": "no-torch", "message": str(error)}
    else:
        torch.set_num_threads(1)
        try:
            found = answer(request, torch)
        except Refused as refused:
            found = refused.answer
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(finite(found), file, allow_nan=False)


if __name__ == "__main__":
    main()
