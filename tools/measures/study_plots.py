"""Draw the study of thresholds, a column per split: ROC curves, what thresholds give, mean confidence."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tools.measures.confidence import confidence
from tools.measures.plots import draw_matrix
from tools.measures.threshold_study import CANDIDATES, WINDOWS_PER_DAY, roc, threshold_figures
from tools.measures.window_tables import ScoredWindows

LOWEST_RATE = 1e-5  # of the axis of false positives: about two windows a day
THRESHOLD_FIGURES = {
    "precision": "precision",
    "recall": "recall",
    "false_windows_per_day": "false windows a day",
}


def draw_roc(
    splits: Mapping[str, ScoredWindows], labels: Sequence[str], background: str, path: Path
) -> None:
    """Draw each event's curve; the axis of false positives is logarithmic, since few of them matter."""
    figure, plots = plt.subplots(
        1, len(splits), figsize=(5 * len(splits), 4.4), layout="constrained", squeeze=False
    )
    for plot, (split, windows) in zip(plots[0], splits.items(), strict=True):
        for number, label in _events(labels, background):
            curve = roc(windows, number)
            if curve:
                # A rate of zero has no place on the axis: it is drawn at its edge.
                rate = np.maximum(curve.false_positive_rate, LOWEST_RATE)
                name = f"{label}, AUC {curve.auc:.3f}"
                plot.plot(rate, curve.true_positive_rate, color=f"C{number}", label=name)
        plot.set(xscale="log", xlim=(LOWEST_RATE, 1), ylim=(0, 1.01), title=split)
        plot.set(xlabel="false positive rate", ylabel="true positive rate")
        plot.grid(alpha=0.3)
        if plot.lines:
            plot.legend(fontsize=8, loc="lower right")
    figure.savefig(path, dpi=100)
    plt.close(figure)


def draw_thresholds(
    splits: Mapping[str, ScoredWindows],
    labels: Sequence[str],
    background: str,
    chosen: Mapping[str, float],
    path: Path,
) -> None:
    """Draw precision, recall and false windows a day over the threshold; dots: the chosen ones."""
    figure, plots = plt.subplots(
        3, len(splits), figsize=(5 * len(splits), 8), layout="constrained", squeeze=False
    )
    quiet = labels.index(background)
    for column, (split, windows) in zip(plots.T, splits.items(), strict=True):
        for number, label in _events(labels, background):
            if (windows.truth == number).any():
                at = chosen.get(label)
                _draw_thresholds_of(column, windows, number, quiet, label, at)
        for plot, name in zip(column, THRESHOLD_FIGURES.values(), strict=True):
            plot.set(xlim=(0, 1), ylim=(0, 1.03), ylabel=name)
            plot.grid(alpha=0.3)
        column[0].set(title=split)
        column[-1].set_yscale("symlog", linthresh=10)
        column[-1].set(ylim=(0, WINDOWS_PER_DAY), xlabel="threshold")
    lines = {line.get_label(): line for plot in plots[0] for line in plot.lines}
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=len(lines))
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _draw_thresholds_of(
    column: Sequence[Axes],
    windows: ScoredWindows,
    number: int,
    background: int,
    label: str,
    chosen: float | None,
) -> None:
    rows = [threshold_figures(windows, number, background, at) for at in CANDIDATES]
    for plot, name in zip(column, THRESHOLD_FIGURES, strict=True):
        # What is not known is a gap in the line.
        values = [np.nan if (value := row[name]) is None else value for row in rows]
        dot = [] if chosen is None else [CANDIDATES.index(chosen)]
        plot.plot(CANDIDATES, values, "-o", markevery=dot, color=f"C{number}", label=label)


def draw_confidence(splits: Mapping[str, ScoredWindows], labels: Sequence[str], path: Path) -> None:
    """Draw the mean confidence of guesses by true and guessed label (the paper's Figure 4)."""
    figure, plots = plt.subplots(
        1, len(splits), figsize=(5.6 * len(splits), 5), layout="constrained", squeeze=False
    )
    for plot, (split, windows) in zip(plots[0], splits.items(), strict=True):
        matrix = confidence(windows, len(labels))
        title = f"{split}, all windows: mean confidence"
        draw_matrix(plot, matrix.mean, matrix.windows, labels, title)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _events(labels: Sequence[str], background: str) -> list[tuple[int, str]]:
    return [(number, label) for number, label in enumerate(labels) if label != background]
