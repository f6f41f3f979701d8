"""Try a source once, for a person who waits to know whether it sends sound."""

import threading
from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """What a source sent: its stream and the level of its first piece of sound."""

    stream: StreamInfo
    level_dbfs: float


def probe(source: Source, sample_rate_hz: int, stop: threading.Event | None = None) -> Probe:
    """Open the source, hear its first half second and close it; raises a `SourceError`. Blocks for some seconds."""
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
        for pcm in capture.chunks():
            return Probe(stream=stream, level_dbfs=level_dbfs(pcm))
    raise EndOfStreamError(f"{source.name} ended before it sent any sound")
