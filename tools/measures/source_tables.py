"""Tell from which collections a model hears events, and for what it takes those that it misses."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tools.data.dataset import Clip
from tools.measures.window_tables import ScoredWindows

MOST_ROWS = 8  # of a class; those with most misses


def source_figures(
    windows: ScoredWindows, clips: Sequence[Clip], labels: Sequence[str]
) -> dict[str, Any]:
    """Return for each label and collection how many windows count, how many are right, and what others become."""
    guess = windows.scores.argmax(axis=1)
    sources = np.array([clip.source or "unknown" for clip in clips])[windows.clip]
    return {
        label: {
            str(source): _figures(guess[chosen & (sources == source)], number, labels)
            for source in np.unique(sources[chosen])
        }
        for number, label in enumerate(labels)
        if (chosen := windows.counts & (windows.truth == number)).any()
    }


def _figures(guesses: Any, number: int, labels: Sequence[str]) -> dict[str, Any]:
    counts = np.bincount(guesses, minlength=len(labels))
    return {
        "windows": int(counts.sum()),
        "right": int(counts[number]),
        "taken_for": {
            labels[other]: int(counts[other])
            for other in np.argsort(-counts, kind="stable")
            if counts[other] and other != number
        },
    }


def sources_text(split: str, figures: Mapping[str, Any]) -> str:
    """Return the collections with most misses of each class as a Markdown table."""
    rows = [
        f"| {label} | {source} | {of['windows']} | {of['right'] / of['windows']:.0%} | {_taken_for(of)} |"
        for label, sources in figures.items()
        for source, of in sorted(
            sources.items(), key=lambda item: item[1]["right"] - item[1]["windows"]
        )[:MOST_ROWS]
    ]
    return "\n".join(
        (
            f"### Where {split} is missed",
            "",
            f"All windows, by class and collection; of each class the {MOST_ROWS} with most misses.",
            "",
            "| class | collection | windows | right | others are taken for |",
            "|---|---|---|---|---|",
            *rows,
        )
    )


def _taken_for(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{count} {label}" for label, count in [*figures["taken_for"].items()][:3])
