"""Scores as one byte each, fine near 0 and 1, where thresholds are fine too."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Log-odds of the codes 1 and 254; beyond them a score is 0 or 1. Steps of 0.055 between them are at most
# 0.007 from the score, at 0.5, and 0.0003 at 0.99.
LOWEST_LOGIT: Final = -5.0
HIGHEST_LOGIT: Final = 9.0
_LOGITS: Final = np.linspace(LOWEST_LOGIT, HIGHEST_LOGIT, 254)

# What each code stands for.
SCORES: Final[NDArray[np.float64]] = np.concatenate(([0.0], 1.0 / (1.0 + np.exp(-_LOGITS)), [1.0]))
SCORES.setflags(write=False)
# Halfway, in log-odds, to the next code.
_BOUNDS: Final = 1.0 / (
    1.0 + np.exp(-(_LOGITS[0] + (np.arange(255) - 0.5) * (_LOGITS[1] - _LOGITS[0])))
)


def encode(scores: ArrayLike) -> NDArray[np.uint8]:
    """Return the nearest code of each score; what is no number is no sound, as to the decider."""
    return np.searchsorted(_BOUNDS, np.nan_to_num(scores, posinf=0.0), side="right").astype(
        np.uint8
    )


def first_code(threshold: float) -> int:
    """Return the lowest code whose score reaches a threshold; 256 if none does."""
    return int(np.searchsorted(SCORES, threshold, side="left"))
