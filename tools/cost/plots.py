"""Draw the parts of a hop."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

from tools.cost.pages import network_parts

BAR = 0.38


def draw_parts(figures: Mapping[str, Any], path: Path) -> None:
    """Draw a bar per part and way to time, with its 95th percentile, and the limits of the networks."""
    names = list(next(iter(figures["timings"].values())))
    places = np.arange(len(names))
    figure, axes = plt.subplots(figsize=(8.5, 5.2), layout="constrained")
    for number, (mode, rows) in enumerate(figures["timings"].items()):
        medians = np.array([rows[name]["median_ms"] for name in names])
        late = np.array([rows[name]["p95_ms"] for name in names]) - medians
        axes.barh(
            places + (number - 0.5) * BAR,
            medians,
            BAR,
            xerr=(np.zeros_like(late), late),
            error_kw={"linewidth": 0.8},
            label=mode,
        )
    limits = {name: figures["work"][key]["least_ms"] for name, key in network_parts(rows).items()}
    at = [names.index(name) for name in limits]
    axes.scatter(
        list(limits.values()), at, marker="|", s=260, color="black", label="limit", zorder=3
    )
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="ms of one core, median and 95th percentile")
    axes.grid(axis="x", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=90)
    plt.close(figure)
