"""Draw what a model hears in streams against how often it is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from numpy.typing import NDArray

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tools.measures.stream_figures import CARD

COLUMNS = 4
STYLES = ("-", "--", ":", "-.")


def draw_streams(figures: Mapping[str, Any], title: str, path: Path) -> None:
    """Draw, per class, events heard over false alarms; last, false alarms over thresholds.

    None at all is drawn as half of one, left of the line at one in all hours. Where thresholds are so
    low that detections hardly end, curves turn back.
    """
    classes = figures["classes"]
    rows = -(-(len(classes) + 1) // COLUMNS)
    figure, grid = plt.subplots(
        rows, COLUMNS, figsize=(4 * COLUMNS, 3.2 * rows), layout="constrained", squeeze=False
    )
    panels = list(grid.flat)
    for axes, (label, of) in zip(panels, classes.items(), strict=False):
        _draw_class(axes, label, of, figures)
    _draw_thresholds(panels[len(classes)], figures)
    for unused in panels[len(classes) + 1 :]:
        unused.set_axis_off()
    panels[0].legend(fontsize=7)
    figure.suptitle(title)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _draw_class(axes: Axes, label: str, of: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    """Draw a curve per mix: a color for each ratio, a style for each line; the card's threshold as a dot."""
    curves, hours = of["curves"], figures["test"]["hours"]
    at_card = curves["thresholds"].index(of["choices"][CARD]["threshold"])
    snrs = list(dict.fromkeys(mix.partition(", ")[2] for mix in figures["mixes"]))
    for mix, heard in curves["heard"].items():
        line, _, snr = mix.partition(", ")
        per_day = _per_day(curves["false_alarms"][line], hours)
        style = STYLES[figures["lines"].index(line) % len(STYLES)]
        color = f"C{snrs.index(snr)}"
        axes.plot(per_day, heard, style, color=color, label=mix)
        axes.plot(per_day[at_card], heard[at_card], "o", color=color, markersize=4)
    axes.axvline(24 / hours, color="gray", linewidth=0.7)
    axes.set(xscale="log", xlabel="false alarms a day", ylabel="events heard", ylim=(0, 1))
    axes.set_title(f"{label} ({of['clips']} clips)", fontsize=9)


def _draw_thresholds(axes: Axes, figures: Mapping[str, Any]) -> None:
    """Draw a curve per class, of the line with the most false alarms at each threshold."""
    for label, of in figures["classes"].items():
        curves = of["curves"]
        worst = np.max(list(curves["false_alarms"].values()), axis=0)
        odds = [threshold / (1 - threshold) for threshold in curves["thresholds"] if threshold < 1]
        axes.plot(odds, 7 * _per_day(worst, figures["test"]["hours"])[: len(odds)], label=label)
    axes.axvline(9, color="gray", linewidth=0.7)
    axes.set(xscale="log", yscale="log", xlabel="threshold as odds; gray: 0.9")
    axes.set(ylabel="false alarms a week")
    axes.legend(fontsize=7)


def _per_day(counts: Any, hours: float) -> NDArray[np.float64]:
    return np.maximum(np.asarray(counts, np.float64), 0.5) * 24 / hours
