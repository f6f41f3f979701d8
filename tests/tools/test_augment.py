"""A clip's background and speed are what was asked for."""

import numpy as np
import pytest

from tools.augmentation.augment import mix, speed
from tools.augmentation.pcm import rms


def noise(seconds: float, seed: int = 0, level: float = 0.1) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(int(seconds * 16000))
    return (level * samples).astype(np.float32)


@pytest.mark.parametrize("snr_db", [-5.0, 0.0, 25.0])
def test_mix_reaches_the_signal_to_noise_ratio(snr_db: float) -> None:
    event = noise(1.0)
    added = mix(event, noise(0.3, seed=1, level=0.7), snr_db, rms(event)) - event
    assert 20 * np.log10(rms(event) / rms(added)) == pytest.approx(snr_db, abs=0.1)


def test_mix_with_silence_changes_nothing() -> None:
    event = noise(0.5)
    assert mix(event, np.zeros(100, np.float32), 0.0, rms(event)) is event
    assert mix(event, noise(0.5), 0.0, 0.0) is event


def test_speed_moves_the_pitch() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    faster = speed(tone, 1.25)
    assert faster.size == 12800
    assert np.abs(np.fft.rfft(faster)).argmax() / 0.8 == pytest.approx(1250, abs=2)
