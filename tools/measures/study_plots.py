"""Draw the study of thresholds, a column per split: ROC curves, what thresholds give, mean confidence."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tools.measures.threshold_study import WINDOWS_PER_DAY, roc
from tools.measures.window_tables import ScoredWindows

LOWEST_RATE = 1e-5  # of the axis of false positives: about two windows a day


def draw_roc(
    splits: Mapping[str, ScoredWindows], labels: Sequence[str], background: str, path: Path
) -> None:
    """Draw each event's curve; the axis of false positives is logarithmic, since few of them matter."""
    figure, axes = plt.subplots(
        1, len(splits), figsize=(5 * len(splits), 4.4), layout="constrained", squeeze=False
    )
    for plot, (split, windows) in zip(axes[0], splits.items(), strict=True):
        for number, label in enumerate(labels):
            curve = None if label == background else roc(windows, number)
            if curve is not None:
                # A rate of zero has no place on the axis: it is drawn at its edge.
                rate = np.maximum(curve.false_positive_rate, LOWEST_RATE)
                name = f"{label}, AUC {curve.auc:.3f}"
                plot.plot(rate, curve.true_positive_rate, color=f"C{number}", label=name)
        plot.set(xscale="log", xlim=(LOWEST_RATE, 1), ylim=(0, 1), title=split)
        plot.set(xlabel="false positive rate", ylabel="true positive rate")
        plot.grid(alpha=0.3)
        _legend(plot)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def draw_thresholds(studies: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Draw precision, recall and false windows a day over the threshold; dots: chosen on val."""
    figure, axes = plt.subplots(
        3, len(studies), figsize=(5 * len(studies), 8), layout="constrained", squeeze=False
    )
    for column, (split, classes) in zip(axes.T, studies.items(), strict=True):
        for label, of in classes.items():
            for plot, figure_name in zip(
                column, ("precision", "recall", "false_windows_per_day"), strict=True
            ):
                (line,) = plot.plot(*_points(of["thresholds"], figure_name), label=label)
                if of["chosen"]:
                    dot = _points([of["chosen"]], figure_name)
                    plot.plot(*dot, "o", color=line.get_color())
        precision, recall, false_windows = column
        precision.set(ylim=(0, 1.03), ylabel="precision", title=split)
        recall.set(ylim=(0, 1.03), ylabel="recall")
        false_windows.set_yscale("symlog", linthresh=10)
        false_windows.set(ylim=(0, WINDOWS_PER_DAY), ylabel="false windows a day")
        false_windows.set(xlabel="threshold")
        for plot in column:
            plot.grid(alpha=0.3)
        _legend(recall)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def draw_confidence(
    matrices: Mapping[str, Mapping[str, Any]], labels: Sequence[str], path: Path
) -> None:
    """Draw the mean confidence of guesses by true and guessed label (the paper's Figure 4)."""
    figure, axes = plt.subplots(
        1, len(matrices), figsize=(5.6 * len(matrices), 5), layout="constrained", squeeze=False
    )
    for plot, (split, matrix) in zip(axes[0], matrices.items(), strict=True):
        mean = np.array(matrix["mean"], np.float64)
        plot.imshow(mean, cmap="Blues", vmin=0, vmax=1)
        plot.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
        plot.set_yticks(range(len(labels)), labels)
        plot.set(xlabel="heard", ylabel="true", title=f"{split}: mean confidence, windows")
        _write_cells(plot, mean, matrix["windows"])
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _write_cells(plot: Axes, mean: NDArray[np.float64], windows: Sequence[Sequence[int]]) -> None:
    for row, column in np.ndindex(mean.shape):
        if windows[row][column]:
            text = f"{mean[row, column]:.0%}\n{windows[row][column]}"
            color = "white" if mean[row, column] > 0.5 else "black"
            plot.text(column, row, text, ha="center", va="center", fontsize=6.5, color=color)


def _points(
    rows: Sequence[Mapping[str, float | None]], figure: str
) -> tuple[list[float | None], list[float]]:
    """Return thresholds and values of a figure, with a gap where it is unknown."""
    values = [row[figure] for row in rows]
    return [row["threshold"] for row in rows], [np.nan if v is None else v for v in values]


def _legend(plot: Axes) -> None:
    if plot.lines:
        plot.legend(fontsize=8)
