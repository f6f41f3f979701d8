"""Hear as a camera's microphone does: hiss, a level control that never rests, overdrive."""

import numpy as np
from numpy.typing import NDArray

from tools.augmentation.pcm import SAMPLE_RATE_HZ, Pcm

BLOCK_SAMPLES = 160
LEAST_GAIN_DB = -20.0
FAINTEST = 1e-12  # mean square, so that the level of digital silence is a number


def hiss(pcm: Pcm, rng: np.random.Generator, level_dbfs: float) -> Pcm:
    """Add white noise of a level (RMS)."""
    noise = rng.standard_normal(pcm.size, dtype=np.float32)
    return pcm + noise * np.float32(10 ** (level_dbfs / 20))


def level_control(
    pcm: Pcm,
    *,
    target_dbfs: float,
    most_gain_db: float,
    attack_seconds: float,
    release_seconds: float,
) -> Pcm:
    """Pull the level (RMS) to a target: quickly down when it is loud, slowly up when it is quiet.

    A quiet room is raised by up to `most_gain_db`, its noise too. The gain starts as if the first
    10 ms had lasted for long.
    """
    if not pcm.size:
        return pcm
    blocks = np.pad(pcm, (0, -pcm.size % BLOCK_SAMPLES)).reshape(-1, BLOCK_SAMPLES)
    level_dbfs = 10 * np.log10(np.square(blocks).mean(axis=1) + FAINTEST)
    wanted_db = np.clip(target_dbfs - level_dbfs, LEAST_GAIN_DB, most_gain_db)
    gain_db = _follow(wanted_db, _share(attack_seconds), _share(release_seconds))
    centers = (np.arange(len(blocks)) + 0.5) * BLOCK_SAMPLES
    curve = np.interp(np.arange(pcm.size), centers, 10 ** (gain_db / 20))
    return (pcm * curve).astype(np.float32)


def clip_peaks(pcm: Pcm, share: float) -> Pcm:
    """Cut the wave at a share of its peak, as an overdriven microphone does."""
    peak = float(np.abs(pcm).max(initial=0.0)) * share
    return np.clip(pcm, -peak, peak) if peak else pcm


def _share(seconds: float) -> float:
    """Return the part of a change that is made in one block, for a time constant."""
    return float(-np.expm1(-BLOCK_SAMPLES / (SAMPLE_RATE_HZ * seconds)))


def _follow(wanted: NDArray[np.floating], down: float, up: float) -> NDArray[np.float64]:
    """Smooth a curve; falling and rising go by shares of their own."""
    current = float(wanted[0])
    followed = []
    for goal in wanted.tolist():
        current += (down if goal < current else up) * (goal - current)
        followed.append(current)
    return np.array(followed)
