"""Let a sound go the way that a camera's sound goes, from its codec to its scores."""

import math
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .capture import StreamInfo
from .card import Model
from .decide import ClassPolicy, Decider
from .encode import write_as_coded
from .frame import ScoreFrame
from .recording import read_recording, score_recording
from .scorer import Scorer
from .source import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsal:
    """A sound as a camera hears it.

    `stream`: how it was coded. `frames`: their time counts from the sound's first sample, and they go on in
    silence for as long as a detection may be held. `seconds`: how long the sound itself is.
    `heard_seconds`: when no window holds any of it any more.
    """

    stream: StreamInfo
    frames: tuple[ScoreFrame, ...]
    seconds: float
    heard_seconds: float

    def until_over(self, decider: Decider) -> Iterator[ScoreFrame]:
        """Yield the frames until the sound is over, and all that the decider made of it."""
        for frame in self.frames:
            yield frame
            if frame.t >= self.heard_seconds and not any(map(decider.active, decider.policies)):
                return


def rehearse(
    pcm: NDArray[np.float32],
    sample_rate_hz: int,
    model: Model,
    scorer: Scorer,
    *,
    stream: StreamInfo | None,
    policies: Mapping[str, ClassPolicy],
    gain_db: float = 0.0,
    stop: threading.Event | None = None,
) -> Rehearsal:
    """Code mono samples like a camera's stream, decode, amplify and score them; blocks for some seconds.

    Raises an `EngineError`, `StoppedError` soon after `stop` is set.
    """
    front_end = model.front_end
    window_seconds = front_end.input_frames * front_end.hop_samples / front_end.sample_rate_hz
    hold_seconds = max((policy.hold_seconds for policy in policies.values()), default=0.0)
    before_seconds = front_end.patch_hop_seconds
    after_seconds = window_seconds + hold_seconds + front_end.patch_seconds
    padding = round(before_seconds * sample_rate_hz), round(after_seconds * sample_rate_hz)
    with tempfile.TemporaryDirectory(prefix="audio_guard_") as folder:
        path = Path(folder) / "sound"
        write_as_coded(path, np.pad(pcm, padding), sample_rate_hz, stream)
        heard = read_recording(
            Source(url=str(path)), front_end.sample_rate_hz, longest_seconds=math.inf, stop=stop
        )
    return Rehearsal(
        stream=heard.stream,
        frames=tuple(
            replace(frame, t=round(frame.t - before_seconds, 6))
            for frame in score_recording(heard.pcm, model, scorer, gain_db=gain_db, stop=stop)
        ),
        seconds=len(pcm) / sample_rate_hz,
        heard_seconds=len(pcm) / sample_rate_hz + window_seconds,
    )
