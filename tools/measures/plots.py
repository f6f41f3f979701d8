"""Draw training curves and confusion matrices as small PNGs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt


def draw_curves(epochs: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the loss and the validation figures over the epochs."""
    number = [row["epoch"] for row in epochs]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    left.plot(number, [row["loss"] for row in epochs], label="train, augmented")
    left.set(xlabel="epoch", ylabel="cross-entropy")
    left.legend()
    for name in ("accuracy", "precision", "recall"):
        right.plot(number, [row[name] for row in epochs], label=name)
    right.set(xlabel="epoch", title="val, paper mix (accuracy micro, others macro)")
    right.title.set_fontsize(9)
    right.legend()
    figure.savefig(path, dpi=80)
    plt.close(figure)


def draw_confusion(table: dict[str, Any], labels: Sequence[str], title: str, path: Path) -> None:
    """Draw a confusion matrix in shares of the true label, with counts."""
    counts = np.array(table["confusion"])
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure, axes = plt.subplots(figsize=(5.6, 5), layout="constrained")
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="heard", ylabel="true", title=title)
    for row, column in np.ndindex(counts.shape):
        color = "white" if shares[row, column] > 0.5 else "black"
        text = f"{shares[row, column]:.0%}\n{counts[row, column]}"
        axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color=color)
    figure.savefig(path, dpi=90)
    plt.close(figure)
