"""Make a data set for the training tools of the clips that a person has marked. Everything here blocks."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .clip_files import SOUND, ClipName, list_clips, read_notes
from .clip_marks import NONE_OF_THESE, Mark, Verdict
from .engine.card import FrontEnd
from .engine.catalogue import UNFINISHED, LabelledSound, write_catalogue
from .engine.errors import SourceError
from .engine.recording import read_recording
from .engine.source import Source

# All front ends have this rate and this window, as clips do.
_FRONT_END: Final = FrontEnd()
LONGEST_SECONDS: Final = 60.0
# What two cameras hear within this time may be one event, so it must not be learned and tested with alike.
PAUSE: Final = timedelta(minutes=10)
# A sound is where its score is at least this share of its highest in the clip.
SHARE_OF_HIGHEST: Final = 0.5
ROUNDING_SECONDS: Final = 0.01
# One to learn from, one to choose by and one to test with.
FEWEST_GROUPS: Final = 3

type Span = tuple[float, float]


class LeftOut(StrEnum):
    """Why a clip is not in the data set."""

    UNMARKED = "unmarked"
    UNSURE = "unsure"
    WRONG_WITHOUT_SOUND = "wrong_without_sound"
    UNREADABLE = "unreadable"


@dataclass(kw_only=True, slots=True)
class Tally:
    """How much of one sound there is; `groups`: what was heard in one go."""

    clips: int = 0
    files: int = 0
    seconds: float = 0.0
    groups: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True, slots=True)
class Export:
    """What was made of the clips; `folder` is None where nothing could be."""

    folder: Path | None
    sounds: Mapping[str, Tally]
    left_out: Mapping[LeftOut, int]

    @property
    def too_few(self) -> list[str]:
        """Return the sounds that a model can't be trained for yet, the background among them."""
        labels = sorted({*self.sounds, NONE_OF_THESE})
        return [
            label
            for label in labels
            if label not in self.sounds or len(self.sounds[label].groups) < FEWEST_GROUPS
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Labelled:
    """A clip of which is known what it holds, and where."""

    entry_id: str
    clip: ClipName
    label: str
    spans: Sequence[Span]
    gain_db: float


def export_labelled(
    clips: Path, entry_ids: Iterable[str], exports: Path, *, now: datetime, unnamed_as_others: bool
) -> Export:
    """Write a new folder below `exports`, whole or not at all. Raises OSError.

    `clips` holds a folder per entry. `unnamed_as_others`: take what was marked wrong, without saying which sound it
    was, for none of the model's sounds. Only one export at a time.
    """
    for unfinished in exports.glob(f"{UNFINISHED}*"):
        shutil.rmtree(unfinished)  # the machine went down meanwhile
    left_out: Counter[LeftOut] = Counter()
    found: list[_Labelled] = []
    for entry_id in entry_ids:
        for clip in list_clips(clips / entry_id):
            labelled = _labelled(clips / entry_id, entry_id, clip, unnamed_as_others)
            if isinstance(labelled, LeftOut):
                left_out[labelled] += 1
            else:
                found.append(labelled)
    sounds: dict[str, Tally] = {}
    if not found:
        return Export(folder=None, sounds=sounds, left_out=left_out)
    folder = _new_place(exports, now)
    write_catalogue(folder, _sounds(clips, found, sounds, left_out))
    if not sounds:  # what was marked can't be read
        shutil.rmtree(folder)
        return Export(folder=None, sounds=sounds, left_out=left_out)
    return Export(folder=folder, sounds=sounds, left_out=left_out)


def _new_place(exports: Path, now: datetime) -> Path:
    """Return where an export of this second goes."""
    name = f"{now:%Y%m%d-%H%M%S}"
    names = (name if number == 1 else f"{name}-{number}" for number in count(1))
    return next(exports / name for name in names if not (exports / name).exists())


def _labelled(
    folder: Path, entry_id: str, clip: ClipName, unnamed_as_others: bool
) -> _Labelled | LeftOut:
    """Say what a clip holds and where, or why that is not known."""
    try:
        notes = read_notes(folder, clip.name)
        mark = Mark.read(notes)
        if mark is None:
            return LeftOut.UNMARKED
        if mark.verdict is Verdict.UNSURE:
            return LeftOut.UNSURE
        heard = {each["class"]: None for each in notes["detections"]}  # in their order
        announced = next(iter(heard))
        label = announced if mark.verdict is Verdict.RIGHT else mark.sound
        if label is None and not unnamed_as_others:
            return LeftOut.WRONG_WITHOUT_SOUND
        label = label or NONE_OF_THESE
        # Where only one sound was announced, and that was none, all of the clip is none.
        whole = label == NONE_OF_THESE and len(heard) == 1
        spans = [(0.0, float(notes["seconds"]))] if whole else where_heard(notes, announced)
        gain_db = float(notes["gain_db"])
    except OSError, ValueError, KeyError, TypeError, StopIteration:
        return LeftOut.UNREADABLE
    return _Labelled(entry_id=entry_id, clip=clip, label=label, spans=spans, gain_db=gain_db)


def where_heard(notes: Mapping[str, Any], label: str) -> list[Span]:
    """Return the stretches of a clip, in seconds, in which a sound's score is high."""
    times = [
        time for time in notes["scores"]["times"] if time < notes["seconds"] + ROUNDING_SECONDS
    ]
    scores = np.array(notes["scores"][label][: len(times)])
    high = np.flatnonzero(scores >= SHARE_OF_HIGHEST * scores.max())
    runs = np.split(high, np.flatnonzero(np.diff(high) > 1) + 1)
    # Each time is a window's end.
    return [(max(0.0, times[run[0]] - _FRONT_END.patch_seconds), times[run[-1]]) for run in runs]


def _sounds(
    clips: Path, found: list[_Labelled], sounds: dict[str, Tally], left_out: Counter[LeftOut]
) -> Iterator[LabelledSound]:
    """Yield the pieces of sound, one clip in memory at a time, and count them."""
    for labelled, group in _grouped(found):
        try:
            pcm = _true_sound(clips / labelled.entry_id, labelled)
        except SourceError:
            left_out[LeftOut.UNREADABLE] += 1
            continue
        tally = sounds.setdefault(labelled.label, Tally())
        tally.clips += 1
        tally.groups.add(group)
        for number, (start, stop) in enumerate(labelled.spans, 1):
            rate = _FRONT_END.sample_rate_hz
            sound = LabelledSound(
                name=f"{labelled.entry_id}-{labelled.clip.name}-{number}",
                label=labelled.label,
                group=group,
                pcm=pcm[round(start * rate) : round(stop * rate)],
                sample_rate_hz=rate,
            )
            tally.files += 1
            tally.seconds += sound.seconds
            yield sound


def _grouped(found: list[_Labelled]) -> Iterator[tuple[_Labelled, str]]:
    """Yield the clips in time, each with the name of its group; a group ends with a long pause."""
    ordered = sorted(found, key=lambda labelled: labelled.clip.heard_at)
    group = ordered[0].clip.name
    yield ordered[0], group
    for before, labelled in pairwise(ordered):
        if labelled.clip.heard_at - before.clip.heard_at > PAUSE:
            group = labelled.clip.name
        yield labelled, group


def _true_sound(folder: Path, labelled: _Labelled) -> NDArray[np.float32]:
    """Read a clip's sound as loud as it was heard. Raises SourceError."""
    recording = read_recording(
        Source(url=str(folder / f"{labelled.clip.name}{SOUND}")),
        _FRONT_END.sample_rate_hz,
        longest_seconds=LONGEST_SECONDS,
        stop=threading.Event(),
    )
    quieter: NDArray[np.float32] = recording.pcm * np.float32(10.0 ** (-labelled.gain_db / 20.0))
    return quieter
