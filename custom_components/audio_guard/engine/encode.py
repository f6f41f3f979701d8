"""Write sound to a file the way a camera codes it."""

import contextlib
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .capture import StreamInfo, load_av

PLAIN = "pcm_s16le"
# Matroska tells a decoder what AAC and Opus put before the sound; WAV takes the telephone's codecs.
CONTAINERS = ("matroska", "wav")


def write_as_coded(
    path: Path, pcm: NDArray[np.float32], sample_rate_hz: int, stream: StreamInfo | None
) -> None:
    """Write mono samples with a stream's codec and rate; blocks.

    Plain 16-bit PCM is written without a stream, or where this FFmpeg can't encode as the camera does.
    """
    av = load_av()
    frame = av.AudioFrame.from_ndarray(pcm[None], format="flt", layout="mono")
    frame.sample_rate = sample_rate_hz
    if stream is not None:
        for container in CONTAINERS:
            with contextlib.suppress(av.error.FFmpegError, ValueError):
                _write(av, path, frame, container, stream.codec, stream.sample_rate_hz)
                return
    _write(av, path, frame, "wav", PLAIN, sample_rate_hz)


def flac_bytes(samples: NDArray[np.int16], sample_rate_hz: int) -> bytes:
    """Encode mono samples without loss, in memory."""
    av = load_av()
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=sample_rate_hz, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], format="s16", layout="mono")
        frame.sample_rate = sample_rate_hz
        frame.pts, frame.time_base = 0, Fraction(1, sample_rate_hz)  # or FFmpeg logs errors
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return file.getvalue()


def _write(
    av: Any, path: Path, frame: Any, container: str, codec: str, sample_rate_hz: int
) -> None:
    """Encode into a file; raises FFmpeg's errors, or ValueError for a codec or a rate that there is not."""
    with av.open(str(path), "w", format=container) as file:
        track = file.add_stream(codec, rate=sample_rate_hz, layout="mono")
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
