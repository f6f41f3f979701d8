"""Leave out background clips in which another model hears an event: their labels are in doubt."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.data.dataset import Clip, DatasetError


def read_teacher(path: Path) -> dict[str, dict[str, float]]:
    """Read `path,windows,top` rows, top being `class score; class score; ...`."""
    try:
        with path.open(newline="", encoding="utf-8") as lines:
            return {row["path"]: _scores(row["top"]) for row in csv.DictReader(lines)}
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read ({error.strerror})") from error


def _scores(top: str) -> dict[str, float]:
    pairs = (part.strip().rsplit(" ", 1) for part in top.split(";"))
    return {name: float(score) for name, score in pairs}


def without_suspects(
    clips: Sequence[Clip],
    background: str,
    heard: Mapping[str, Mapping[str, float]],
    suspect: Mapping[str, float],
) -> list[Clip]:
    """Return the clips without the background clips that hold a suspect class.

    What a person vouches for stays.
    """
    return [
        clip
        for clip in clips
        if clip.vouched
        or clip.label != background
        or not any(
            heard.get(clip.name, {}).get(name, 0.0) >= least for name, least in suspect.items()
        )
    ]
