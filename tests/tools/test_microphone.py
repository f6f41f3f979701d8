"""A camera's microphone hisses, controls its level and is overdriven, all by the amount asked for."""

import numpy as np
import pytest

from tools.augmentation.microphone import clip_peaks, hiss, level_control
from tools.augmentation.pcm import Pcm, rms


def noise(seconds: float, level: float = 0.1) -> Pcm:
    samples = np.random.default_rng(0).standard_normal(int(seconds * 16000))
    return (level * samples).astype(np.float32)


def controlled(pcm: Pcm, most_gain_db: float = 30.0) -> Pcm:
    """Control the level with a target of -20 dBFS, an RMS of 0.1."""
    return level_control(
        pcm,
        target_dbfs=-20.0,
        most_gain_db=most_gain_db,
        attack_seconds=0.05,
        release_seconds=1.0,
    )


def test_hiss_has_its_level_and_repeats_with_the_seed() -> None:
    sound = noise(1.0)
    first, again = (hiss(sound, np.random.default_rng(3), -40.0) for _ in range(2))
    assert np.array_equal(first, again)
    assert 20 * np.log10(rms(first - sound)) == pytest.approx(-40.0, abs=0.2)
    assert first.dtype == np.float32


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5])
def test_a_steady_sound_reaches_the_target(level: float) -> None:
    assert rms(controlled(noise(1.0, level))) == pytest.approx(0.1, rel=0.1)


def test_a_quiet_room_is_raised_by_the_most_and_no_more() -> None:
    assert rms(controlled(noise(1.0, 1e-4), 12.0)) == pytest.approx(
        1e-4 * 10 ** (12 / 20), rel=0.01
    )


def test_a_bang_is_turned_down_at_once_and_the_room_comes_back_slowly() -> None:
    quiet, loud = noise(2.0, 0.005), noise(1.0, 0.9)
    heard = controlled(np.concatenate((quiet, loud, quiet)))
    gains = [rms(heard[s : s + 800]) for s in (31000, 36000, 48000, 78000)]
    before, after_attack, just_after, later = np.array(gains) / (0.005, 0.9, 0.005, 0.005)
    assert after_attack < 0.05 * before
    assert just_after < 0.1 * before
    assert 4 * just_after < later < before


@pytest.mark.parametrize("samples", [0, 1, 159, 1600, 16001])
def test_level_control_keeps_lengths_and_silence(samples: int) -> None:
    assert controlled(noise(2.0)[:samples]).shape == (samples,)
    assert not controlled(np.zeros(samples, np.float32)).any()


def test_clip_peaks_cuts_at_a_share() -> None:
    pcm = noise(0.5)
    assert np.abs(clip_peaks(pcm, 0.3)).max() == pytest.approx(0.3 * np.abs(pcm).max())
    assert not clip_peaks(np.zeros(9, np.float32), 0.3).any()
