"""Open a source with FFmpeg (PyAV) and give its sound as mono samples at the model's rate.

Only this module and `encode` use `av`, and import it only when there is something to open.
"""

import errno
import importlib
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .errors import (
    EndOfStreamError,
    HostUnreachableError,
    InvalidUrlError,
    NoAnswerError,
    NoAudioError,
    NotAStreamError,
    NotFoundError,
    RuntimeMissingError,
    SourceError,
    StalledError,
    StoppedError,
    UnauthorizedError,
)
from .knock import knock
from .source import RTSP_SCHEMES, STDIN, Source, redact

# Audio-only cameras open in 0.2 s; asked for video too, one second-long group of pictures after another is read.
OPEN_SECONDS = 8.0
# Wi-Fi cameras pause for some seconds and go on; longer than this is a stall.
STALL_SECONDS = 10.0
# Packets may come and hardly any sound with them: garbage that no decoder takes, or one packet now and then. Less
# than a hop in this time is a stall too.
TRICKLE_SECONDS = 15.0
# FFmpeg can be interrupted only by its read timeout. RTSP goes on after it, so short reads let a stop be noticed.
READ_SLICE_SECONDS = 0.7
# The resampler costs 3–5 times less when fed once a hop instead of once a packet (20 ms).
RESAMPLE_SECONDS = 0.48
# The last frame of a window reaches 15 ms beyond its hops, and the resampler holds up to 4 ms back. With a first piece
# that is longer by this, a window is complete with its own piece instead of the next, 0.46 s later.
LEAD_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamInfo:
    """What a source sends, before resampling."""

    codec: str
    sample_rate_hz: int
    channels: int

    @property
    def codec_name(self) -> str:
        """The codec as cameras' settings call it."""
        return _CODEC_NAMES.get(self.codec, self.codec.upper())


# FFmpeg's names of what cameras send → everybody else's.
_CODEC_NAMES = {"pcm_alaw": "G.711 A-law", "pcm_mulaw": "G.711 µ-law", "opus": "Opus"}


