"""Propose which windows to leave out: `python -m tools.clean CLIPS --run runs/a --out cleaning --clips 200`.

CLIPS is a data set of `python -m tools.train`, runs/a a run folder of it, whose network turns each
window (0.96 s every 0.48 s) into a vector. A window of an event's clip that is nearer to silence than
to every class is a pause: drop. One that is much nearer to another class than to its own gets that
class. All else: keep. Nothing of CLIPS is changed, and its test split is not even read.

OUT gets proposals.csv, a line per window, to be reviewed and edited; pictures of each class
(clip-CLASS.png: spectrogram and distances over time), silence.png, clusters.png; clean-report.json.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from tools.data.corrections import DROP, KEEP
from tools.data.dataset import Clip
from tools.measures.cleaning import Proposals, Rule, find_prototypes, propose
from tools.measures.cleaning_plots import draw_clip, draw_clusters, draw_silence, telling_clip
from tools.runs.checkpoint import load_network
from tools.runs.new_folder import new_folder
from tools.runs.run_folder import RunFolderError, surroundings, write_json
from tools.runs.verb import ends_in_words
from tools.windows.embeddings import EmbeddedWindows, embed_clips
from tools.windows.training_data import read_clips

CLEANED_SPLITS = ("train", "val")  # never test: it must stay as hard as it is


def clean(data: Path, run: Path, out: Path, rule: Rule, most_clips: int = 0) -> dict[str, Any]:
    """Write the proposals and return the report."""
    recipe, network = load_network(run)
    _require_embedding(run, network)
    clips = [clip for clip in read_clips(recipe, data) if clip.split in CLEANED_SPLITS]
    if most_clips:
        clips = some_of_each_label(clips, recipe.labels, most_clips, rule.seed)
    with new_folder(out) as made:
        windows = embed_clips(network, clips, recipe.data.gate_db, recipe.front_end)
        prototypes = find_prototypes(windows, recipe.labels, network, rule, recipe.front_end)
        proposals = propose(windows, recipe.background, prototypes, rule)
        _write_proposals(made / "proposals.csv", windows, proposals)
        for label in recipe.events:
            number = telling_clip(windows, proposals, label)
            if number is not None:
                draw_clip(windows, proposals, number, made / f"clip-{label}.png")
        draw_silence(windows, proposals, recipe.labels, made / "silence.png")
        draw_clusters(windows, prototypes, recipe.labels, made / "clusters.png")
        report = {
            "run": run.name,
            "data": data.name,
            "rule": asdict(rule),
            **surroundings(),
            "clips": len(clips),
            "left_out": windows.failures,
            "proposals": _counts(windows, proposals, recipe.labels),
            "clips_with_nothing_to_keep": _nothing_to_keep(windows, proposals),
        }
        write_json(made / "clean-report.json", report)
    return report


def _require_embedding(run: Path, network: nn.Module) -> None:
    if not hasattr(network, "embedding"):
        raise RunFolderError(
            f"{run}: its network gives no embedding; choose a run of another recipe"
        )


def some_of_each_label(
    clips: Sequence[Clip], labels: Sequence[str], most: int, seed: int
) -> list[Clip]:
    """Draw about as many clips of each label; a train clip of each comes first."""
    rng = np.random.default_rng(seed)
    chosen: list[Clip] = []
    for label in labels:
        mine = [clip for clip in clips if clip.label == label]
        drawn = [mine[i] for i in rng.permutation(len(mine))]
        first = next(i for i, clip in enumerate(drawn) if clip.split == "train")
        drawn.insert(0, drawn.pop(first))
        chosen += drawn[: max(1, most // len(labels))]
    return chosen


def _write_proposals(path: Path, windows: EmbeddedWindows, proposals: Proposals) -> None:
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(
            (
                "path",
                "label",
                "split",
                "start_seconds",
                "level_dbfs",
                "own_distance",
                "silence_distance",
                "other_label",
                "other_distance",
                "proposal",
            )
        )
        for row, number in enumerate(windows.clip):
            clip = windows.clips[number]
            writer.writerow(
                (
                    clip.name,
                    clip.label,
                    clip.split,
                    f"{windows.start_seconds[row]:.2f}",
                    f"{windows.level_dbfs[row]:.1f}",
                    f"{proposals.own_distance[row]:.3f}",
                    f"{proposals.silence_distance[row]:.3f}",
                    proposals.other[row],
                    f"{proposals.other_distance[row]:.3f}",
                    proposals.proposal[row],
                )
            )


def _counts(
    windows: EmbeddedWindows, proposals: Proposals, labels: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Return how many windows of each label are proposed for what."""
    counted = Counter(
        (windows.clips[number].label, proposal)
        for number, proposal in zip(windows.clip, proposals.proposal, strict=True)
    )
    kinds = (KEEP, DROP, *labels)
    return {
        label: {kind: counted[label, kind] for kind in kinds if counted[label, kind]}
        for label in labels
    }


def _nothing_to_keep(windows: EmbeddedWindows, proposals: Proposals) -> list[str]:
    """Name the clips that may be labelled wrongly as a whole."""
    kept = {
        int(number)
        for number, proposal in zip(windows.clip, proposals.proposal, strict=True)
        if proposal == KEEP
    }
    return [windows.clips[number].name for number in np.unique(windows.clip) if number not in kept]


def _print_summary(report: Mapping[str, Any], out: Path) -> None:
    for failure in report["left_out"]:
        print(f"left out: {failure}", file=sys.stderr)
    for label, counts in report["proposals"].items():
        print(f"{label}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    print(f"{len(report['clips_with_nothing_to_keep'])} clips have no window to keep")
    print(
        f"review {out / 'proposals.csv'} beside the pictures in {out}, then: "
        f"python -m tools.train --reviewed {out / 'proposals.csv'}"
    )


@ends_in_words("stopped; nothing was written")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.clean",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rule = Rule()
    parser.add_argument("data", type=Path, help="catalogue CSV or folder of clips")
    parser.add_argument("--run", type=Path, required=True, help="run folder whose network encodes")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    parser.add_argument(
        "--clips", type=int, default=0, help="draw about so many, of each class alike (default all)"
    )
    parser.add_argument(
        "--prototypes",
        type=int,
        default=rule.prototypes,
        help="k-means centers per class and of silence; fewer find more (default %(default)s)",
    )
    parser.add_argument(
        "--surely",
        type=float,
        default=rule.surely,
        help="propose another class that is nearer by this factor (default %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=rule.seed)
    options = parser.parse_args(arguments)
    chosen = Rule(prototypes=options.prototypes, surely=options.surely, seed=options.seed)
    report = clean(options.data, options.run, options.out, chosen, options.clips)
    _print_summary(report, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
