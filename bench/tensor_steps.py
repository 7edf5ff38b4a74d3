"""Steps of optimizers that see whole tensors, in NumPy, at one thread: called by bench/tensor-steps.mjs with the shapes of a network.

A line that is read names one; the milliseconds of the processor that its step took are written. Everything is in place, in float32, tensor by tensor, as
a careful person would write it.
"""

import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np

shapes = json.loads(sys.argv[1])
source = np.random.default_rng(1)
gradients = [(0.01 * source.standard_normal(shape)).astype(np.float32) for shape in shapes]


class Lamb:
    """You et al. 2020, algorithm 2, with the constants of the catalogue's rule."""

    def __init__(self):
        self.w = [(0.1 * source.standard_normal(shape)).astype(np.float32) for shape in shapes]
        self.m, self.v, self.u, self.r = ([np.zeros_like(w) for w in self.w] for _ in range(4))
        self.t = 0

    def step(self, rate=np.float32(1e-6)):
        self.t += 1
        first = np.float32(1 / (1 - 0.9**self.t))
        second = np.float32(1 / (1 - 0.999**self.t))
        for w, g, m, v, u, r in zip(self.w, gradients, self.m, self.v, self.u, self.r):
            np.multiply(g, np.float32(0.1), out=u)
            m *= np.float32(0.9)
            m += u
            np.multiply(g, g, out=u)
            u *= np.float32(0.001)
            v *= np.float32(0.999)
            v += u
            np.multiply(v, second, out=u)
            np.sqrt(u, out=u)
            u += np.float32(1e-6)
            np.multiply(m, first, out=r)
            r /= u
            np.multiply(w, np.float32(0.01), out=u)
            r += u
            size, length = np.sqrt(np.vdot(w, w)), np.sqrt(np.vdot(r, r))
            trust = size / length if size > 0 and length > 0 else np.float32(1)
            r *= rate * trust
            w -= r


def orthogonal(x):
    """Five Newton-Schulz steps with the coefficients of Jordan et al. 2024."""
    high = x.shape[0] > x.shape[1]
    x = x.T if high else x
    x = x / (np.linalg.norm(x) + np.float32(1e-7))
    for _ in range(5):
        a = x @ x.T
        b = np.float32(-4.775) * a + np.float32(2.0315) * (a @ a)
        x = np.float32(3.4445) * x + b @ x
    return x.T if high else x


class Muon:
    """Jordan et al. 2024, with AdamW for the vectors, and the constants of the catalogue's rule."""

    def __init__(self):
        self.w = [(0.1 * source.standard_normal(shape)).astype(np.float32) for shape in shapes]
        self.m, self.v = ([np.zeros_like(w) for w in self.w] for _ in range(2))
        self.t = 0

    def step(self, rate=np.float32(1e-6)):
        self.t += 1
        for w, g, m, v in zip(self.w, gradients, self.m, self.v):
            if w.ndim > 1:
                m *= np.float32(0.95)
                m += np.float32(0.05) * g
                update = orthogonal(np.float32(0.05) * g + np.float32(0.95) * m)
                update *= np.float32(max(1, w.shape[0] / w.shape[1]) ** 0.5)
                update += np.float32(0.01) * w
            else:
                m *= np.float32(0.9)
                m += np.float32(0.1) * g
                v *= np.float32(0.95)
                v += np.float32(0.05) * g * g
                update = m / np.float32(1 - 0.9**self.t)
                update /= np.sqrt(v / np.float32(1 - 0.95**self.t)) + np.float32(1e-10)
                update += np.float32(0.01) * w
                update *= np.float32(0.015)
            update *= rate
            w -= update


steps = {"lamb": Lamb().step, "muon": Muon().step}

def blas():
    """The library that multiplies matrices, where NumPy says so: the plain one of a distribution is ten times as slow as OpenBLAS."""
    try:
        return np.__config__.CONFIG["Build Dependencies"]["blas"]["name"]
    except AttributeError:
        return "a BLAS of the system"


print(json.dumps({"version": f"{np.__version__} with {blas()}", "steps": list(steps)}), flush=True)
for line in sys.stdin:
    start = time.process_time()
    steps[line.strip()]()
    print(1000 * (time.process_time() - start), flush=True)
