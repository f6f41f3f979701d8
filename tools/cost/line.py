"""The sound of a camera that every figure is taken with: G.711 µ-law at 8 kHz in packets of 20 ms."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from audio_guard_engine.capture import Capture
from audio_guard_engine.source import parse_source

LINE_RATE_HZ = 8_000
PACKET_SAMPLES = 160
HOP_PACKETS = 24


def loud_noise(seconds: float) -> NDArray[np.float64]:
    """Return white noise at -24 dBFS: sound that keeps every part busy."""
    return np.random.default_rng(0).normal(0.0, 0.06, int(seconds * LINE_RATE_HZ))


def quiet_room(seconds: float) -> NDArray[np.float64]:
    """Return pink noise at -55 dBFS: a room in which nothing happens."""
    samples = int(seconds * LINE_RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=samples))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1)), samples)
    quiet: NDArray[np.float64] = pink * 10 ** (-55 / 20) / pink.std()
    return quiet


def write_line(path: Path, sound: NDArray[np.float64]) -> None:
    """Write a sound in -1…1 as cameras send it; the container NUT keeps packets as they are."""
    packets = np.rint(sound * 32_767).astype(np.int16).reshape(-1, PACKET_SAMPLES)
    with av.open(str(path), "w", format="nut") as container:
        stream = container.add_stream("pcm_mulaw", rate=LINE_RATE_HZ, layout="mono")
        for packet in packets:
            frame = av.AudioFrame.from_ndarray(packet[None], "s16", "mono")
            frame.sample_rate = LINE_RATE_HZ
            container.mux(stream.encode(frame))


def decoded_frames(path: Path) -> Iterator[Any]:
    """Decode the line over and over, a packet's frame at a time."""
    while True:
        with av.open(str(path)) as container:
            yield from container.decode(audio=0)


def hops(path: Path, sample_rate_hz: int) -> Iterator[Any]:
    """Give the line's sound over and over as the engine captures it, a hop at a time."""
    while True:
        with Capture(parse_source(str(path)), sample_rate_hz) as capture:
            yield from (pcm for pcm in capture.chunks() if len(pcm))
