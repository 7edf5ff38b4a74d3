"""As much of JAX, optax, Keras 3, MLX and tinygrad as exported optimizers call, in NumPy and float64, for machines without these.

It holds the shape of the interfaces, not the frameworks: what is tested is the generated code.
"""

import sys
import types
from collections import namedtuple

import numpy as np

draws = None
"""The recorded random numbers of the case under way."""


def uniform(*_, **__):
    return draws.take()


def module(name, **members):
    found = types.ModuleType(name)
    found.__dict__.update(members)
    sys.modules[name] = found
    return found


NAMES = """exp log sqrt tanh cos abs sign clip minimum maximum where zeros_like ones_like zeros sum mean max square
reshape broadcast_to stack""".split()
FUNCTIONS = {name: getattr(np, name) for name in NAMES}


class Tree:
    """The structure of a list of arrays."""

    def unflatten(self, leaves):
        return list(leaves)

    def flatten_up_to(self, tree):
        return tree


Transformation = namedtuple("Transformation", "init update")


def chain(*parts):
    def init(params):
        return [part.init(params) for part in parts]

    def update(updates, states, params=None):
        after = []
        for part, state in zip(parts, states):
            updates, state = part.update(updates, state, params)
            after.append(state)
        return updates, after

    return Transformation(init, update)


def scale_by_learning_rate(rate):
    return Transformation(lambda params: (), lambda updates, state, params=None: ([-rate * u for u in updates], state))


tree = module(
    "jax.tree",
    map=lambda f, *trees: [f(*leaves) for leaves in zip(*trees)],
    flatten=lambda leaves: (leaves, Tree()),
    unflatten=lambda treedef, leaves: treedef.unflatten(leaves),
    leaves=list,
)
random = module(
    "jax.random",
    key=lambda seed: seed,
    split=lambda key, count: [key] * count,
    fold_in=lambda key, data: key,
    uniform=uniform,
    normal=uniform,
)
jnp = module("jax.numpy", int32=np.int64, float32=np.float64, **FUNCTIONS)
module("jax", numpy=jnp, tree=tree, random=random, Array=np.ndarray)
module(
    "optax",
    GradientTransformation=Transformation,
    ScalarOrSchedule=float,
    Updates=list,
    Params=list,
    chain=chain,
    safe_increment=lambda count: count + 1,
    scale_by_learning_rate=scale_by_learning_rate,
)


class KerasOptimizer:
    def __init__(self, learning_rate, name):
        self.learning_rate, self.name, self.built, self.iterations = learning_rate, name, False, 0

    def build(self, variables):
        self.variables, self.built = variables, True

    def add_variable_from_reference(self, reference_variable, name):
        return np.zeros_like(reference_variable)

    def add_variable(self, shape, dtype=None, name=None):
        return np.zeros(shape, dtype)

    def _get_variable_index(self, variable):
        return [one is variable for one in self.variables].index(True)

    def assign(self, variable, value):
        variable[...] = value

    def assign_sub(self, variable, value):
        variable -= value

    def get_config(self):
        return {"learning_rate": self.learning_rate, "name": self.name}

    def apply(self, gradients, variables):
        self.build(variables)
        self._backend_update_step(gradients, variables, self.learning_rate)
        self.iterations += 1

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        for gradient, variable in zip(grads, trainable_variables):
            self.update_step(gradient, variable, learning_rate)

    def finalize_variable_values(self, var_list):
        pass


ops = module(
    "keras.ops",
    cast=lambda x, dtype: np.array(x, dtype),
    convert_to_tensor=np.array,
    transpose=np.transpose,
    **FUNCTIONS,
)
module(
    "keras",
    ops=ops,
    optimizers=types.SimpleNamespace(Optimizer=KerasOptimizer),
    random=types.SimpleNamespace(SeedGenerator=lambda seed: seed, uniform=uniform, normal=uniform),
    saving=types.SimpleNamespace(register_keras_serializable=lambda: lambda found: found),
)


class MlxOptimizer:
    """Of parameters in a dict."""

    def __init__(self):
        self.state, self._initialized = {"step": np.array(0)}, False

    step = property(lambda self: self.state["step"])
    learning_rate = property(lambda self: self.state["learning_rate"])

    def _maybe_schedule(self, name, value):
        self.state[name] = np.array(value)

    def apply_gradients(self, gradients, parameters):
        if not self._initialized:
            for name, parameter in parameters.items():
                self.init_single(parameter, self.state.setdefault(name, {}))
            self._initialized = True
        self.state["step"] = self.step + 1
        return {name: self.apply_single(g, parameters[name], self.state[name]) for name, g in gradients.items()}


core = module(
    "mlx.core",
    array=np.ndarray,
    float32=np.float64,
    random=types.SimpleNamespace(uniform=uniform, normal=uniform),
    **FUNCTIONS,
)
module("mlx", core=core)
module("mlx.utils", tree_flatten=lambda tree: list(tree.items()), tree_unflatten=dict)
module("mlx.optimizers", Optimizer=MlxOptimizer)


class Tensor(np.ndarray):
    """An array with tinygrad's methods. Its values are there at once, so nothing is left to realize."""

    def __new__(cls, values):
        return np.array(values, dtype=np.float64).view(cls)

    zeros = staticmethod(lambda *shape, dtype=None, device=None: Tensor(np.zeros(shape)))
    rand = randn = staticmethod(lambda *_, **__: Tensor(draws.take()))
    device = None

    def assign(self, value):
        self[...] = value
        return self

    def where(self, x, y):
        return np.where(self, x, y).view(Tensor)

    def cast(self, dtype):
        return Tensor(self)

    def detach(self):
        return Tensor(self)

    def zeros_like(self):
        return np.zeros_like(self)

    def ones_like(self):
        return np.ones_like(self)

    def realize(self, *others):
        return self

    def expand(self, *shape):
        return Tensor(np.broadcast_to(self, shape[0] if isinstance(shape[0], tuple) else shape))

    def clone(self):
        return Tensor(self)

    def numel(self):
        return self.size

    def stack(*tensors):
        return Tensor(np.stack(tensors))

    def contiguous(self):
        return self


def method(function):
    def call(*args, keepdim=False, **named):
        if keepdim:
            named["keepdims"] = True
        return Tensor(function(*(np.asarray(arg) for arg in args), **named))

    return call


for name in "exp log sqrt tanh cos abs sign minimum maximum square sum mean max".split():
    setattr(Tensor, name, method(getattr(np, name)))


class TinygradOptimizer:
    def __init__(self, params, lr, fused=False):
        self.params, self.lr, self.fused, self.device = params, Tensor([lr]), fused, None

    def _new_optim_param(self):
        return [Tensor.zeros(*param.shape) for param in self.params]

    def step(self):
        updated, _ = self._step(self.params, [param.grad for param in self.params])
        for param, value in zip(self.params, updated):
            param.assign(value)


module("tinygrad", Tensor=Tensor)
module("tinygrad.nn")
module("tinygrad.nn.optim", Optimizer=TinygradOptimizer)
