"""Measure whether scores mean what they say: of windows scored 0.9, nine in ten should be right."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.measures.window_tables import ScoredWindows, paper_mix

BINS = 15
MIXES = {"paper_mix": "paper mix", "all_windows": "all windows"}


def calibration_figures(
    windows: ScoredWindows, labels: Sequence[str], background: str
) -> dict[str, Any]:
    """Return the errors and the curve of the paper mix and of all windows that count."""
    mix = paper_mix(windows, labels.index(background))
    return {
        "paper_mix": _figures(windows.scores[mix], windows.truth[mix], labels),
        "all_windows": _figures(
            windows.scores[windows.counts], windows.truth[windows.counts], labels
        ),
    }


def _figures(
    scores: NDArray[np.float32], truth: NDArray[np.int64], labels: Sequence[str]
) -> dict[str, Any]:
    """Return what the highest score and what each label's score, one against the rest, is worth."""
    guessed = reliability(scores.max(axis=1), scores.argmax(axis=1) == truth)
    return {
        "error": expected_error(guessed),
        "errors": {
            label: expected_error(reliability(scores[:, number], truth == number))
            for number, label in enumerate(labels)
        },
        "curve": guessed.round(4).tolist(),
    }


def reliability(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (mean score, share that is right, how many) of each bin of scores that is not empty."""
    which = np.minimum((scores * BINS).astype(int), BINS - 1)
    bins = [which == number for number in np.unique(which)]
    return np.array([(scores[own].mean(), right[own].mean(), own.sum()) for own in bins])


def expected_error(curve: NDArray[np.float64]) -> float:
    """Return the expected calibration error of a reliability curve (Guo et al. 2017)."""
    scores, right, counts = curve.T
    return round(float(np.average(np.abs(scores - right), weights=counts)), 4)


def calibration_text(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the errors of each split and mix as a Markdown table."""
    labels = list(next(iter(after.values()))["paper_mix"]["errors"])
    head = ["split", "windows", "before", "after", *labels]
    rows = [
        [
            split,
            name,
            f"{before[split][mix]['error']:.1%}",
            f"{after[split][mix]['error']:.1%}",
            *(f"{after[split][mix]['errors'][label]:.1%}" for label in labels),
        ]
        for split in after
        for mix, name in MIXES.items()
    ]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
    return (
        "### Calibration\n\n"
        "How far scores are from the share of windows that are right (expected calibration error): of the "
        "highest score before and after calibration, then of each label's own score, one against the rest."
        f"\n\n{table}"
    )
