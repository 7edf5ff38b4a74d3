"""Milliseconds of the paper's child in PyTorch at one thread, as JSON: called by bench/step.mjs."""
import json
import sys
import time

import torch
from torch.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

torch.set_num_threads(1)
steps = int(sys.argv[1])


def child(pool):
    def block(depth):
        filtered = [Conv2d(depth, 32, 3, padding=1, bias=False), BatchNorm2d(32), ReLU()]
        return filtered + ([MaxPool2d(2)] if pool == "max" else [])

    head = [Flatten(), Linear(2048, 10)] if pool == "max" else [AdaptiveAvgPool2d(1), Flatten(), Linear(32, 10)]
    return Sequential(*block(3), *block(32), *head)


def times(work):
    result = []
    for _ in range(steps + 3):
        start = time.perf_counter()
        work()
        result.append(1000 * (time.perf_counter() - start))
    return result[3:]


def measure(pool, layout):
    net = child(pool).to(memory_format=layout)
    x = torch.randn(100, 3, 32, 32).contiguous(memory_format=layout)
    y = torch.arange(100) % 10
    sgd = torch.optim.SGD(net.parameters(), lr=1e-2)

    def step():
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(net(x), y).backward()
        sgd.step()

    def logits():
        with torch.no_grad():
            net(x)

    training = times(step)
    net.eval()
    return {"step": training, "logits": times(logits)}


layouts = {"default": torch.contiguous_format, "channels_last": torch.channels_last}
result = {f"{pool} {name}": measure(pool, layout) for pool in ("max", "none") for name, layout in layouts.items()}
print(json.dumps({"version": torch.__version__, "times": result}))
