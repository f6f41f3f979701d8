"""Count windows and clips into tables: per class, macro and micro, confusion."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def confusion_matrix(
    truth: NDArray[np.int64], guess: NDArray[np.int64], labels: int
) -> NDArray[np.int64]:
    """Return counts (labels, labels): row = true label, column = guessed label."""
    return np.bincount(truth * labels + guess, minlength=labels * labels).reshape(labels, labels)


def table(confusion: NDArray[np.int64], labels: Sequence[str]) -> dict[str, Any]:
    """Return accuracy, precision, recall and specificity per class, macro and micro.

    Per class one against the rest. `micro.accuracy` is the share of all items that are right; macro
    figures are plain means over all labels, the background included. A class that was never guessed
    has precision 0, one without items is left out of the means.
    """
    total = confusion.sum()
    per_class = {}
    for i, label in enumerate(labels):
        hit = confusion[i, i]
        items, guesses = confusion[i].sum(), confusion[:, i].sum()
        rejected = total - items - guesses + hit
        per_class[label] = {
            "accuracy": _share(hit + rejected, total),
            "precision": _share(hit, guesses),
            "recall": _share(hit, items),
            "specificity": _share(rejected, total - items),
            "items": int(items),
        }
    present = [row for row in per_class.values() if row["items"]]
    figures = ("accuracy", "precision", "recall", "specificity")
    return {
        "items": int(total),
        "micro": {"accuracy": _share(np.trace(confusion), total)},
        "macro": {name: round(float(np.mean([r[name] for r in present])), 4) for name in figures},
        "classes": per_class,
        "confusion": confusion.tolist(),
    }


def _share(part: np.int64, whole: np.int64) -> float:
    return round(float(part / whole), 4) if whole else 0.0


def cross_entropy(scores: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """Return the mean of -ln of the true label's share of the scores (n, labels)."""
    shares = scores[np.arange(truth.size), truth] / scores.sum(axis=1)
    return round(float(-np.log(np.maximum(shares, 1e-7)).mean()), 4)


def calibration_error(
    scores: NDArray[np.float32], truth: NDArray[np.int64], bins: int = 15
) -> float:
    """Return the expected calibration error of the highest score (Guo et al. 2017)."""
    sure, right = scores.max(axis=1), scores.argmax(axis=1) == truth
    which = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(right[which == b].mean() - sure[which == b].mean()) * (which == b).mean()
        for b in range(bins)
        if (which == b).any()
    ]
    return round(float(sum(gaps)), 4)
