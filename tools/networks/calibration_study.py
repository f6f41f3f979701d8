"""Calibrate a network on val and see on every split what that changes."""

from collections.abc import Collection, Mapping
from typing import Any

from torch import nn

from tools.measures.calibration import calibration_figures
from tools.measures.window_tables import ScoredWindows, score_store
from tools.networks.calibration import (
    KIND_OF_HEAD,
    NONE,
    Calibration,
    LogitScorer,
    calibrated,
    calibrated_scores,
    fit_calibration,
    held_out_losses,
    labelled_logits,
)
from tools.runs.recipe import Recipe
from tools.windows.pcm_store import PcmStore


def calibrate(
    recipe: Recipe,
    network: nn.Module,
    stores: Mapping[str, PcmStore],
    doubtful: Collection[str],
    kind: str | None = None,
) -> tuple[nn.Module, dict[str, Any]]:
    """Return the calibrated network and figures of each split before and after.

    It is fitted to the store `val` without the clips in `doubtful`; `kind` defaults to the head's own.
    """
    windows = {
        split: score_store(store, recipe.labels, LogitScorer(network), recipe.front_end)
        for split, store in stores.items()
    }
    fitted_to = labelled_logits(windows["val"], stores["val"].clips, doubtful)
    made = fit_calibration(fitted_to, recipe.head, kind or KIND_OF_HEAD[recipe.head])
    unchanged = fit_calibration(fitted_to, recipe.head, NONE)
    return calibrated(network, made), {
        **made.facts(recipe.labels),
        "windows": len(fitted_to.truth),
        "held_out_losses": held_out_losses(fitted_to, recipe.head),
        "before": _figures(windows, unchanged, recipe),
        "after": _figures(windows, made, recipe),
    }


def _figures(
    windows: Mapping[str, ScoredWindows], calibration: Calibration, recipe: Recipe
) -> dict[str, Any]:
    return {
        split: calibration_figures(
            calibrated_scores(of, calibration, recipe.head), recipe.labels, recipe.background
        )
        for split, of in windows.items()
    }
