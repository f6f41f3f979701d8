"""Tell which hops are worth the model: most of the day, a room sounds as it has for half a minute."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from .card import Model

# Neighboring bands are judged together: alone, each flickers too much in steady noise.
BANDS_TOGETHER = 8
# The floor is the least of so many hops (31 s at a hop of 0.48 s).
FLOOR_HOPS = 64
# 6 dB in the power that log-mel frames are made of. Chosen on val, as the rest: `python -m tools.gate`.
NEW_ABOVE_FLOOR = 1.4
# Of the lowest threshold: what the model gives more than this to is looked at again.
CALM_SHARE = 1 / 16
# Nothing is believed unheard for longer (3.4 s).
MOST_SPARED_HOPS = 7


def calm_score(thresholds: Iterable[float]) -> float:
    """Return the score under which a class is far from being detected, given the thresholds in use."""
    return CALM_SHARE * min(thresholds, default=1.0)


class LevelGate:
    """Follow one stretch of sound, and say when the model would only repeat itself.

    A hop is calm when no group of bands is, in any of its frames, far above its floor: the least of what its loudest
    frame was in each of the last hops. The model is spared when all that it would hear is calm, what it last said is
    far from any detection, and it has not been spared too often in a row.
    """

    def __init__(self, model: Model, calm_score: float) -> None:
        """Prepare for a stretch's first hop; `calm_score` may be changed at any time."""
        front_end = model.front_end
        self.calm_score = calm_score
        self._hop_frames = front_end.patch_hop_frames
        self._window_hops = -(-front_end.input_frames // front_end.patch_hop_frames)
        self._starts = np.arange(0, front_end.mel_bands, BANDS_TOGETHER)
        self._widths = np.diff(self._starts, append=front_end.mel_bands).astype(np.float32)
        self._grouped = np.empty((self._hop_frames, len(self._starts)), np.float32)
        self._loudest = np.full((FLOOR_HOPS, len(self._starts)), -np.inf, np.float32)
        self._events = [
            number for number, label in enumerate(model.labels) if label != model.background
        ]
        self._hops = 0
        self._calm_hops = 0
        self._spared_in_a_row = 0
        self._highest_score = 1.0

    def spares(self, patch: NDArray[np.float32]) -> bool:
        """Take the next hop's patch (input_frames, mel_bands); tell whether the last scores stand for it too."""
        np.add.reduceat(patch[-self._hop_frames :], self._starts, axis=1, out=self._grouped)
        loudest = self._loudest[self._hops % FLOOR_HOPS]
        floor = self._loudest.min(axis=0)  # -inf until there have been as many hops as it takes
        np.max(self._grouped, axis=0, out=loudest)
        loudest /= self._widths
        self._hops += 1
        calm = bool((loudest - floor <= NEW_ABOVE_FLOOR).all())
        self._calm_hops = self._calm_hops + 1 if calm else 0
        spared = (
            self._calm_hops >= self._window_hops
            and self._highest_score < self.calm_score
            and self._spared_in_a_row < MOST_SPARED_HOPS
        )
        self._spared_in_a_row = self._spared_in_a_row + 1 if spared else 0
        return spared

    def note(self, scores: Sequence[float]) -> None:
        """Remember what the model says of the hop that was not spared, a score per label."""
        self._highest_score = max(scores[number] for number in self._events)

    def interrupt(self) -> None:
        """Take it that hops are missing before the next one."""
        self._calm_hops = 0
