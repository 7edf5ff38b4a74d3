"""The paper's child in PyTorch, in two layouts: called by bench/step.mjs."""

import torch
from torch.nn import AdaptiveAvgPool2d, BatchNorm2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from torch_steps import serve, training



def child(pool):
    def block(depth):
        filtered = [Conv2d(depth, 32, 3, padding=1, bias=False), BatchNorm2d(32), ReLU()]
        return filtered + ([MaxPool2d(2)] if pool == "max" else [])

    head = [Flatten(), Linear(2048, 10)] if pool == "max" else [AdaptiveAvgPool2d(1), Flatten(), Linear(32, 10)]
    return Sequential(*block(3), *block(32), *head)


def steps(pool, name, layout):
    net = child(pool).to(memory_format=layout)
    x = torch.randn(100, 3, 32, 32).contiguous(memory_format=layout)
    y = torch.arange(100) % 10

    def logits():
        with torch.no_grad():
            net.eval()(x)

    loss = training(lambda: torch.nn.functional.cross_entropy(net.train()(x), y), net)
    return {f"{pool} step {name}": loss, f"{pool} logits {name}": logits}


layouts = {"default": torch.contiguous_format, "channels_last": torch.channels_last}
serve({key: work for pool in ("max", "none") for layout in layouts.items() for key, work in steps(pool, *layout).items()})
