"""Timed steps of PyTorch at one thread, one for each line read: what openTorch of bench/timing.mjs talks to."""

import json
import re
import sys
import time

import torch

torch.set_num_threads(1)


def training(loss, net):
    """A step, forward and backward."""

    def step():
        net.zero_grad()
        loss().backward()

    return step


def version():
    """PyTorch's, and the library that multiplies its matrices: a slow one decides how fast an LSTM is."""
    blas = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return f"{torch.__version__} ({blas.group(1) if blas else 'unknown'} BLAS)"


def serve(steps):
    """Writes what there is, then for each line, a step's name, the milliseconds of the processor that the step took."""
    print(json.dumps({"version": version(), "steps": list(steps)}), flush=True)
    for line in sys.stdin:
        start = time.process_time()
        steps[line.strip()]()
        print(1000 * (time.process_time() - start), flush=True)
