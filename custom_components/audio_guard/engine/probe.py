"""Try a source once, for a person who waits to know whether it sends sound."""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .capture import Capture, StreamInfo
from .errors import (
    EndOfStreamError,
    HostUnreachableError,
    NoAnswerError,
    NotFoundError,
    SourceError,
    StoppedError,
    UnauthorizedError,
)
from .level import level_dbfs
from .source import RTSP_SCHEMES, Source

# Failures that asking for other tracks can't cure.
_FINAL = (HostUnreachableError, NoAnswerError, UnauthorizedError, NotFoundError, StoppedError)


# Long enough for a room's sounds, short enough for a person who waits.
PROBE_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What a source sent: its stream and how loud it was."""

    stream: StreamInfo
    level_dbfs: float


def probe(source: Source, sample_rate_hz: int, stop: threading.Event | None = None) -> Probe:
    """Open the source, hear it for `PROBE_SECONDS`, or to its end, and close it; raises a `SourceError`. Blocks."""
    try:
        return _hear(source, sample_rate_hz, audio_only=True, stop=stop)
    except _FINAL:
        raise
    except SourceError:
        if source.scheme not in RTSP_SCHEMES:
            raise
    return _hear(source, sample_rate_hz, audio_only=False, stop=stop)


def _hear(
    source: Source, sample_rate_hz: int, *, audio_only: bool, stop: threading.Event | None
) -> Probe:
    """Open the source with one choice of tracks."""
    with Capture(source, sample_rate_hz, audio_only=audio_only, stop=stop) as capture:
        stream = capture.open() if capture.info is None else capture.info
        wanted = round(PROBE_SECONDS * sample_rate_hz)
        pieces: list[NDArray[np.float32]] = []
        for pcm in capture.chunks():
            pieces.append(pcm)
            wanted -= len(pcm)
            if wanted <= 0:
                break
    if not pieces:
        raise EndOfStreamError(f"{source.name} ended before it sent any sound")
    return Probe(stream=stream, level_dbfs=level_dbfs(np.concatenate(pieces)))
