"""Synthesize sounds that must never score: silence, noises, mains hum, steady low tones."""

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ

CLIP_SECONDS = 6.0


def synthesize_background(seed: int) -> NDArray[np.float32]:
    """Return 6 s of one kind of nothing, at -75...-3 dBFS; kinds take turns with the seed."""
    rng = np.random.default_rng((7002, seed))
    samples = int(CLIP_SECONDS * SAMPLE_RATE_HZ)
    kind = ("silence", "noise", "hum", "noise", "tone", "hum_and_noise", "bursts")[seed % 7]
    if kind == "silence":
        return np.zeros(samples, np.float32)
    if kind == "hum":
        wave = _hum(samples, rng)
    elif kind == "tone":
        wave = _tone(samples, rng)
    elif kind == "hum_and_noise":
        wave = _hum(samples, rng) + rng.uniform(0.05, 1) * _noise(samples, rng)
    elif kind == "bursts":
        wave = _noise(samples, rng) * _slow_envelope(samples, rng)
    else:
        wave = _noise(samples, rng)
    peak = 10 ** (rng.uniform(-75, -3) / 20)
    return (wave / np.abs(wave).max() * peak).astype(np.float32)


def _noise(samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return noise whose power falls with frequency by 0 (white), 1 (pink), 2 (brown) or between."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    hertz = np.maximum(np.fft.rfftfreq(samples, 1 / SAMPLE_RATE_HZ), 30.0)
    wave = np.fft.irfft(spectrum * hertz ** (-rng.choice((0, 0.5, 1, rng.uniform(0, 1)))), samples)
    return wave / wave.std()


def _hum(samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    mains_hz = rng.choice((50.0, 60.0))
    return sum(
        rng.uniform(0, 1) / k * np.sin(2 * np.pi * k * mains_hz * seconds + rng.uniform(0, 6.28))
        for k in range(1, rng.integers(4, 40))
    ) + 1e-4 * rng.standard_normal(samples)


def _tone(samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a steady tone below the pitch of alarms."""
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    return np.sin(2 * np.pi * rng.uniform(60, 2000) * seconds) + 1e-3 * rng.standard_normal(samples)


def _slow_envelope(samples: int, rng: np.random.Generator) -> NDArray[np.float64]:
    knots = rng.uniform(0.05, 1.0, 8)
    return np.interp(np.linspace(0, 7, samples), np.arange(8), knots)
