"""Levels in dBFS."""

import numpy as np
import pytest

from audio_guard_engine.level import FLOOR_DBFS, level_dbfs


def test_full_scale_sine_is_minus_3() -> None:
    assert level_dbfs(np.sin(np.arange(16_000) * 0.3).astype(np.float32)) == pytest.approx(
        -3.01, abs=0.02
    )


@pytest.mark.parametrize("offset", [0.0, 8 / 32768, -8 / 32768])
def test_digital_silence_is_the_floor_even_in_a_law(offset: float) -> None:
    assert level_dbfs(np.full(15_600, offset, np.float32)) == FLOOR_DBFS


def test_the_faintest_16_bit_sound_is_above_the_floor() -> None:
    pcm = np.zeros(15_600, np.float32)
    pcm[::100] = 1 / 32768
    assert level_dbfs(pcm) > FLOOR_DBFS
