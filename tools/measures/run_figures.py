"""Measure a run or an exported model on splits of a data set: all that its report shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.data.dataset import Clip, DatasetError, select
from tools.measures.confidence import confidence_figures
from tools.measures.model_report import split_figures
from tools.measures.split_gaps import gap_notes, missing_side
from tools.measures.threshold_study import (
    GENERAL_THRESHOLD,
    WINDOWS_PER_DAY,
    best_thresholds,
    study,
)
from tools.measures.timing import time_labels
from tools.measures.window_tables import Score, ScoredWindows, score_store
from tools.runs.recipe import Recipe
from tools.windows.training_data import evaluation_store

CHOOSING_SPLIT = "val"  # the only one by which anything is chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is measured: `timed_score` scores on one thread, `timed_on` says with what.

    The deciders of `recipe` are those whose alerts are counted.
    """

    recipe: Recipe
    score: Score
    timed_score: Score
    timed_on: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredSplit:
    """A split's clips and the scores of their windows; `failures` name clips that hold no audio."""

    clips: list[Clip]
    windows: ScoredWindows
    failures: list[str]


def score_splits(
    subject: Subject, clips: list[Clip], splits: Sequence[str], cache: Path
) -> dict[str, ScoredSplit]:
    """Score each split that has clips of events and of the background; raise when none has."""
    recipe, scored = subject.recipe, {}
    for split in splits:
        if not missing_side(select(clips, split), recipe.background):
            store = evaluation_store(recipe, clips, split, cache)
            windows = score_store(store, recipe.labels, subject.score, recipe.front_end)
            scored[split] = ScoredSplit(clips=store.clips, windows=windows, failures=store.failures)
    if not scored:
        raise DatasetError(
            f"no clip of an event and of {recipe.background} in {' or '.join(splits)}: add recordings "
            "or choose another --split"
        )
    return scored


def run_figures(
    subject: Subject, clips: list[Clip], splits: Sequence[str], scored: Mapping[str, ScoredSplit]
) -> dict[str, Any]:
    """Return the tables, studies and times of the scored splits, and notes on what is missing."""
    recipe, first = subject.recipe, next(iter(scored))
    chosen = {}
    if CHOOSING_SPLIT in scored:
        windows = scored[CHOOSING_SPLIT].windows
        chosen = best_thresholds(windows, recipe.labels, recipe.background)
    return {
        "labels": list(recipe.labels),
        "background": recipe.background,
        "general_threshold": GENERAL_THRESHOLD,
        "windows_per_day": WINDOWS_PER_DAY,
        "chosen_thresholds": chosen,
        "splits": {
            split: _figures_of_split(of.windows, recipe, chosen) for split, of in scored.items()
        },
        "timing": {"split": first, "timed_on": subject.timed_on}
        | time_labels(scored[first].clips, recipe.labels, recipe.front_end, subject.timed_score),
        "notes": _notes(recipe, clips, splits, scored),
    }


def _figures_of_split(
    windows: ScoredWindows, recipe: Recipe, chosen: Mapping[str, float]
) -> dict[str, Any]:
    labels, background = recipe.labels, recipe.background
    return split_figures(windows, labels, background, recipe.decider) | {
        "study": study(windows, labels, background, chosen),
        "confidence": confidence_figures(windows, labels, GENERAL_THRESHOLD),
    }


def _notes(
    recipe: Recipe, clips: list[Clip], splits: Sequence[str], scored: Mapping[str, ScoredSplit]
) -> list[str]:
    """Say what the report lacks and why."""
    notes = gap_notes(clips, recipe.labels, recipe.background, splits)
    if CHOOSING_SPLIT not in scored:
        notes.append(f"No threshold was chosen, since {CHOOSING_SPLIT} was not measured.")
    for split, of in scored.items():
        if of.failures:
            count = f"{len(of.failures)} clips" if of.failures[1:] else "a clip"
            notes.append(f"{split}: {count} left out, the first since {of.failures[0]}.")
    return notes
