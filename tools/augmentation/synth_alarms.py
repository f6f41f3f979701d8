"""Synthesize smoke and CO alarm patterns (T3, T4), which few recordings hold."""

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ

CLIP_SECONDS = 8.0


def synthesize_alarm(seed: int) -> NDArray[np.float32]:
    """Return 8 s of a random alarm: pattern, pitch, timbre and level vary with the seed.

    T3 (smoke, ISO 8201): three beeps of 0.5 s with 0.5 s gaps, then 1.5 s of pause.
    T4 (CO): four beeps of 0.1 s with 0.1 s gaps, then 5 s of pause (shortened here).
    Piezo sounders beep at 2.9-3.4 kHz, low-frequency sounders for sleepers at 520 Hz.
    """
    rng = np.random.default_rng((7001, seed))
    low = rng.random() < 0.25
    pitch_hz = rng.uniform(500, 540) if low else rng.uniform(2900, 3400)
    pattern = rng.choice(("t3", "t4", "even"), p=(0.6, 0.25, 0.15))
    gate = _gate(str(pattern), rng)
    edge = np.hanning(2 * int(rng.uniform(0.001, 0.012) * SAMPLE_RATE_HZ) + 1)
    gate = np.convolve(gate, edge / edge.sum(), mode="same")
    tone = _tone(pitch_hz, low, gate.size, rng)
    peak = 10 ** (rng.uniform(-26, -2) / 20)
    return (gate * tone * peak).astype(np.float32)


def _gate(pattern: str, rng: np.random.Generator) -> NDArray[np.float64]:
    beep, gap, beeps, pause = {
        "t3": (0.5, 0.5, 3, 1.5),
        "t4": (0.1, 0.1, 4, rng.uniform(1.0, 2.5)),
        "even": (rng.uniform(0.15, 0.6), rng.uniform(0.1, 0.6), 1, 0.0),
    }[pattern]
    stretch = rng.uniform(0.9, 1.1)
    samples = int(CLIP_SECONDS * SAMPLE_RATE_HZ)
    gate = np.zeros(samples)
    at = rng.uniform(0, 0.8)
    while at < CLIP_SECONDS:
        for _ in range(beeps):
            start, end = (int(x * SAMPLE_RATE_HZ) for x in (at, at + beep * stretch))
            gate[start:end] = 1.0
            at += (beep + gap) * stretch
        at += max(0.0, pause - gap) * stretch
    return gate


def _tone(
    pitch_hz: float, low: bool, samples: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return a steady tone with the overtones of its sounder, peak 1."""
    seconds = np.arange(samples) / SAMPLE_RATE_HZ
    drift = 1 + 0.002 * np.sin(2 * np.pi * rng.uniform(0.1, 2.0) * seconds)
    phase = 2 * np.pi * np.cumsum(pitch_hz * drift) / SAMPLE_RATE_HZ
    overtones = range(1, 14, 2) if low else range(1, 3)
    weights = {k: (1 / k if low else rng.uniform(0, 0.4) ** (k - 1)) for k in overtones}
    tone = sum(
        weight * np.sin(k * phase + rng.uniform(0, 6.28))
        for k, weight in weights.items()
        if k * pitch_hz < 7500
    )
    tone = np.asarray(tone) + rng.uniform(0, 0.02) * rng.standard_normal(samples)
    return tone / np.abs(tone).max()
