"""What all augmentations take and return: 16 kHz mono PCM in -1..1, and how loud it is."""

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.float32]
SAMPLE_RATE_HZ = 16000


def rms(pcm: Pcm) -> float:
    """Return the root mean square."""
    return float(np.sqrt(np.mean(np.square(pcm, dtype=np.float64)))) if pcm.size else 0.0


def loudest_rms(pcm: Pcm, part: int = 3200) -> float:
    """Return the level of the loudest 0.2 s, so that a short event counts by itself."""
    if pcm.size < part:
        return rms(pcm)
    parts = pcm[: pcm.size // part * part].reshape(-1, part)
    return float(np.sqrt(np.square(parts, dtype=np.float64).mean(axis=1).max()))


def gain(pcm: Pcm, decibels: float) -> Pcm:
    """Change the level."""
    return (pcm * np.float32(10 ** (decibels / 20))).astype(np.float32)


def fitted(pcm: Pcm, count: int) -> Pcm:
    """Return the first samples; where there are too few, silence follows."""
    return np.pad(pcm[:count], (0, max(0, count - pcm.size)))
