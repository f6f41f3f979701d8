"""List the labelled clips of a catalogue CSV or of a folder with one sub-folder per class."""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.errors import ToolError

SPLITS = ("train", "val", "test")
AUDIO_SUFFIXES = frozenset({".wav", ".ogg", ".opus", ".flac", ".mp3", ".m4a", ".aac", ".webm"})
CATALOGUE_COLUMNS = ("path", "label", "split", "group")


class DatasetError(ToolError):
    """A data set that cannot be used; the message names the file and the cure."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """Name one labelled recording, or one that a generator makes.

    `name` is unique within a data set, `group` is the original recording: all clips of a group
    sit in one split. `path` is None for a generated clip, whose `name` is `generator:seed`.
    `vouched`: a person heard the clip and stands by its label. `dropped_seconds`: where windows start
    that do not count as the label, though they are as loud as the event.
    """

    name: str
    label: str
    split: str
    group: str
    source: str = ""
    path: Path | None = None
    vouched: bool = False
    dropped_seconds: tuple[float, ...] = ()


def read_dataset(data: Path, labels: Sequence[str]) -> list[Clip]:
    """Read a catalogue CSV, a folder that holds `catalogue.csv`, or a folder per class."""
    if not data.exists():
        raise DatasetError(
            f"{data}: no such file or folder; pass a catalogue CSV or a folder with one "
            "sub-folder per class to --data"
        )
    if data.is_file():
        clips = _read_catalogue(data, labels)
    elif (data / "catalogue.csv").is_file():
        clips = _read_catalogue(data / "catalogue.csv", labels)
    else:
        clips = _read_class_folders(data, labels)
    check_groups(clips)
    return clips


def select(clips: Iterable[Clip], split: str) -> list[Clip]:
    """Return the clips of one split, in their order."""
    return [clip for clip in clips if clip.split == split]


def require_every_label(
    clips: Sequence[Clip], labels: Sequence[str], split: str, data: Path
) -> None:
    """Raise when a label has no clip in a split."""
    present = {clip.label for clip in clips if clip.split == split}
    missing = [label for label in labels if label not in present]
    if missing:
        raise DatasetError(
            f"{data}: no {split} clip of {', '.join(missing)}; add recordings of it, three at least, or "
            "take the label out of the recipe"
        )


def check_groups(clips: Iterable[Clip]) -> None:
    """Raise when clips of one recording sit in two splits."""
    split_of: dict[str, str] = {}
    for clip in clips:
        if split_of.setdefault(clip.group, clip.split) != clip.split:
            raise DatasetError(
                f"{clip.name}: its group {clip.group} is in {split_of[clip.group]} and in "
                f"{clip.split}; a recording must stay in one split"
            )


def data_hash(clips: Iterable[Clip]) -> str:
    """Return a sha256 of what all clips are: names, labels, splits, dropped windows and bytes.

    A file that is gone has no bytes.
    """
    digest = hashlib.sha256()
    for clip in sorted(clips, key=lambda clip: clip.name):
        dropped = clip.dropped_seconds or ""
        digest.update(f"{clip.name}|{clip.label}|{clip.split}|{dropped}".encode())
        if clip.path and clip.path.is_file():
            with clip.path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _read_catalogue(catalogue: Path, labels: Sequence[str]) -> list[Clip]:
    try:
        with catalogue.open(newline="", encoding="utf-8") as lines:
            rows = csv.DictReader(lines, restval="")
            given = rows.fieldnames or ()
            missing = [column for column in CATALOGUE_COLUMNS if column not in given]
            if missing:
                raise DatasetError(
                    f"{catalogue}: no column {', '.join(missing)}; a catalogue needs the columns "
                    f"{', '.join(CATALOGUE_COLUMNS)}"
                )
            return [
                _clip_of_row(catalogue, number, row, labels) for number, row in enumerate(rows, 2)
            ]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{catalogue}: is no CSV in UTF-8 ({error}); save it as one") from error


def _clip_of_row(catalogue: Path, number: int, row: dict[str, str], labels: Sequence[str]) -> Clip:
    for column, allowed in (("label", labels), ("split", SPLITS)):
        if row[column] not in allowed:
            raise DatasetError(
                f"{catalogue}, line {number}: {column} {row[column]!r} is none of "
                f"{', '.join(allowed)}"
            )
    return Clip(
        name=row["path"],
        label=row["label"],
        split=row["split"],
        group=row["group"],
        source=row.get("source") or "",
        path=catalogue.parent / row["path"],
    )


def _read_class_folders(folder: Path, labels: Sequence[str]) -> list[Clip]:
    clips = []
    for label in labels:
        class_folder = folder / label
        if not class_folder.is_dir():
            raise DatasetError(
                f"{class_folder}: no such folder; make it and put recordings of {label} into it"
            )
        paths = sorted(p for p in class_folder.rglob("*") if p.suffix.lower() in AUDIO_SUFFIXES)
        if not paths:
            raise DatasetError(
                f"{class_folder}: holds no audio; put recordings of {label} into it "
                f"({', '.join(sorted(AUDIO_SUFFIXES))})"
            )
        clips += _split_class(folder, label, paths)
    return clips


def _split_class(folder: Path, label: str, paths: Sequence[Path]) -> list[Clip]:
    """Put of each five files one into val and one into test, in an order given by names.

    The order is that of a hash of the name, so it looks random and is the same everywhere.
    """
    names = [path.relative_to(folder).as_posix() for path in paths]
    order = sorted(range(len(names)), key=lambda i: hashlib.sha256(names[i].encode()).digest())
    split_of = {i: _split_at(place, len(names)) for place, i in enumerate(order)}
    return [
        Clip(name=name, label=label, split=split_of[i], group=name, path=paths[i])
        for i, name in enumerate(names)
    ]


def _split_at(place: int, count: int) -> str:
    """Return a file's split; of fewer than five, three have one each, and two have none for test."""
    if count < 5:
        return SPLITS[max(0, place - max(0, count - len(SPLITS)))]
    return {3: "val", 4: "test"}.get(place % 5, "train")
