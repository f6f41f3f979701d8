"""What was heard last can be read again, by stream time."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio_guard_engine.history import INT16_PEAK, PcmHistory

RATE_HZ = 100
RAMP = np.linspace(-1, 1, 1_000, dtype=np.float32)


def as_int16(pcm: np.ndarray) -> np.ndarray:
    return np.rint(pcm * INT16_PEAK).astype(np.int16)


@given(st.lists(st.integers(1, 250), max_size=8), st.floats(-1, 12), st.floats(-1, 12))
def test_reads_what_is_still_there_of_any_part(sizes: list[int], start: float, stop: float) -> None:
    history = PcmHistory(RATE_HZ, 3.0)
    cuts = [cut for cut in itertools.accumulate([0, *sizes]) if cut <= len(RAMP)]
    for begin, end in itertools.pairwise(cuts):
        history.write(RAMP[begin:end])
    total = cuts[-1]
    first = max(0, total - 300, round(start * RATE_HZ))
    last = min(total, round(stop * RATE_HZ))
    np.testing.assert_array_equal(
        history.read(start, stop), as_int16(RAMP[first : max(first, last)])
    )


def test_too_loud_is_clipped() -> None:
    history = PcmHistory(RATE_HZ, 1.0)
    history.write(np.array([-3.0, 0.5, 3.0], np.float32))
    assert history.read(0.0, 1.0).tolist() == [-INT16_PEAK, 16_384, INT16_PEAK]


def test_a_copy_stays_when_new_sound_comes() -> None:
    history = PcmHistory(RATE_HZ, 1.0)
    history.write(np.full(100, 0.5, np.float32))
    read = history.read(0.0, 1.0)
    history.write(np.zeros(100, np.float32))
    assert (read == 16_384).all()


@pytest.mark.parametrize(("start", "stop"), [(2.0, 1.0), (5.0, 6.0)])
def test_nothing_is_read_where_nothing_is(start: float, stop: float) -> None:
    history = PcmHistory(RATE_HZ, 1.0)
    history.write(np.zeros(100, np.float32))
    assert len(history.read(start, stop)) == 0
