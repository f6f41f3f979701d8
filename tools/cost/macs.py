"""Count what a network has to compute, by looking on while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Multiply-accumulates of one input, and weights that have to be read for it."""

    macs: int
    weights: int


def count_work(network: nn.Module, shape: tuple[int, ...]) -> Work:
    """Run a network once on zeros of a shape (1, ...) and add up its convolutions and linear layers.

    Only these are counted: what activations and poolings add is little, so the sum is a lower bound.
    """
    macs = 0

    def note(per_output: int) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
        def hook(_: nn.Module, __: tuple[Tensor, ...], made: Tensor) -> None:
            nonlocal macs
            macs += per_output * made.numel()

        return hook

    handles = [
        layer.register_forward_hook(note(_macs_per_output(layer)))
        for layer in network.modules()
        if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Linear)
    ]
    network.eval()
    with torch.inference_mode():
        network(torch.zeros(shape))
    for handle in handles:
        handle.remove()
    return Work(macs=macs, weights=sum(weight.numel() for weight in network.parameters()))


def _macs_per_output(layer: nn.Conv1d | nn.Conv2d | nn.Linear) -> int:
    """Return how many products make one value of a layer's output."""
    return prod(layer.weight.shape[1:])
