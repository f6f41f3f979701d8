"""Study thresholds as the paper does: how well a class's score tells it apart, and what each threshold gives.

A class is told from all the rest by its own score, over the windows that count (see `window_tables`).
A false window is one of the background that reaches the threshold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from tools.measures.window_tables import ScoredWindows
from tools.windows.features import FRONT_END

THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.99)
GENERAL_THRESHOLD = 0.9  # the paper: "a general acceptable level would be around 90%"
CANDIDATES = tuple(round(0.01 * step, 2) for step in range(1, 100))
WINDOWS_PER_DAY = round(24 * 3600 / FRONT_END.patch_hop_seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Roc:
    """The rates (k,) that a class's score gives at falling thresholds (k,), and what they amount to."""

    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]
    thresholds: NDArray[np.float64]
    auc: float
    average_precision: float


def roc(windows: ScoredWindows, label: int) -> Roc | None:
    """Return the curve of a label number; None where there are windows of one side only."""
    mine, scores = _of_label(windows, label)
    if mine.all() or not mine.any():
        return None
    false_positive_rate, true_positive_rate, thresholds = roc_curve(mine, scores)
    return Roc(
        false_positive_rate=false_positive_rate,
        true_positive_rate=true_positive_rate,
        thresholds=thresholds,
        auc=float(roc_auc_score(mine, scores)),
        average_precision=float(average_precision_score(mine, scores)),
    )


def threshold_figures(
    windows: ScoredWindows, label: int, background: int, threshold: float
) -> dict[str, float | None]:
    """Return what a threshold gives; None is what nothing can be said of."""
    mine, scores = _of_label(windows, label)
    reached = scores >= threshold
    quiet = windows.truth[windows.counts] == background
    hits, events, guesses = (mine & reached).sum(), mine.sum(), reached.sum()
    return {
        "threshold": threshold,
        "precision": _share(hits, guesses) if events else None,
        "recall": _share(hits, events),
        "f1": _share(2 * hits, events + guesses) if events else None,
        "false_windows_per_day": (
            round(float(reached[quiet].mean()) * WINDOWS_PER_DAY, 1) if quiet.any() else None
        ),
    }


def best_threshold(windows: ScoredWindows, label: int, background: int) -> float:
    """Return the threshold of the highest F1; of equals the highest, which alarms least."""

    def rank(threshold: float) -> tuple[float, float]:
        figures = threshold_figures(windows, label, background, threshold)
        return figures["f1"] or 0.0, threshold

    return max(CANDIDATES, key=rank)


def best_thresholds(
    windows: ScoredWindows, labels: Sequence[str], background: str
) -> dict[str, float]:
    """Return the best threshold of each event that has windows."""
    quiet = labels.index(background)
    present = np.unique(windows.truth[windows.counts]).tolist()
    return {
        labels[number]: best_threshold(windows, number, quiet)
        for number in present
        if number != quiet
    }


def study(
    windows: ScoredWindows, labels: Sequence[str], background: str, chosen: Mapping[str, float]
) -> dict[str, dict[str, Any]]:
    """Return the study of each event; `chosen` are thresholds of val, looked at on every split."""
    quiet = labels.index(background)
    studied: dict[str, dict[str, Any]] = {}
    for number, label in enumerate(labels):
        if number == quiet:
            continue
        curve = roc(windows, number)
        rows = [threshold_figures(windows, number, quiet, at) for at in THRESHOLDS]
        studied[label] = {
            "windows": int(_of_label(windows, number)[0].sum()),
            "auc": round(curve.auc, 4) if curve else None,
            "average_precision": round(curve.average_precision, 4) if curve else None,
            "thresholds": rows,
            "chosen": (
                threshold_figures(windows, number, quiet, chosen[label])
                if label in chosen
                else None
            ),
        }
    return studied


def _of_label(windows: ScoredWindows, label: int) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return which of the windows that count are of a label, and the label's scores."""
    return windows.truth[windows.counts] == label, windows.scores[windows.counts, label]


def _share(part: np.int64, whole: np.int64) -> float | None:
    return round(float(part / whole), 4) if whole else None
