"""Levels are measured and changed in decibels; lengths are made to fit."""

import numpy as np
import pytest

from tools.augmentation.pcm import fitted, gain, loudest_rms, rms


def noise(seconds: float, level: float = 0.1) -> np.ndarray:
    samples = np.random.default_rng(0).standard_normal(int(seconds * 16000))
    return (level * samples).astype(np.float32)


def test_gain_is_in_decibels() -> None:
    assert rms(gain(noise(1.0), -20)) == pytest.approx(rms(noise(1.0)) / 10, rel=1e-5)


def test_a_short_event_counts_by_itself() -> None:
    event = np.pad(noise(0.4), 16000)
    assert loudest_rms(event) == pytest.approx(0.1, rel=0.1)
    assert rms(event) < 0.05


def test_of_a_shorter_sound_all_counts() -> None:
    assert loudest_rms(noise(0.1)) == pytest.approx(rms(noise(0.1)))


def test_nothing_has_no_level() -> None:
    assert rms(noise(0.0)) == loudest_rms(noise(0.0)) == 0.0


@pytest.mark.parametrize("count", [0, 5, 1600, 2000])
def test_what_is_fitted_is_cut_or_followed_by_silence(count: int) -> None:
    whole = noise(0.1)
    made = fitted(whole, count)
    assert made.shape == (count,)
    assert np.array_equal(made[:1600], whole[:count])
    assert not made[1600:].any()
