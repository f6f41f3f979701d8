"""Draw training curves and matrices of labels as small PNGs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tools.runs.epochs import best_row

DARK = 0.65  # shares above it are drawn so dark that white text reads better


def draw_curves(epochs: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw loss and accuracy (the paper's Appendix A) and precision and recall; dotted: the best epoch."""
    figure, (loss, accuracy, macro) = plt.subplots(
        1, 3, figsize=(12, 3.2), layout="constrained", sharex=True
    )
    _draw_column(loss, epochs, "loss", "train, augmented")
    _draw_column(loss, epochs, "val_loss", "val")
    _draw_column(accuracy, epochs, "train_accuracy", "train, augmented")
    _draw_column(accuracy, epochs, "accuracy", "val, paper mix")
    _draw_column(macro, epochs, "precision", "precision")
    _draw_column(macro, epochs, "recall", "recall")
    loss.set(title="cross-entropy")
    accuracy.set(title="accuracy")
    macro.set(title="val, paper mix, macro")
    best = best_row(epochs)["epoch"]
    for plot in (loss, accuracy, macro):
        plot.axvline(best, color="gray", linestyle=":", linewidth=1)
        plot.xaxis.get_major_locator().set_params(integer=True)
        plot.set(xlabel="epoch")
        plot.grid(alpha=0.3)
        plot.legend()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _draw_column(plot: Axes, epochs: Sequence[dict[str, Any]], column: str, label: str) -> None:
    """Draw one figure of all epochs, unless the run is too old to have it."""
    rows = [row for row in epochs if column in row]
    if rows:
        plot.plot(
            [row["epoch"] for row in rows], [row[column] for row in rows], marker=".", label=label
        )


def draw_confusion(table: dict[str, Any], labels: Sequence[str], title: str, path: Path) -> None:
    """Draw a confusion matrix in shares of the true label, with counts."""
    counts = np.array(table["confusion"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(5.6, 5), layout="constrained")
    draw_matrix(axes, shares, counts, labels, title)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def draw_matrix(
    plot: Axes,
    shares: NDArray[np.float64],
    counts: NDArray[np.int64],
    labels: Sequence[str],
    title: str,
) -> None:
    """Draw shares (labels, labels) by true and heard label; a cell without a count stays empty."""
    plot.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    plot.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    plot.set_yticks(range(len(labels)), labels)
    plot.set(xlabel="heard", ylabel="true", title=title)
    for row, column in np.argwhere(counts):
        color = "white" if shares[row, column] > DARK else "black"
        text = f"{shares[row, column]:.0%}\n{counts[row, column]}"
        plot.text(column, row, text, ha="center", va="center", fontsize=7, color=color)