class Capture:
    """One connection to a source. Used by one thread; whoever sets `stop` ends it within a second.

    The exception is a native open that is past the knock: FFmpeg leaves it after `OPEN_SECONDS` at the latest.
    """

    def __init__(
        self,
        source: Source,
        sample_rate_hz: int,
        *,
        audio_only: bool = True,
        stop: threading.Event | None = None,
    ) -> None:
        """Note what to open. `audio_only` asks an RTSP server for no other track: quicker, and less work for it."""
        self._source = source
        self._sample_rate_hz = sample_rate_hz
        self._audio_only = audio_only
        self._stop = stop or threading.Event()
        self._container: Any = None
        self._sounded_at = 0.0  # when the last piece of sound was whole
        self.info: StreamInfo | None = None

    def __enter__(self) -> Self:
        """Open the source."""
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the source."""
        self.close()

    def open(self) -> StreamInfo:
        """Connect, find the audio track and return what it is, which stays in `info`.

        Raises a `SourceError` that says what to do.
        """
        if self._source.is_url:
            knock(self._source, self._stop)
        av = load_av()
        began = time.monotonic()
        try:
            self._container = av.open(
                self._file(), mode="r", options=self._options(), timeout=self._timeout()
            )
        except Exception as error:  # noqa: BLE001 (PyAV raises dozens of kinds; all are explained)
            # FFmpeg calls a timeout "invalid data"; its text holds the URL with its password.
            late = time.monotonic() - began >= OPEN_SECONDS
            raise self._explained(TimeoutError() if late else error) from None
        tracks = self._container.streams.audio
        if not tracks or not tracks[0].codec_context:
            self.close()
            raise self._no_audio()
        context = tracks[0].codec_context
        self.info = StreamInfo(
            codec=context.name, sample_rate_hz=context.sample_rate or 0, channels=context.channels
        )
        return self.info

    def chunks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the sound in pieces of about a hop until the source ends.

        Raises `StalledError`, `NoAudioError` (nothing ever came), `EndOfStreamError` (a live source ended) or
        `StoppedError`.
        """
        av = load_av()
        resampler = HopResampler(av, self._sample_rate_hz)
        self._sounded_at = time.monotonic()
        for frame in self._frames(av):
            for pcm in resampler.push(frame):
                yield pcm
                self._sounded_at = time.monotonic()
        yield from resampler.flush()
        if self._source.scheme in RTSP_SCHEMES:
            raise EndOfStreamError(
                f"{self._source.name} has ended the stream: "
                "if that happens often, close its other viewers or restart it"
            )

    def close(self) -> None:
        """Let go of the connection. Safe to call twice."""
        container, self._container = self._container, None
        if container is not None:
            container.close()

    def _frames(self, av: Any) -> Iterator[Any]:
        """Decode the audio track; a packet that can't be decoded is left out."""
        track = self._container.streams.audio[0]
        for packet in self._packets(av, track):
            try:
                yield from packet.decode()
            except av.error.FFmpegError as error:
                # A lost, garbled or empty packet is a click, not an end: the decoder finds its feet at the next one.
                if not self._source.is_url and not isinstance(error, av.error.InvalidDataError):
                    raise self._explained(error) from None

    def _packets(self, av: Any, track: Any) -> Iterator[Any]:
        """Read the track's packets, looking at `stop` between short reads."""
        heard_at = time.monotonic()
        heard_anything = False
        while True:
            try:
                for packet in self._container.demux(track):
                    if self._stop.is_set():
                        raise StoppedError("stopped")
                    heard_at = time.monotonic()
                    late = heard_at - self._sounded_at >= TRICKLE_SECONDS
                    if late and self._source.is_url:  # a file is read as fast as it can be
                        raise self._trickle()
                    heard_anything = True
                    yield packet
            except av.error.ExitError:
                if self._stop.is_set():
                    raise StoppedError("stopped") from None
                if time.monotonic() - heard_at >= STALL_SECONDS:
                    raise self._silence(heard_anything) from None
            except av.error.FFmpegError as error:
                raise self._explained(error) from None
            else:
                return

    def _no_audio(self) -> NoAudioError:
        """Say that there is no audio track."""
        return NoAudioError(
            f"{self._source.name} sends no audio track: turn the microphone on in the camera's own settings "
            "(often called audio, sound or microphone), or choose a stream with sound"
        )

    def _silence(self, heard_anything: bool) -> SourceError:
        """Tell a stream that stopped from an audio track that never sends."""
        if heard_anything:
            return StalledError(
                f"{self._source.name} has sent nothing for {STALL_SECONDS:.0f} s: "
                "check the camera's network, or restart the camera"
            )
        return NoAudioError(
            f"{self._source.name} announces an audio track and never sends it: "
            "turn the microphone on in the camera's own settings, or restart the camera"
        )

    def _trickle(self) -> StalledError:
        """Say that what comes is hardly any sound."""
        return StalledError(
            f"{self._source.name} sends hardly any sound that can be decoded: check the camera's network, "
            "or choose another audio codec in its settings"
        )

    def _file(self) -> Any:
        """Return what FFmpeg opens."""
        if self._source.is_url:
            return self._source.url_with_credentials
        if self._source.url == STDIN:
            return sys.stdin.buffer
        return f"file:{self._source.url}"  # a colon in a file's name is no scheme

    def _options(self) -> dict[str, str]:
        """Return FFmpeg's options for the source."""
        if self._source.scheme not in RTSP_SCHEMES:
            return {}
        options = {
            "rtsp_transport": str(self._source.transport),
            # The session's description says all that a decoder needs, so opening must not wait for a first packet:
            # it could not be stopped while it waits.
            "max_ts_probe": "0",
            # With a video track too, this much of the stream is read for the video's size, which nobody asks for.
            "analyzeduration": "500000",
        }
        if self._audio_only:
            options["allowed_media_types"] = "audio"
        return options

    def _timeout(self) -> tuple[float, float] | None:
        """Return FFmpeg's limits for opening and for one read; a file or a pipe has none."""
        if not self._source.is_url:
            return None
        # Other protocols lose their place when a read is interrupted, so they get the whole patience at once.
        rtsp = self._source.scheme in RTSP_SCHEMES
        return (OPEN_SECONDS, READ_SLICE_SECONDS if rtsp else STALL_SECONDS)

    def _explained(self, error: Exception) -> SourceError:
        """Turn FFmpeg's error into one of ours, without its text's URL."""
        if self._stop.is_set():
            return StoppedError("stopped")
        av = load_av()
        if self._audio_only and isinstance(error, av.error.HTTPOtherClientError):
            return (
                self._no_audio()
            )  # there was no audio track to set up, so PLAY is refused (454, 455)
        name = self._source.name
        for kinds, ours, message in (
            (
                (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError),
                UnauthorizedError,
                "refuses the user name or the password: enter those of the camera's own stream account",
            ),
            (
                (av.error.HTTPNotFoundError,),
                NotFoundError,
                "does not know this path: copy the stream's address from the camera's settings or manual",
            ),
            (
                (av.error.FileNotFoundError, av.error.PermissionError, av.error.IsADirectoryError),
                NotFoundError,
                "can't be read: check that the file exists and may be read",
            ),
            (
                (av.error.ProtocolNotFoundError,),
                InvalidUrlError,
                "can't be opened by this FFmpeg: use rtsp:// or http://",
            ),
            (
                (av.error.ConnectionRefusedError, av.error.ConnectionResetError),
                HostUnreachableError,
                "refuses the connection: check the address and the port, and that the camera is on",
            ),
            (
                (TimeoutError, av.error.ExitError),
                NoAnswerError,
                "takes the connection and does not answer: restart the camera",
            ),
            (
                (av.error.InvalidDataError, av.error.DemuxerNotFoundError, av.error.EOFError),
                NotAStreamError,
                "is no audio or video stream: check the address",
            ),
        ):
            if isinstance(error, kinds):
                return ours(f"{name} {message}")
        if isinstance(error, OSError) and error.errno in (errno.EIO, errno.EPIPE):
            return EndOfStreamError(
                f"{name} has broken the connection off: check the camera's network and its power supply"
            )
        text = getattr(error, "strerror", None) or str(error)
        return SourceError(f"{name} can't be opened or read ({redact(text)})")


