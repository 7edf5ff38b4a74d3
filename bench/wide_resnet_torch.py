"""A Wide ResNet's training step in PyTorch, in two layouts: called by bench/wide-resnet.mjs.

    python3 bench/wide_resnet_torch.py DEPTH-WIDENING BATCH
"""

import pathlib
import sys

import torch
from torch_steps import serve, training

sys.path.append(str(pathlib.Path(__file__).parent.parent / "test" / "fixtures"))
from wide_resnet import WideResnet  # noqa: E402

depth, widening = map(int, sys.argv[1].split("-"))
batch = int(sys.argv[2])


def step(layout):
    net = WideResnet(depth, widening).to(memory_format=layout)
    x = torch.randn(batch, 3, 32, 32).contiguous(memory_format=layout)
    y = torch.arange(batch) % 10
    return training(lambda: torch.nn.functional.cross_entropy(net(x), y), net)


serve({"default": step(torch.contiguous_format), "channels_last": step(torch.channels_last)})
