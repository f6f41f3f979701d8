"""How many windows a second an NVIDIA GPU scores in batches: what a box that hears hundreds of cameras could do."""

import time
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

BATCHES = (1, 16, 256)
WARM_UP_RUNS = 3
RUNS = 30


def gpu_throughput(network: nn.Module, shape: tuple[int, ...]) -> dict[str, Any] | None:
    """Name the GPU and return its windows a second by size of batch; None where there is none."""
    if not torch.cuda.is_available():
        return None
    device = torch.device("cuda")
    return {
        "name": torch.cuda.get_device_name(device),
        "windows_per_second": windows_per_second(network, shape, device, BATCHES),
    }


def windows_per_second(
    network: nn.Module, shape: tuple[int, ...], device: torch.device, batches: Iterable[int]
) -> dict[int, float]:
    """Time a network on windows of a shape that lie on the device already, 32-bit floats throughout."""
    network = network.eval().to(device)
    speeds = {}
    with torch.inference_mode():
        for batch in batches:
            windows = torch.zeros((batch, *shape), device=device)
            for _ in range(WARM_UP_RUNS):
                network(windows)
            start = time.perf_counter()
            for _ in range(RUNS):
                scores = network(windows)
            scores.cpu()  # waits for all of them
            speeds[batch] = batch * RUNS / (time.perf_counter() - start)
    return speeds
