"""The training step of a network for sequences in PyTorch: called by bench/lstm.mjs.

    python3 bench/lstm_torch.py characters VOCABULARY WIDTH DEPTH LENGTH BATCH
    python3 bench/lstm_torch.py gnmt LAYERS WIDTH VOCABULARY LENGTH BATCH
"""

import pathlib
import sys

import torch
from torch import nn
from torch_steps import serve, training

sys.path.append(str(pathlib.Path(__file__).parent.parent / "test" / "fixtures"))
from gnmt import Gnmt  # noqa: E402

kind, sizes = sys.argv[1], list(map(int, sys.argv[2:]))


class Characters(nn.Module):
    def __init__(self, vocabulary, width, depth):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, width, num_layers=depth)
        self.output = nn.Linear(width, vocabulary)

    def loss(self, tokens, targets):
        return nn.functional.cross_entropy(self.output(self.lstm(self.embedding(tokens))[0]).flatten(0, 1), targets)


def characters(vocabulary, width, depth, length, batch):
    tokens = torch.randint(vocabulary, (length, batch))
    return Characters(vocabulary, width, depth), (tokens, tokens.flatten().flip(0))


def gnmt(layers, width, vocabulary, length, batch):
    tokens = torch.randint(1, vocabulary, (batch, length))
    return Gnmt(layers, width, vocabulary, vocabulary), (tokens, tokens, tokens.flip(1), 0.1)


net, batch = {"characters": characters, "gnmt": gnmt}[kind](*sizes)
serve({"nn.LSTM": training(lambda: net.loss(*batch), net)})
