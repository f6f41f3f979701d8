"""Measure how sure a model is when it is right and when it is wrong (the paper's Figure 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.measures.metrics import confusion_matrix
from tools.measures.window_tables import ScoredWindows


@dataclass(frozen=True, kw_only=True, slots=True)
class Confidence:
    """Of the windows that count: `mean` score of the guessed label and how many `windows`.

    Both (labels, labels): row = true label, column = guessed label; the mean of no window is NaN.
    """

    mean: NDArray[np.float64]
    windows: NDArray[np.int64]


def confidence(windows: ScoredWindows, labels: int) -> Confidence:
    """Return the matrix of mean confidence; a window is guessed to be what has its highest score."""
    truth, scores = windows.truth[windows.counts], windows.scores[windows.counts]
    guess = scores.argmax(axis=1)
    counts = confusion_matrix(truth, guess, labels)
    total = np.zeros((labels, labels))
    np.add.at(total, (truth, guess), scores.max(axis=1))
    nothing = np.full(total.shape, np.nan)
    return Confidence(mean=np.divide(total, counts, out=nothing, where=counts > 0), windows=counts)


def confidence_figures(
    windows: ScoredWindows, labels: Sequence[str], threshold: float
) -> dict[str, Any]:
    """Return the matrix and, per label, what a threshold would leave of its right and wrong guesses."""
    matrix = confidence(windows, len(labels))
    truth, scores = windows.truth[windows.counts], windows.scores[windows.counts]
    guess, sure = scores.argmax(axis=1), scores.max(axis=1)
    return {
        "mean": [[_rounded(value) for value in row] for row in matrix.mean],
        "windows": matrix.windows.tolist(),
        "threshold": threshold,
        "classes": {
            label: {
                "true_positives": _guesses(sure[(guess == number) & (truth == number)], threshold),
                "false_positives": _guesses(sure[(guess == number) & (truth != number)], threshold),
            }
            for number, label in enumerate(labels)
        },
    }


def _guesses(sure: NDArray[np.float32], threshold: float) -> dict[str, float | int | None]:
    """Return the count of guesses, their mean confidence and the share that reaches the threshold."""
    return {
        "windows": sure.size,
        "mean": _rounded(sure.mean()) if sure.size else None,
        "kept": _rounded((sure >= threshold).mean()) if sure.size else None,
    }


def _rounded(value: np.floating[Any]) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
