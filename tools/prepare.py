"""Make a data set to train on: `python -m tools.prepare MY_CLIPS --out prepared`.

MY_CLIPS is a folder with one sub-folder per class, or a catalogue CSV with the columns path and label
and, if you like, split and group. Every file is decoded and checked; corrupt, empty, silent, too short
and duplicate ones are named with the cure and left out. The others become 16 kHz mono FLAC: it loses
nothing, so no sound is coded twice, and the same sound is the same samples whatever file it came in.
A group (the original recording) goes into one of train, val and test as a whole.

OUT gets a folder per class, catalogue.csv, which `python -m tools.train --data OUT` reads, and
prepare-report.json with what was done with each file of MY_CLIPS. It is there whole or not at all.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tools.data.dataset import SPLITS, DatasetError
from tools.data.duplicates import without_duplicates
from tools.data.flac import flac_bytes
from tools.data.prepare_report import prepare_report, refused, summary_text
from tools.data.recordings import Recording, read_source
from tools.data.sound_checks import Checked, Limits, Verdict, check
from tools.data.splits import assign_splits
from tools.runs.new_folder import new_folder
from tools.runs.progress import progress
from tools.runs.run_folder import surroundings, write_json
from tools.runs.verb import ends_in_words

DIGEST_DIGITS = 10
SHARES = {"train": 70.0, "val": 15.0, "test": 15.0}


def prepare(
    source: Path,
    out: Path,
    *,
    limits: Limits,
    shares: Mapping[str, float],
    group_by_folder: bool = False,
) -> dict[str, Any]:
    """Make the data set and return its report; raise DatasetError when nothing can be used."""
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise DatasetError(f"{out}: lies inside {source}; choose an --out beside it")
    listed = read_source(source, group_by_folder=group_by_folder)
    with new_folder(out) as made:
        found = progress(
            _checked(listed.recordings, limits, made), total=len(listed.recordings), title="files"
        )
        checked = without_duplicates(list(found))
        used = [item for item in checked if item.verdict is Verdict.USED]
        if not used:
            reasons = "".join(f"\n{item.reason}" for item in checked[:10])
            raise DatasetError(
                f"{source}: holds no recording that can be used; put some of each class into its "
                f"folder{reasons}"
            )
        split_of = assign_splits([item.recording for item in used], shares)
        rows = [_row(item, split_of[item.recording.group]) for item in used]
        _place(made, used)
        _write_catalogue(made / "catalogue.csv", rows)
        report = {
            "source": source.name,
            "settings": asdict(limits) | {"shares": dict(shares)},
            **surroundings(),
            **prepare_report(listed, checked, rows),
        }
        write_json(made / "prepare-report.json", report)
    return report


def _checked(recordings: Iterable[Recording], limits: Limits, made: Path) -> Iterable[Checked]:
    """Check each recording and write what can be used as `made/DIGEST.flac`."""
    for recording in recordings:
        checked, pcm = check(recording, limits)
        if pcm is not None:
            (made / f"{checked.digest}.flac").write_bytes(flac_bytes(pcm))
        yield checked


def _clip_name(item: Checked) -> str:
    digest = item.digest[:DIGEST_DIGITS]
    stem = Path(item.recording.name).stem.removesuffix(f"-{digest}")
    return f"{item.recording.label}/{stem}-{digest}.flac"


def _place(made: Path, used: Sequence[Checked]) -> None:
    """Give the clips their names; what is left without one is a sound under two labels."""
    for item in used:
        place = made / _clip_name(item)
        place.parent.mkdir(exist_ok=True)
        (made / f"{item.digest}.flac").rename(place)
    for leftover in made.glob("*.flac"):
        leftover.unlink()


def _row(item: Checked, split: str) -> dict[str, str]:
    """Return a line of the catalogue; `original` is the file it was made from."""
    extra = dict(item.recording.extra)
    return {
        "path": _clip_name(item),
        "label": item.recording.label,
        "split": split,
        "group": item.recording.group,
        **extra,
        "source_rate_hz": extra.get("source_rate_hz") or str(item.source_rate_hz),
        "seconds": f"{item.seconds:g}",
        "original": extra.get("original") or item.recording.name,
    }


def _write_catalogue(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _shares(text: str) -> dict[str, float]:
    """Read TRAIN/VAL/TEST."""
    parts = [float(part) for part in text.split("/")]
    if len(parts) != len(SPLITS) or min(parts) < 0 or not parts[0]:
        raise ValueError(text)
    return dict(zip(SPLITS, parts, strict=True))


@ends_in_words("stopped; nothing was written")
def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.prepare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", type=Path, help="folder per class, or a catalogue CSV")
    parser.add_argument("--out", type=Path, required=True, help="folder to make")
    parser.add_argument(
        "--shares",
        type=_shares,
        default=SHARES,
        metavar="TRAIN/VAL/TEST",
        help="of the groups whose split the source leaves open (default 70/15/15)",
    )
    parser.add_argument(
        "--group-by-folder",
        action="store_true",
        help="files of one folder below a class's folder are one recording",
    )
    limits = Limits()
    parser.add_argument(
        "--shortest",
        type=float,
        default=limits.shortest_seconds,
        metavar="SECONDS",
        help="refuse what is shorter (default %(default)s)",
    )
    parser.add_argument(
        "--silence",
        type=float,
        default=limits.silence_dbfs,
        metavar="DBFS",
        help="refuse what never gets louder (default %(default)s)",
    )
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a file was refused")
    options = parser.parse_args(arguments)
    report = prepare(
        options.source,
        options.out,
        limits=Limits(shortest_seconds=options.shortest, silence_dbfs=options.silence),
        shares=options.shares,
        group_by_folder=options.group_by_folder,
    )
    for file in refused(report):
        print(f"{file['verdict']}: {file['reason']}", file=sys.stderr)
    for warning in report["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
    print(summary_text(report))
    print(f"next: python -m tools.train --data {options.out} --out runs/mine")
    return 1 if options.strict and refused(report) else 0


if __name__ == "__main__":
    sys.exit(main())
