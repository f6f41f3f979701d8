"""What this machine can do at most on one thread, and what it is."""

import os
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from tools.cost.macs import Work
from tools.measures.timing import processor

MATRIX = 768
MEMORY_FLOATS = 32_000_000  # 128 MB: more than any cache holds
RUNS = 7


def describe() -> dict[str, Any]:
    """Name the machine and say how busy it is."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def measure_peaks() -> dict[str, float]:
    """Return the GFLOP/s of a matrix product in single precision and the GB/s of reading memory, on one thread."""
    rng = np.random.default_rng(0)
    left, right = rng.random((2, MATRIX, MATRIX), np.float32)
    long = np.ones(MEMORY_FLOATS, np.float32)
    torch_left, torch_right = torch.from_numpy(left), torch.from_numpy(right)
    with threadpool_limits(1):
        product = min(
            _least_seconds(lambda: left @ right), _least_seconds(lambda: torch_left @ torch_right)
        )
        reading = _least_seconds(lambda: np.dot(long, long))
    return {
        "sgemm_gflops": 2 * MATRIX**3 / product / 1e9,
        "memory_gb_per_s": long.nbytes / reading / 1e9,
    }


def least_ms(work: Work, peaks: dict[str, float]) -> float:
    """Return the arithmetic limit: all products at the speed of a matrix product, all weights read once, as floats."""
    computing = 2 * work.macs / (peaks["sgemm_gflops"] * 1e9)
    reading = 4 * work.weights / (peaks["memory_gb_per_s"] * 1e9)
    return 1e3 * (computing + reading)


def _least_seconds(work: Callable[[], object]) -> float:
    """Return the time of the best of some runs: a peak is what the machine can do when nothing disturbs it."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
