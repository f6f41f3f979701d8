"""The ring gives back what was written, whatever the pieces."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_guard_engine.ring import PcmRing


@given(st.lists(st.integers(0, 40), max_size=30))
def test_any_chunking_keeps_the_newest_samples(sizes: list[int]) -> None:
    ring = PcmRing(25)
    everything = np.arange(sum(sizes), dtype=np.float32)
    start = 0
    for size in sizes:
        ring.write(everything[start : start + size])
        start += size
    oldest = max(0, len(everything) - 25)
    assert ring.total == len(everything)
    assert np.array_equal(ring.read(oldest, ring.total), everything[oldest:])


def test_refuses_samples_that_are_gone_or_to_come() -> None:
    ring = PcmRing(10)
    ring.write(np.zeros(15, np.float32))
    for start, stop in ((4, 8), (10, 16), (12, 11), (-1, 3)):
        with pytest.raises(IndexError):
            ring.read(start, stop)


def test_gives_a_copy() -> None:
    ring = PcmRing(4)
    ring.write(np.ones(4, np.float32))
    ring.read(0, 4)[:] = 7
    assert ring.read(0, 4).tolist() == [1, 1, 1, 1]
