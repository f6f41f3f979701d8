"""Clips on the disk: the sound of a detection, a picture of it, and what was heard in it. Everything here blocks."""

import contextlib
import io
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from homeassistant.util import slugify
from numpy.typing import NDArray
from PIL import Image

from .clip_marks import Mark, Verdict, with_mark
from .engine.encode import flac_bytes

SOUND, PICTURE, NOTES = ".flac", ".png", ".json"
# A clip's name: when its sound was heard (UTC), and what it was heard as first.
_NAME = re.compile(r"(\d{8}-\d{6})-([a-z0-9_]+)")
_TIME = "%Y%m%d-%H%M%S"

# A distant camera's sound is made audible; beyond this gain only its own noise would be.
LARGEST_GAIN_DB: Final = 40.0
LISTENING_PEAK: Final = 0.9
INT16_PEAK: Final = 32_767

FFT_SIZE, FFT_HOP = 512, 160
PICTURE_SIZE = (800, 256)
PICTURE_COLORS = 64  # a third of the file's size, and no eye sees it
LEAST_RANGE_DB = 30.0
# From silence to loud: black, blue, violet, orange, white.
COLORS = np.array([[0, 0, 4], [40, 30, 110], [150, 40, 120], [240, 130, 40], [252, 255, 220]])


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipSound:
    """What a clip is made of.

    `pcm`: mono samples. `began`: when the first was heard. `notes`: what else is kept, as JSON.
    """

    pcm: NDArray[np.int16]
    sample_rate_hz: int
    began: datetime
    notes: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipName:
    """A clip's name taken apart."""

    name: str
    heard_at: datetime
    label: str


def clip_name(heard_at: datetime, label: str) -> str:
    """Return the name of a clip; a model of one's own may have labels that are no file's name."""
    return f"{heard_at.astimezone(UTC):{_TIME}}-{slugify(label)}"


def parse_name(name: str) -> ClipName | None:
    """Take a clip's name apart; None for anything else, such as a path."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        heard_at = datetime.strptime(found[1], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return ClipName(name=name, heard_at=heard_at, label=found[2])


def write_clip(folder: Path, name: str, sound: ClipSound) -> None:
    """Write a clip's files, each whole or not at all; the notes last. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    samples, gain_db = _made_audible(sound.pcm)
    notes = {
        **sound.notes,
        "began": sound.began.isoformat(),
        "seconds": round(len(samples) / sound.sample_rate_hz, 3),
        "gain_db": round(gain_db, 1),
    }
    contents = {
        SOUND: flac_bytes(samples, sound.sample_rate_hz),
        PICTURE: _spectrogram(samples),
        NOTES: json.dumps(notes).encode(),
    }
    try:
        for suffix, content in contents.items():
            replace_file(folder / f"{name}{suffix}", content)
    except OSError:
        for path in folder.glob(f"{name}.*"):
            path.unlink(missing_ok=True)
        raise


def replace_file(path: Path, content: bytes) -> None:
    """Write a file that is whole or as it was before. Raises OSError."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def list_clips(folder: Path) -> list[ClipName]:
    """Return the whole clips of a folder, the newest first."""
    names = (parse_name(path.stem) for path in folder.glob(f"*{NOTES}"))
    return sorted(filter(None, names), key=lambda clip: clip.name, reverse=True)


def read_notes(folder: Path, name: str) -> dict[str, Any]:
    """Return a clip's notes. Raises OSError, or ValueError for what is none."""
    notes = json.loads((folder / f"{name}{NOTES}").read_text(encoding="utf-8"))
    if not isinstance(notes, dict):
        raise ValueError(f"{name}{NOTES} holds no notes")
    return notes


def write_mark(folder: Path, name: str, mark: Mark | None) -> None:
    """Change a clip's mark, or take it away. Raises OSError or ValueError."""
    notes = with_mark(read_notes(folder, name), mark)
    replace_file(folder / f"{name}{NOTES}", json.dumps(notes).encode())


