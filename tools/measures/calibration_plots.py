"""Draw what scores are worth: the share of windows that are right over their score."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tools.measures.calibration import MIXES


def draw_reliability(
    before: Mapping[str, Any], after: Mapping[str, Any], title: str, path: Path
) -> None:
    """Draw a panel per split and mix of windows, before and after calibration.

    `before` and `after` are `calibration_figures` of each split. Marks are as large as their bins are full.
    """
    figure, grid = plt.subplots(
        len(after),
        len(MIXES),
        figsize=(4.2 * len(MIXES), 3.8 * len(after)),
        layout="constrained",
        squeeze=False,
    )
    for row, split in zip(grid, after, strict=True):
        for axes, (mix, name) in zip(row, MIXES.items(), strict=True):
            axes.plot((0, 1), (0, 1), color="gray", linewidth=0.7)
            _draw_curve(axes, before[split][mix], "before")
            _draw_curve(axes, after[split][mix], "after")
            axes.set(title=f"{split}, {name}", xlabel="highest score", ylabel="share right")
            axes.legend(title="error", fontsize=8)
    figure.suptitle(title)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _draw_curve(axes: Axes, figures: Mapping[str, Any], name: str) -> None:
    scores, right, counts = np.array(figures["curve"]).T
    label = f"{name} {figures['error']:.1%}"
    (line,) = axes.plot(scores, right, linewidth=1, label=label)
    axes.scatter(scores, right, 200 * counts / counts.max(), color=line.get_color(), alpha=0.6)
