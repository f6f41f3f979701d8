"""Draw the recall of each class over the recordings that a classifier learned from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt


def draw_learning_curve(curve: Sequence[Mapping[str, Any]], title: str, path: Path) -> None:
    """Draw a panel per split of `learning_curve`'s points, in the paper mix."""
    splits = list(curve[0]["tables"])
    figure, grid = plt.subplots(
        1, len(splits), figsize=(5 * len(splits), 4), layout="constrained", squeeze=False
    )
    recordings = [point["recordings"] for point in curve]
    for axes, split in zip(grid[0], splits, strict=True):
        mixes = [point["tables"][split]["paper_mix"] for point in curve]
        for label, row in mixes[-1]["classes"].items():
            if row["items"]:
                recalls = [mix["classes"][label]["recall"] for mix in mixes]
                axes.plot(recordings, recalls, "o-", linewidth=1, markersize=4, label=label)
        macro = [mix["macro"]["recall"] for mix in mixes]
        axes.plot(recordings, macro, "k--", linewidth=2, label="macro")
        axes.set(xscale="log", ylim=(0, 1), xlabel="recordings", ylabel="recall", title=split)
        axes.set_xticks(recordings, [str(number) for number in recordings])
        axes.minorticks_off()
    figure.legend(*grid[0][-1].get_legend_handles_labels(), loc="outside right", fontsize=7)
    figure.suptitle(title)
    figure.savefig(path, dpi=90)
    plt.close(figure)
