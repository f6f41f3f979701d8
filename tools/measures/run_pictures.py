"""Draw the pictures of a run's report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.measures.plots import draw_confusion, draw_curves
from tools.measures.run_figures import ScoredSplit
from tools.measures.spectrogram_plots import draw_spectrograms
from tools.measures.study_plots import draw_confidence, draw_roc, draw_thresholds
from tools.runs.recipe import Recipe


def draw_pictures(
    figures: Mapping[str, Any],
    scored: Mapping[str, ScoredSplit],
    recipe: Recipe,
    epochs: Sequence[dict[str, Any]],
    folder: Path,
) -> None:
    """Draw all that report.md shows; without `epochs` there are no training curves."""
    if epochs:
        draw_curves(epochs, folder / "curves.png")
    labels = recipe.labels
    for split, of in figures["splits"].items():
        path = folder / f"confusion-{split}.png"
        draw_confusion(of["paper_mix"], labels, f"{split}, paper mix", path)
    windows = {split: of.windows for split, of in scored.items()}
    draw_roc(windows, labels, recipe.background, folder / "roc.png")
    chosen = figures["chosen_thresholds"]
    draw_thresholds(windows, labels, recipe.background, chosen, folder / "thresholds.png")
    draw_confidence(windows, labels, folder / "confidence.png")
    first = next(iter(scored.values()))
    draw_spectrograms(
        first.windows, first.clips, labels, recipe.front_end, folder / "spectrograms.png"
    )
