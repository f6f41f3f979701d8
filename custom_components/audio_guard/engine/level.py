"""How loud a stretch of sound is."""

import math

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -120.0


def level_dbfs(pcm: NDArray[np.float32]) -> float:
    """Return the RMS level of samples in -1…1 without their DC offset; digital silence is `FLOOR_DBFS`.

    The offset is no sound, and A-law can't code a zero: its silence is a constant of 8/32768.
    """
    power = float(np.dot(pcm, pcm)) / len(pcm) - float(np.mean(pcm)) ** 2
    return max(FLOOR_DBFS, 10.0 * math.log10(max(power, 1e-30)))
