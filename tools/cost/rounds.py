"""Time several pieces of work side by side, so that whatever the machine does meets all of them alike.

What counts is the process's processor time, and of many runs the median: a virtual machine's clock also counts when
its host gives the core to others, and single runs then seem to take a tick of 4 ms longer.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

Work = Callable[[], object]

WARM_UP_RUNS = 5
RUNS_IN_A_ROW = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Milliseconds of processor time of a piece of work."""

    median_ms: float
    p95_ms: float
    runs: int


def back_to_back(works: Mapping[str, Work], blocks: int) -> dict[str, Timing]:
    """Time each piece some runs in a row, then the next, block after block."""
    return _timed(works, ((name, RUNS_IN_A_ROW) for _ in range(blocks) for name in works))


def at_cadence(works: Mapping[str, Work], ticks: int, seconds: float) -> dict[str, Timing]:
    """Time each piece once a tick, as a camera's hops come: what it needs has left the caches since."""
    return _timed(works, _ticking(list(works), ticks, seconds))


def _ticking(names: list[str], ticks: int, seconds: float) -> Iterator[tuple[str, int]]:
    """Give all names at each tick, each time another one first."""
    began = time.monotonic()
    for tick in range(ticks):
        time.sleep(max(0.0, began + tick * seconds - time.monotonic()))
        first = tick % len(names)
        yield from ((name, 1) for name in names[first:] + names[:first])


def _timed(works: Mapping[str, Work], plan: Iterator[tuple[str, int]]) -> dict[str, Timing]:
    """Run the works as planned after a warm-up."""
    for work in works.values():
        for _ in range(WARM_UP_RUNS):
            work()
    spent: dict[str, list[float]] = {name: [] for name in works}
    for name, runs in plan:
        for _ in range(runs):
            start = time.process_time()
            works[name]()
            spent[name].append(1e3 * (time.process_time() - start))
    return {name: _timing(milliseconds) for name, milliseconds in spent.items()}


def _timing(milliseconds: list[float]) -> Timing:
    median, p95 = np.percentile(milliseconds, (50, 95))
    return Timing(median_ms=float(median), p95_ms=float(p95), runs=len(milliseconds))
