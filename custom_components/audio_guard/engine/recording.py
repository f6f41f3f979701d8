"""A recording as a whole: read it, and score it from its first sample to its last."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .analysis import Analyzer
from .capture import Capture, StreamInfo
from .card import Model
from .errors import NoAudioError, StoppedError, TooLongError
from .frame import ScoreFrame
from .scorer import Scorer
from .source import Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """What a source holds: how it is coded, and its sound as mono samples."""

    stream: StreamInfo
    pcm: NDArray[np.float32]
    sample_rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.pcm) / self.sample_rate_hz


def read_recording(
    source: Source,
    sample_rate_hz: int,
    *,
    longest_seconds: float,
    stop: threading.Event | None = None,
) -> Recording:
    """Read a source to its end; blocks. Whoever sets `stop` ends it within a second.

    Raises `TooLongError` as soon as it proves longer than that, or another `SourceError`.
    """
    pieces: list[NDArray[np.float32]] = []
    left = longest_seconds * sample_rate_hz
    with Capture(source, sample_rate_hz, stop=stop) as capture:
        stream = capture.open() if capture.info is None else capture.info
        for pcm in capture.chunks():
            pieces.append(pcm)
            left -= len(pcm)
            if left < 0:
                raise TooLongError(f"{source.name} is longer than {longest_seconds:.0f} s")
    if not any(map(len, pieces)):
        raise NoAudioError(f"{source.name} holds no sound")
    return Recording(stream=stream, pcm=np.concatenate(pieces), sample_rate_hz=sample_rate_hz)


def score_recording(
    pcm: NDArray[np.float32],
    model: Model,
    scorer: Scorer,
    *,
    gain_db: float = 0.0,
    stop: threading.Event | None = None,
) -> Iterator[ScoreFrame]:
    """Yield a frame a hop for samples at the model's rate; a last, partial window is padded with silence.

    Raises `StoppedError` soon after `stop` is set.
    """
    analyzer = Analyzer("recording", model, scorer, gain_db=gain_db)
    hop = model.front_end.patch_hop_samples
    for start in range(0, len(pcm), hop):
        if stop is not None and stop.is_set():
            raise StoppedError("stopped")
        analyzer.write(pcm[start : start + hop])
        yield from analyzer.drain()
    analyzer.pad()
    yield from analyzer.drain()
