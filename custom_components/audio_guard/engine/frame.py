"""The seam between the engine and whoever decides: one frame of scores per hop."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreFrame:
    """What one window of one source sounds like.

    `t`: seconds of stream time at the window's end, counted from the source's first sample.
    `scores`: 0–1 for every label of the model's card, background included.
    `level_dbfs`: RMS level of the window, full-scale sine = -3 dBFS, never below -120.
    """

    source: str
    t: float
    scores: Mapping[str, float]
    level_dbfs: float