def prune(folder: Path, *, now: datetime, days: float, megabytes: float) -> None:
    """Delete clips that are too old, and then the oldest until the rest is small enough. Raises OSError.

    Reviewed clips, a person's work, never are too old and go last. What a crash left of a clip goes too, so
    nothing may be written meanwhile.
    """
    clips = list_clips(folder)
    whole = {clip.name for clip in clips}
    for path in folder.iterdir() if folder.is_dir() else ():
        part_of = parse_name(path.name.partition(".")[0])
        if part_of and (path.suffix == ".part" or part_of.name not in whole):
            path.unlink(missing_ok=True)
    oldest = now - timedelta(days=days)
    kept = []
    for clip in clips:
        if clip.heard_at < oldest and not _is_reviewed(folder, clip.name):
            _remove_clip(folder, clip)
        else:
            kept.append(clip)
    sizes = {clip: _clip_bytes(folder, clip) for clip in kept}
    excess = sum(sizes.values()) - megabytes * 1e6
    if excess <= 0:
        return  # the notes need not be read
    for clip in sorted(kept, key=lambda clip: (_is_reviewed(folder, clip.name), clip.name)):
        if excess <= 0:
            break
        _remove_clip(folder, clip)
        excess -= sizes[clip]


def _is_reviewed(folder: Path, name: str) -> bool:
    """Tell whether a person has decided about a clip; notes that can't be read hold no mark."""
    try:
        mark = Mark.read(read_notes(folder, name))
    except OSError, ValueError:
        return False
    return mark is not None and mark.verdict is not Verdict.UNSURE


def _clip_files(folder: Path, clip: ClipName) -> list[Path]:
    """Return a clip's files in the order in which they are deleted: without notes it is none any more."""
    return [folder / f"{clip.name}{suffix}" for suffix in (NOTES, PICTURE, SOUND)]


def _clip_bytes(folder: Path, clip: ClipName) -> int:
    return sum(path.stat().st_size for path in _clip_files(folder, clip) if path.exists())


def _remove_clip(folder: Path, clip: ClipName) -> None:
    for path in _clip_files(folder, clip):
        path.unlink(missing_ok=True)


def remove_clips(folder: Path) -> None:
    """Delete a camera's folder, if there is one. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _made_audible(pcm: NDArray[np.int16]) -> tuple[NDArray[np.int16], float]:
    """Raise the loudest sample to where it is well heard; return the samples and the gain."""
    peak = float(np.abs(pcm.astype(np.float32)).max(initial=0.0)) / INT16_PEAK
    wanted_db = 20.0 * np.log10(LISTENING_PEAK / peak) if peak > 0 else 0.0
    gain_db = float(np.clip(wanted_db, 0.0, LARGEST_GAIN_DB))
    return np.rint(pcm * 10.0 ** (gain_db / 20.0)).astype(np.int16), gain_db


def _spectrogram(samples: NDArray[np.int16]) -> bytes:
    """Draw frequency over time, low at the bottom, as a PNG."""
    padded = np.pad(samples.astype(np.float32) / INT16_PEAK, (0, FFT_SIZE))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT_SIZE)[::FFT_HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FFT_SIZE), axis=1)) ** 2
    level_db = 10.0 * np.log10(power.T[::-1] + 1e-10)
    # From what is always there to the loudest; a steady sound alone is no brighter than it is loud.
    quiet_db = float(np.percentile(level_db, 30))
    range_db = max(float(level_db.max()) - quiet_db, LEAST_RANGE_DB)
    shown = np.clip((level_db - quiet_db) / range_db, 0.0, 1.0)
    colors = [np.interp(shown, np.linspace(0, 1, len(COLORS)), channel) for channel in COLORS.T]
    picture = Image.fromarray(np.stack(colors, axis=-1).astype(np.uint8)).resize(PICTURE_SIZE)
    file = io.BytesIO()
    picture.quantize(PICTURE_COLORS).save(file, "PNG", optimize=True)
    return file.getvalue()


def scores_over_time(times: Sequence[float], scores: Sequence[dict[str, float]]) -> dict[str, Any]:
    """Return scores as columns, which are a third of the rows' size."""
    labels = list(scores[0]) if scores else []
    return {
        "times": [round(time, 2) for time in times],
        **{label: [round(row[label], 3) for row in scores] for label in labels},
    }
