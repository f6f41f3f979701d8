"""Measure an exported model on splits of a data set, with the engine's own runtime and decider."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.card import Model
from audio_guard_engine.decide import ClassPolicy
from audio_guard_engine.scorer import Runtime, Scorer, load_scorer
from tools.data.dataset import Clip, select
from tools.measures.alerts import alert_figures
from tools.measures.calibration import calibration_figures
from tools.measures.source_tables import source_figures
from tools.measures.split_gaps import missing_side
from tools.measures.window_tables import Score, ScoredWindows, score_store, split_tables
from tools.runs.recipe import Recipe
from tools.streams.scoring import Listener
from tools.windows.training_data import evaluation_store


def engine_score(scorer: Scorer) -> Score:
    """Let an engine's scorer take many patches."""

    def score(patches: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([scorer.score(np.ascontiguousarray(patch)) for patch in patches])

    return score


def model_listener(model: Model) -> Listener:
    """Let streams be listened to by a model, through ncnn."""
    return Listener(
        labels=model.labels,
        background=model.background,
        policies=model.policies,
        front_end=model.front_end,
        score=engine_score(load_scorer(model, Runtime.NCNN)),
    )


def measure(
    model: Model, recipe: Recipe, clips: list[Clip], splits: Sequence[str], cache: Path
) -> dict[str, Any]:
    """Return the tables and the alerts of each split with events and background, through ncnn."""
    score = engine_score(load_scorer(model, Runtime.NCNN))
    figures = {}
    for split in splits:
        if not missing_side(select(clips, split), recipe.background):
            store = evaluation_store(recipe, clips, split, cache)
            windows = score_store(store, model.labels, score, model.front_end)
            figures[split] = split_figures(windows, model.labels, model.background, model.policies)
            figures[split]["sources"] = source_figures(windows, store.clips, model.labels)
    return figures


def split_figures(
    windows: ScoredWindows,
    labels: Sequence[str],
    background: str,
    policies: Mapping[str, ClassPolicy],
) -> dict[str, Any]:
    """Return the window and clip tables of a split and what the decider makes of its clips."""
    tables: dict[str, Any] = split_tables(windows, labels, background)
    tables["calibration"] = calibration_figures(windows, labels, background)
    tables["alerts"] = {
        label: {"threshold": policy.threshold}
        | alert_figures(windows, labels, background, label, policy)
        for label, policy in policies.items()
    }
    return tables


def summary(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return the few figures of a split that go into a card."""
    mix, everything, clips = (figures[name] for name in ("paper_mix", "all_windows", "clips"))
    return {
        "paper_mix": {
            "micro_accuracy": mix["micro"]["accuracy"],
            "macro_precision": mix["macro"]["precision"],
            "macro_recall": mix["macro"]["recall"],
            "calibration_error": mix["calibration_error"],
        },
        "all_windows": {"macro_precision": everything["macro"]["precision"]},
        "clips": {
            "micro_accuracy": clips["micro"]["accuracy"],
            "macro_precision": clips["macro"]["precision"],
            "macro_recall": clips["macro"]["recall"],
        },
        "classes": {
            label: {
                "precision": row["precision"],
                "precision_all": everything["classes"][label]["precision"],
                "recall": row["recall"],
            }
            for label, row in mix["classes"].items()
        },
    }


def tables_text(figures: Mapping[str, Any]) -> str:
    """Return the figures of all splits as Markdown tables."""
    return "\n\n".join(_split_text(split, of) for split, of in figures.items())


def _split_text(split: str, figures: Mapping[str, Any]) -> str:
    mix, everything, clips = (figures[name] for name in ("paper_mix", "all_windows", "clips"))
    lines = [
        f"### {split}",
        "",
        "| windows | accuracy (micro) | precision (macro) | recall (macro) | specificity (macro) |",
        "|---|---|---|---|---|",
    ]
    for name, of in (("paper mix", mix), ("all", everything), ("whole clips", clips)):
        macro = of["macro"]
        lines.append(
            f"| {name} ({of['items']}) | {of['micro']['accuracy']:.1%} | {macro['precision']:.1%} "
            f"| {macro['recall']:.1%} | {macro['specificity']:.1%} |"
        )
    lines += [
        "",
        "| class | windows | accuracy | precision | precision, all windows | recall | specificity "
        "| threshold | clips heard | false alarms in the background clips |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for label, row in mix["classes"].items():
        alert = figures["alerts"].get(label)
        lines.append(
            f"| {label} | {row['items']} | {_share(row, 'accuracy')} | {_share(row, 'precision')} "
            f"| {_share(everything['classes'][label], 'precision')} | {_share(row, 'recall')} "
            f"| {row['specificity']:.1%} | {_alert_text(alert)} |"
        )
    return "\n".join(lines)


def _share(row: Mapping[str, Any], figure: str) -> str:
    """Write a figure of a class; there is none where it has no windows."""
    return f"{row[figure]:.1%}" if row["items"] else "-"


def _alert_text(alert: Mapping[str, Any] | None) -> str:
    if alert is None:
        return "| | "
    heard = "-" if alert["recall"] is None else f"{alert['recall']:.0%} of {alert['clips']}"
    return f"{alert['threshold']:g} | {heard} | {alert['false_alarms']} in {alert['hours']:.2g} h"
