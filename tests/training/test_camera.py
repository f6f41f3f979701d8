"""The way from a sound to a camera's stream is repeatable, in range, in time and varied."""

import numpy as np
import pytest

from tools.augmentation import rooms
from tools.augmentation.augment import camera
from tools.augmentation.pcm import Pcm, rms

BURST_START = 8000
BURST_SAMPLES = 4800


@pytest.fixture(autouse=True)
def few_rooms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all tests share a few rooms: simulating one takes longer than hearing it."""
    monkeypatch.setattr(rooms, "ROOMS", 8)


def noise(seconds: float, seed: int = 0, level: float = 0.1) -> Pcm:
    samples = np.random.default_rng(seed).standard_normal(int(seconds * 16000))
    return (level * samples).astype(np.float32)


def burst() -> Pcm:
    """Half a second of silence, 0.3 s of noise, half a second of silence."""
    return np.pad(noise(BURST_SAMPLES / 16000, level=0.3), BURST_START)


def heard(pcm: Pcm, seed: int) -> Pcm:
    return camera(pcm, np.random.default_rng(seed), lambda rng: noise(1.0, seed=2))


def test_the_seed_decides() -> None:
    for seed in range(20):
        assert np.array_equal(heard(burst(), seed), heard(burst(), seed))
    assert not np.array_equal(heard(burst(), 0), heard(burst(), 1))


def test_what_is_heard_is_in_range_and_as_long() -> None:
    for seed in range(60):
        made = heard(burst(), seed)
        assert made.shape == burst().shape
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
        assert np.abs(made).max() < 2.0
        assert made.any()


def test_sound_stays_where_it_was() -> None:
    shares = []
    for seed in range(60):
        made = camera(burst(), np.random.default_rng(seed), lambda rng: np.zeros(10, np.float32))
        power = np.square(made, dtype=np.float64)
        shares.append(power[BURST_START : BURST_START + BURST_SAMPLES + 1600].sum() / power.sum())
    assert np.quantile(shares, 0.1) > 0.5
    assert np.median(shares) > 0.85


def test_about_half_of_the_cameras_hear_no_more_than_4_khz() -> None:
    def is_narrow(pcm: Pcm) -> bool:
        spectrum = np.square(np.abs(np.fft.rfft(pcm)))
        return bool(spectrum[int(0.55 * spectrum.size) :].sum() < 1e-3 * spectrum.sum())

    narrow = [is_narrow(heard(noise(0.5), seed)) for seed in range(200)]
    assert 0.3 < np.mean(narrow) < 0.65


def test_backgrounds_are_heard() -> None:
    tone = (0.1 * np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000)).astype(np.float32)
    loud = 0
    for seed in range(60):
        made = camera(burst(), np.random.default_rng(seed), lambda rng: tone)
        spectrum = np.square(np.abs(np.fft.rfft(made[: BURST_START - 400])))
        loud += bool(spectrum[470:480].sum() > 0.5 * spectrum.sum())
    assert 15 < loud < 50


def test_silence_stays_quiet() -> None:
    for seed in range(40):
        made = heard(np.zeros(16000, np.float32), seed)
        assert np.isfinite(made).all()
        assert rms(made) < 10 ** (-25 / 20)


@pytest.mark.parametrize("samples", [0, 1, 1600])
def test_short_sounds_keep_their_length(samples: int) -> None:
    for seed in range(40):
        made = heard(noise(0.1)[:samples], seed)
        assert made.shape == (samples,)
        assert np.isfinite(made).all()
