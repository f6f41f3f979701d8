"""Draw how a search went and which fields mattered."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

MARKERS = {"finished": "o", "pruned": "x"}


def draw_search(rows: Sequence[Mapping[str, Any]], shares: Mapping[str, float], path: Path) -> None:
    """Draw the figure of each trial and the best so far, and the importances (none while unknown)."""
    figure, (history, importance) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
    _draw_history(history, rows)
    importance.barh(list(shares), list(shares.values()))
    importance.invert_yaxis()
    importance.set(title="importance (PED-ANOVA)", xlim=(0, 1))
    figure.savefig(path, dpi=80)
    plt.close(figure)


def _draw_history(plot: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    for state, marker in MARKERS.items():
        of_state = [(i, row["figure"]) for i, row in enumerate(rows) if row["state"] == state]
        if of_state:
            plot.plot(*zip(*of_state, strict=True), marker, label=state)
    finished = [(i, row["figure"]) for i, row in enumerate(rows) if row["state"] == "finished"]
    best = [max(value for _, value in finished[: n + 1]) for n in range(len(finished))]
    plot.step([i for i, _ in finished], best, where="post", color="gray", label="best so far")
    plot.xaxis.set_major_locator(MaxNLocator(integer=True))
    plot.set(title="figure of the best epoch on val", xlabel="trial")
    plot.grid(alpha=0.3)
    plot.legend()
