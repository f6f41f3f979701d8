"""Thresholds by what they cost: about how many false alarms a week."""

import math
from collections.abc import Sequence
from typing import Final

from .engine.card import FalseAlarmRate

# The rungs of the ladder: false alarms in a week of hard background sounds. A model offers those that it has shown.
RUNGS: Final = (1, 3, 7, 21, 70, 140, 280, 700, 1400, 2800, 7000)
FEWEST: Final = "fewest"
CUSTOM: Final = "custom"


def offered(rates: Sequence[FalseAlarmRate]) -> dict[str, float]:
    """Return option → threshold, from the fewest false alarms to the most.

    A rung's threshold is the lowest that kept to it; a rung that would be no other threshold than the one before is
    left out. `fewest` is the lowest at which none happened: how seldom they are there was not measured.
    """
    options: dict[str, float] = {}
    before = math.inf
    for option, per_week in ((FEWEST, 0), *((f"per_week_{rung}", rung) for rung in RUNGS)):
        threshold = next((rate.threshold for rate in rates if rate.per_week <= per_week), None)
        if threshold is not None and threshold < before:
            options[option] = before = threshold
    return options


def option_of(threshold: float, options: dict[str, float]) -> str:
    """Return the option that a threshold is, or `custom`."""
    for option, offer in options.items():
        if abs(offer - threshold) < 0.0005:  # thresholds are kept with three decimals
            return option
    return CUSTOM
