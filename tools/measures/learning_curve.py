"""Show what more recordings would give: a classifier on frozen features, taught by ever more of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools.data.dataset import Clip
from tools.measures.window_tables import of_clips, split_tables
from tools.networks.frozen_tagger import FrozenClassifier, encode
from tools.windows.pcm_store import PcmStore

SHARES = (0.125, 0.25, 0.5, 1.0)
SEED = 0


def learning_curve(
    weights: Path,
    train: PcmStore,
    stores: Mapping[str, PcmStore],
    labels: Sequence[str],
    background: str,
) -> list[dict[str, Any]]:
    """Return, for each share of the recordings, their number and the tables of each split."""
    learned = encode(weights, train, labels)
    heard = {split: encode(weights, store, labels) for split, store in stores.items()}
    curve = []
    for share in SHARES:
        chosen = some_recordings(train.clips, share)
        classifier = FrozenClassifier(of_clips(learned, chosen), labels, background)
        tables = {
            split: split_tables(
                replace(windows, scores=classifier(windows.scores)), labels, background
            )
            for split, windows in heard.items()
        }
        groups = {
            clip.group for clip, is_chosen in zip(train.clips, chosen, strict=True) if is_chosen
        }
        curve.append({"share": share, "recordings": len(groups), "tables": tables})
    return curve


def some_recordings(clips: Sequence[Clip], share: float) -> NDArray[np.bool_]:
    """Mark the clips (n,) of a share of each label's recordings; a larger share holds a smaller one."""
    chosen: set[tuple[str, str]] = set()
    for label in sorted({clip.label for clip in clips}):
        groups = sorted({clip.group for clip in clips if clip.label == label})
        order = np.random.default_rng(SEED).permutation(len(groups))
        count = max(1, round(share * len(groups)))
        chosen |= {(label, groups[number]) for number in order[:count]}
    return np.array([(clip.label, clip.group) in chosen for clip in clips])


def curve_text(curve: Sequence[Mapping[str, Any]]) -> str:
    """Return the curve as a Markdown table."""
    labels = list(next(iter(curve[0]["tables"].values()))["paper_mix"]["classes"])
    head = ["split", "recordings", "accuracy (micro)", "precision", "recall", *labels]
    rows = [head, ["---"] * len(head)]
    for split in curve[0]["tables"]:
        for point in curve:
            mix = point["tables"][split]["paper_mix"]
            rows.append(
                [
                    split,
                    f"{point['recordings']}",
                    f"{mix['micro']['accuracy']:.1%}",
                    f"{mix['macro']['precision']:.1%}",
                    f"{mix['macro']['recall']:.1%}",
                    *(_recall(mix["classes"][label]) for label in labels),
                ]
            )
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        "### Learning curve\n\n"
        "The classifier on the frozen mn04, taught by a share of the recordings of train (an eighth to all); "
        f"paper mix, and the recall of each class.\n\n{table}"
    )


def _recall(row: Mapping[str, Any]) -> str:
    return f"{row['recall']:.0%}" if row["items"] else "-"
