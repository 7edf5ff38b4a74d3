"""Milliseconds of a Wide ResNet's training step in PyTorch at one thread, as JSON: called by bench/wide-resnet.mjs.

    python3 bench/wide_resnet_torch.py DEPTH-WIDENING BATCH STEPS
"""

import json
import pathlib
import sys
import time

import torch

sys.path.append(str(pathlib.Path(__file__).parent.parent / "test" / "fixtures"))
from wide_resnet import WideResnet  # noqa: E402

torch.set_num_threads(1)
depth, widening = map(int, sys.argv[1].split("-"))
batch, steps = map(int, sys.argv[2:])


def measure(layout):
    net = WideResnet(depth, widening).to(memory_format=layout)
    x = torch.randn(batch, 3, 32, 32).contiguous(memory_format=layout)
    y = torch.arange(batch) % 10
    result = []
    for _ in range(steps + 3):
        start = time.perf_counter()
        net.zero_grad()
        torch.nn.functional.cross_entropy(net(x), y).backward()
        result.append(1000 * (time.perf_counter() - start))
    return result[3:]


layouts = {"default": torch.contiguous_format, "channels_last": torch.channels_last}
print(json.dumps({"version": torch.__version__, "times": {name: measure(value) for name, value in layouts.items()}}))
