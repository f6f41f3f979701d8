"""Synthesized sirens have the pitches, rhythms and levels that they are meant to have."""

from collections.abc import Callable

import numpy as np
import pytest

from tools.augmentation.pcm import SAMPLE_RATE_HZ
from tools.augmentation.synth_sirens import (
    CLIP_SECONDS,
    HIGHEST_HERTZ,
    beeper,
    bell,
    car_alarm,
    horn,
    siren,
    synthesize_siren,
)

SAMPLES = int(CLIP_SECONDS * SAMPLE_RATE_HZ)


def spectrum(wave: np.ndarray) -> np.ndarray:
    """Return the power per hertz."""
    power = np.square(np.abs(np.fft.rfft(wave)))
    hertz = np.fft.rfftfreq(wave.size, 1 / SAMPLE_RATE_HZ).astype(int)
    return np.bincount(hertz, power)


@pytest.mark.parametrize("seed", range(20))
def test_clip_has_its_length_and_level(seed: int) -> None:
    clip = synthesize_siren(seed)
    assert clip.shape == (SAMPLES,)
    assert clip.dtype == np.float32
    assert -26.01 <= 20 * np.log10(np.abs(clip).max()) <= -1.99
    assert np.array_equal(clip, synthesize_siren(seed))
    assert not np.array_equal(clip, synthesize_siren(seed + 1))


@pytest.mark.parametrize("make", [siren, beeper, horn, bell, car_alarm])
def test_pitch_is_one_that_lines_carry(make: Callable[..., np.ndarray]) -> None:
    for seed in range(8):
        power = spectrum(make(np.random.default_rng(seed), CLIP_SECONDS))
        assert power[150 : int(HIGHEST_HERTZ)].sum() > 0.9 * power.sum()


def test_siren_sweeps_and_beeper_keeps_its_pitch() -> None:
    def spread_hz(wave: np.ndarray) -> float:
        blocks = wave.reshape(-1, 1600)
        loud = np.square(blocks).mean(axis=1) > 0.05 * np.square(wave).max()
        return float(np.ptp(np.abs(np.fft.rfft(blocks[loud], axis=1)).argmax(axis=1)) * 10)

    sirens = [spread_hz(siren(np.random.default_rng(seed), CLIP_SECONDS)) for seed in range(20)]
    beepers = [spread_hz(beeper(np.random.default_rng(seed), CLIP_SECONDS)) for seed in range(20)]
    assert np.median(sirens) > 300
    assert np.median(beepers) <= 20


def test_beeper_pauses_and_bell_does_not() -> None:
    def quiet_share(wave: np.ndarray) -> float:
        blocks = np.square(wave.reshape(-1, 160)).mean(axis=1)
        return float((blocks < 1e-3 * blocks.max()).mean())

    beepers = [quiet_share(beeper(np.random.default_rng(seed), CLIP_SECONDS)) for seed in range(20)]
    bells = [quiet_share(bell(np.random.default_rng(seed), CLIP_SECONDS)) for seed in range(20)]
    assert min(beepers) > 0.2
    assert max(bells) < 0.2
