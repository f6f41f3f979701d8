"""Tell what the decider's detections of a class in a stream were: heard events or false alarms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.decide import ClassPolicy
from tools.measures.detections import detection_times
from tools.streams.scoring import Heard, ScoredStream
from tools.windows.features import FRONT_END

# A window ends up to a hop after what it holds, and sustained sounds are confirmed by several.
GRACE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the detections of one class in a stream were.

    `heard` (events of the class,): whether a detection started while it sounded or just after.
    `confused`: the label of the other class's event in which a detection started, for each that did.
    `elsewhere`: the name of the background clip, for each that started outside events.
    """

    heard: NDArray[np.bool_]
    confused: Sequence[str]
    elsewhere: Sequence[str]


def judge(stream: ScoredStream, labels: Sequence[str], label: str, policy: ClassPolicy) -> Verdict:
    """Run the decider with one class's policy and sort its detections."""
    times = detection_times(stream.scores[:, labels.index(label)], label, policy)
    event = _sounding(times, stream.events, GRACE_SECONDS)
    mine = [i for i, sounded in enumerate(stream.events) if sounded.clip.label == label]
    in_event = [stream.events[i].clip.label for i in event[event >= 0]]
    middle = times[event < 0] - FRONT_END.patch_seconds / 2
    return Verdict(
        heard=np.isin(mine, event),
        confused=[other for other in in_event if other != label],
        elsewhere=[
            stream.background[i].clip.name for i in _sounding(middle, stream.background, 0.0)
        ],
    )


def _sounding(
    times: NDArray[np.float64], sounds: Sequence[Heard], grace_seconds: float
) -> NDArray[np.int64]:
    """Return which sound each time falls into, the later where two overlap, or -1."""
    starts = np.array([-np.inf, *(sound.start for sound in sounds)])
    stops = np.array([-np.inf, *(sound.stop for sound in sounds)]) + grace_seconds
    latest = np.searchsorted(starts, times, side="right") - 1
    return np.where(times <= stops[latest], latest - 1, -1)