class HopResampler:
    """Collect decoded frames and resample them once a hop."""

    def __init__(self, av: Any, sample_rate_hz: int) -> None:
        self._av = av
        self._rate_hz = sample_rate_hz
        self._fifo: Any = None
        self._resampler: Any = None
        self._format: tuple[str, str, int] | None = None
        self._piece_seconds = RESAMPLE_SECONDS

    def push(self, frame: Any) -> Iterator[NDArray[np.float32]]:
        """Take a decoded frame; yield a piece of sound when a hop is full."""
        frame.pts = None  # a camera's clock jumps: samples are counted instead
        arriving = (frame.format.name, frame.layout.name, frame.sample_rate)
        if arriving != self._format:
            yield from self.flush()
            self._format = arriving
            self._fifo = self._av.AudioFifo()
            self._resampler = self._av.AudioResampler("fltp", arriving[1], self._rate_hz)
            self._piece_seconds = RESAMPLE_SECONDS + LEAD_SECONDS
        self._fifo.write(frame)
        while self._fifo.samples >= (piece := round(frame.sample_rate * self._piece_seconds)):
            self._piece_seconds = RESAMPLE_SECONDS
            yield from self._resample(self._fifo.read(piece))

    def flush(self) -> Iterator[NDArray[np.float32]]:
        """Yield what is left."""
        if self._fifo is None:
            return
        if self._fifo.samples:
            yield from self._resample(self._fifo.read(0, partial=True))
        yield from self._resample(None)
        self._fifo = None

    def _resample(self, frame: Any) -> Iterator[NDArray[np.float32]]:
        """Convert one frame, or with None the resampler's last samples."""
        if frame is not None:
            frame.pts = None
        for resampled in self._resampler.resample(frame):
            # Mixed here, because FFmpeg's own mix makes sound that is alike on both channels 3 dB louder.
            channels = resampled.to_ndarray()
            yield channels[0] if len(channels) == 1 else channels.mean(axis=0)


def load_av() -> Any:
    """Import PyAV; raises `RuntimeMissingError`."""
    try:
        return importlib.import_module("av")
    except ImportError as error:
        raise RuntimeMissingError("PyAV is not installed: `pip install av`") from error
