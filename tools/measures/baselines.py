"""Measure on the same windows what others make of them, to set a model beside it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tools.fetch import find_weights
from tools.measures.learning_curve import curve_text, learning_curve
from tools.measures.paper import TABLES_2_AND_3
from tools.measures.window_tables import score_store, split_tables
from tools.networks.audioset import MappedTagger
from tools.networks.mn04 import efficientat_front_end
from tools.windows.pcm_store import PcmStore

MN04 = "EfficientAT mn04, AudioSet's classes mapped"
FROZEN = "frozen mn04, embedding and logits → classifier, no augmentation"
YAMNET_NOTE = "YAMNet, mapped: not measured, as `tools.fetch` knows no place of its weights"


def baseline_figures(
    stores: Mapping[str, PcmStore],
    train: Callable[[], PcmStore],
    labels: Sequence[str],
    background: str,
) -> dict[str, Any]:
    """Return the tables of each split by each baseline whose weights are here, and notes on the others.

    `train` opens the sound that the frozen network's classifier learns from.
    """
    weights = find_weights("mn04")
    if not weights.is_file():
        note = f"{MN04}: not measured, as its weights are not here; python -m tools.fetch mn04"
        return {"systems": {}, "curve": [], "notes": [note, YAMNET_NOTE]}
    score, front_end = MappedTagger(weights, labels), efficientat_front_end()
    mapped = {
        split: split_tables(score_store(store, labels, score, front_end), labels, background)
        for split, store in stores.items()
    }
    curve = learning_curve(weights, train(), stores, labels, background)
    systems = {MN04: mapped, FROZEN: curve[-1]["tables"]}
    return {"systems": systems, "curve": curve, "notes": [YAMNET_NOTE]}


def baselines_text(
    figures: Mapping[str, Any], name: str, tables: Mapping[str, Mapping[str, Any]]
) -> str:
    """Return the baselines beside a model's own tables, and the learning curve, as Markdown tables."""
    systems = {**figures["systems"], name: tables}
    rows = [_row(split, system, of[split]) for split in tables for system, of in systems.items()]
    return "\n".join(
        (
            "### Beside others",
            "",
            "| split | system | paper mix: accuracy (micro) | precision (macro) | recall (macro) "
            "| all windows: precision (macro) |",
            "|---|---|---|---|---|---|",
            *rows,
            _paper_row(),
            *(f"\n{note}." for note in figures["notes"]),
            *([f"\n{curve_text(figures['curve'])}"] if figures["curve"] else []),
        )
    )


def _row(split: str, system: str, tables: Mapping[str, Any]) -> str:
    mix, everything = tables["paper_mix"], tables["all_windows"]
    return (
        f"| {split} | {system} | {mix['micro']['accuracy']:.1%} | {mix['macro']['precision']:.1%} "
        f"| {mix['macro']['recall']:.1%} | {everything['macro']['precision']:.1%} |"
    )


def _paper_row() -> str:
    macro, micro = (
        next(row for row in TABLES_2_AND_3 if row.label == name) for name in ("macro", "micro")
    )
    return (
        f"| its own | the paper, encoder and classifier | {micro.accuracy.classifier:.1%} "
        f"| {macro.precision.classifier:.1%} | {macro.recall.classifier:.1%} | |"
    )
