"""List the recordings of a source that nobody has checked yet: class folders or a catalogue CSV."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.data.dataset import AUDIO_SUFFIXES, SPLITS, DatasetError

OWN_COLUMNS = frozenset({"path", "label", "split", "group"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """One labelled file; `split` is empty when the source leaves it open.

    `group` names what was recorded in one go and must stay in one split. `extra` are the columns
    of a catalogue that nobody here reads.
    """

    name: str
    path: Path
    label: str
    group: str
    split: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """All files of a source: `ignored` maps the names of those that are no recordings to the reason."""

    recordings: list[Recording]
    ignored: dict[str, str]
    labels: list[str]


def read_source(source: Path, *, group_by_folder: bool = False) -> Source:
    """Read a catalogue CSV, a folder that holds `catalogue.csv`, or a folder per class."""
    if source.is_file():
        return _catalogue(source)
    if not source.is_dir():
        raise DatasetError(
            f"{source}: no such file or folder; pass a catalogue CSV or a folder with one "
            "sub-folder per class"
        )
    catalogue = source / "catalogue.csv"
    if not catalogue.is_file():
        return _class_folders(source, group_by_folder)
    listed = _catalogue(catalogue)
    known = {recording.path for recording in listed.recordings} | {catalogue}
    listed.ignored.update(
        {
            path.relative_to(source).as_posix(): "not in catalogue.csv"
            for path in _files(source)
            if path not in known
        }
    )
    return listed


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _class_folders(folder: Path, group_by_folder: bool) -> Source:
    labels = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not labels:
        raise DatasetError(f"{folder}: holds no sub-folder; make one per class, named like it")
    recordings, ignored = [], {}
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        label, _, inside = name.partition("/")
        if label not in labels or not inside:
            ignored[name] = "in no class folder"
        elif path.name.startswith(".") or path.suffix.lower() not in AUDIO_SUFFIXES:
            ignored[name] = f"no audio file ({', '.join(sorted(AUDIO_SUFFIXES))})"
        else:
            together = group_by_folder and "/" in inside
            group = path.parent.relative_to(folder).as_posix() if together else name
            recordings.append(Recording(name=name, path=path, label=label, group=group))
    return Source(recordings=recordings, ignored=ignored, labels=labels)


def _catalogue(catalogue: Path) -> Source:
    try:
        # utf-8-sig: spreadsheets put a byte order mark before the first column's name.
        with catalogue.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.DictReader(lines)
            missing = {"path", "label"} - set(rows.fieldnames or ())
            if missing:
                raise DatasetError(
                    f"{catalogue}: no column {', '.join(sorted(missing))}; a catalogue needs path "
                    "and label, and may say split and group"
                )
            recordings = [_of_row(catalogue, number, row) for number, row in enumerate(rows, 2)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{catalogue}: is no CSV in UTF-8 ({error}); save it as one") from error
    labels = sorted({recording.label for recording in recordings})
    return Source(recordings=recordings, ignored={}, labels=labels)


def _of_row(catalogue: Path, number: int, row: Mapping[str, str | None]) -> Recording:
    values = {key: (value or "") for key, value in row.items() if isinstance(key, str)}
    name, label, split = (values.get(column, "").strip() for column in ("path", "label", "split"))
    where = f"{catalogue}, line {number}"
    if not name:
        raise DatasetError(f"{where}: no path; name the file or delete the line")
    if not label or "/" in label or "\\" in label or label.startswith("."):
        raise DatasetError(f"{where}: label {label!r} cannot name a folder; write a plain word")
    if split and split not in SPLITS:
        raise DatasetError(
            f"{where}: split {split!r} is none of {', '.join(SPLITS)}; leave it empty to have one "
            "chosen"
        )
    return Recording(
        name=name,
        path=catalogue.parent / name,
        label=label,
        group=values.get("group", "").strip() or name,
        split=split,
        extra={key: value for key, value in values.items() if key not in OWN_COLUMNS},
    )
