"""Read what people decided about clips and their windows, and correct a data set by it.

Two kinds of list are known: that of `python -m tools.review`, whose column `decision` is about whole
clips, and that of `python -m tools.clean`, whose column `proposal` is about the window at
`start_seconds`. A decision is keep, drop, unsure (as if the line were not there) or a label.
"""

import csv
import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tools.data.dataset import Clip, DatasetError

KEEP, DROP, UNSURE = "keep", "drop", "unsure"
CLIP_COLUMNS = ("path", "label", "decision")
WINDOW_COLUMNS = ("path", "label", "start_seconds", "proposal")


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrections:
    """What was decided: keep, drop or a label.

    `clips` by name; `windows` by name and by start in seconds within the clip.
    """

    clips: Mapping[str, str]
    windows: Mapping[str, Mapping[float, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A decision about a clip, or about its window when that has a start."""

    name: str
    start_seconds: float | None
    decision: str
    place: str


def read_corrections(
    lists: Sequence[Path], clips: Sequence[Clip], labels: Sequence[str]
) -> Corrections:
    """Read lists about these clips; of two lists the later one has the last word.

    Raise DatasetError for a line that does not fit the clips, or that would change a test clip.
    """
    clip_of_name = {clip.name: clip for clip in clips}
    of_clips: dict[str, str] = {}
    of_windows: dict[str, dict[float, str]] = {}
    for path in lists:
        for line in _decided_once(_lines(path, clip_of_name, labels)):
            if line.start_seconds is None:
                of_clips[line.name] = line.decision
            else:
                of_windows.setdefault(line.name, {})[line.start_seconds] = line.decision
    return Corrections(clips=of_clips, windows=of_windows)


def correct(clips: Sequence[Clip], corrections: Corrections) -> list[Clip]:
    """Return the clips as they were decided to be, without those to drop.

    A window counts as its clip's label unless it was dropped or said to be of another label.
    """
    return [
        _corrected(clip, corrections) for clip in clips if corrections.clips.get(clip.name) != DROP
    ]


def _corrected(clip: Clip, corrections: Corrections) -> Clip:
    decision = corrections.clips.get(clip.name)
    label = clip.label if decision in (None, KEEP) else decision
    windows = corrections.windows.get(clip.name, {})
    dropped = sorted(start for start, of in windows.items() if of not in (KEEP, label))
    return replace(clip, label=label, vouched=decision is not None, dropped_seconds=tuple(dropped))


def summary(corrections: Corrections, corrected: Sequence[Clip]) -> str:
    """Say in a line what the corrections changed."""
    kinds = Counter(of if of in (KEEP, DROP) else "" for of in corrections.clips.values())
    windows = sum(len(clip.dropped_seconds) for clip in corrected)
    return (
        f"reviewed: {kinds[KEEP]} clips kept, {kinds[DROP]} dropped, {kinds['']} relabeled; "
        f"{windows} windows left out, those said to be of another class too"
    )


def list_facts(lists: Sequence[Path]) -> list[dict[str, str]]:
    """Return what tells the lists from others: names and hashes."""
    return [
        {"name": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        for path in lists
    ]


def _lines(path: Path, clip_of_name: Mapping[str, Clip], labels: Sequence[str]) -> Iterator[_Line]:
    """Read and check the decisions of one list."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            column = _decision_column(path, rows.fieldnames or ())
            for row in rows:
                place = f"{path}, line {rows.line_num}"
                line = _line(row, column, place)
                if line.decision not in ("", UNSURE):
                    yield _checked(line, row["label"], clip_of_name, labels)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{path}: is no CSV in UTF-8 ({error}); save it as one") from error


def _decision_column(path: Path, columns: Sequence[str]) -> str:
    needed = CLIP_COLUMNS if CLIP_COLUMNS[-1] in columns else WINDOW_COLUMNS
    if missing := [column for column in needed if column not in columns]:
        raise DatasetError(
            f"{path}: no column {', '.join(missing)}; a list of python -m tools.review has the "
            f"columns {', '.join(CLIP_COLUMNS)}, one of python -m tools.clean "
            f"{', '.join(WINDOW_COLUMNS)}"
        )
    return needed[-1]


def _line(row: Mapping[str, str | None], column: str, place: str) -> _Line:
    start = _seconds(row["start_seconds"], place) if column == WINDOW_COLUMNS[-1] else None
    decision = (row[column] or "").strip()
    return _Line(name=row["path"] or "", start_seconds=start, decision=decision, place=place)


def _seconds(text: str | None, place: str) -> float:
    try:
        seconds = float(text or "")
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise DatasetError(f"{place}: start_seconds {text!r} is no number")
    return round(seconds, 2)


def _checked(
    line: _Line, label: str | None, clip_of_name: Mapping[str, Clip], labels: Sequence[str]
) -> _Line:
    """Return a decision that fits its clip; its own label means keep."""
    clip = clip_of_name.get(line.name)
    if clip is None:
        raise DatasetError(
            f"{line.place}: no clip {line.name!r} in the data; use the list with the data that it "
            "was made from, or take the line out"
        )
    if label != clip.label:
        raise DatasetError(
            f"{line.place}: {line.name} was {label} when the list was made and is {clip.label} now; "
            "make the list anew or take the line out"
        )
    if line.decision not in (KEEP, DROP, *labels):
        raise DatasetError(
            f"{line.place}: {line.decision!r} is none of {', '.join((KEEP, DROP, UNSURE, *labels))}"
        )
    if line.decision in (KEEP, clip.label):
        return replace(line, decision=KEEP)
    if clip.split == "test":
        raise DatasetError(
            f"{line.place}: {line.name} is a test clip, which must stay as hard as it is; take the "
            "line out"
        )
    return line


def _decided_once(lines: Iterator[_Line]) -> Iterator[_Line]:
    """Pass the lines of one list on; raise when two of them contradict each other."""
    before: dict[tuple[str, float | None], _Line] = {}
    for line in lines:
        first = before.setdefault((line.name, line.start_seconds), line)
        if first.decision != line.decision:
            raise DatasetError(
                f"{line.place}: says {line.decision} of {line.name}, {first.place} says "
                f"{first.decision}; take one out"
            )
        yield line
