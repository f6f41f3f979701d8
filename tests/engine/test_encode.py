"""A file holds a sound as a camera's stream would, read back by the capture that reads cameras."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.capture import StreamInfo
from audio_guard_engine.encode import PLAIN, write_as_coded
from audio_guard_engine.level import level_dbfs
from audio_guard_engine.recording import Recording, read_recording
from audio_guard_engine.source import Source

RATE_HZ = 16_000


def coded(folder: Path, pcm: NDArray[np.float32], stream: StreamInfo | None) -> Recording:
    path = folder / "sound"
    write_as_coded(path, pcm, RATE_HZ, stream)
    return read_recording(Source(url=str(path)), RATE_HZ, longest_seconds=60.0)


def stream(codec: str, sample_rate_hz: int) -> StreamInfo:
    return StreamInfo(codec=codec, sample_rate_hz=sample_rate_hz, channels=1)


@pytest.mark.parametrize(
    ("codec", "sample_rate_hz"),
    [
        ("pcm_alaw", 8_000),
        ("pcm_mulaw", 8_000),
        ("pcm_s16be", 16_000),
        ("g726", 8_000),
        ("g722", 16_000),
        ("aac", 8_000),
        ("aac", 16_000),
        ("aac", 48_000),
        ("opus", 48_000),
        ("mp2", 16_000),
    ],
)
def test_a_file_is_coded_as_the_camera_codes(
    tmp_path: Path, tone: NDArray[np.float32], codec: str, sample_rate_hz: int
) -> None:
    heard = coded(tmp_path, tone, stream(codec, sample_rate_hz))
    assert heard.stream == stream(codec, sample_rate_hz)
    assert heard.seconds == pytest.approx(len(tone) / RATE_HZ, abs=0.05)
    assert level_dbfs(heard.pcm) == pytest.approx(level_dbfs(tone), abs=0.5)


def test_a_telephones_codec_takes_what_is_above_4_khz(tmp_path: Path) -> None:
    time = np.arange(RATE_HZ, dtype=np.float32) / RATE_HZ
    high = (0.5 * np.sin(2 * np.pi * 6_000 * time)).astype(np.float32)
    assert level_dbfs(coded(tmp_path, high, None).pcm) > -10
    assert level_dbfs(coded(tmp_path, high, stream("pcm_alaw", 8_000)).pcm) < -40


@pytest.mark.parametrize(
    "unknown",
    [None, stream("g729", 8_000), stream("no_codec", 8_000), stream("aac", 0), stream("opus", 7)],
)
def test_plain_pcm_stands_in_for_what_can_not_be_encoded(
    tmp_path: Path, tone: NDArray[np.float32], unknown: StreamInfo | None
) -> None:
    heard = coded(tmp_path, tone, unknown)
    assert heard.stream == stream(PLAIN, RATE_HZ)
    assert len(heard.pcm) == len(tone)
    assert np.abs(heard.pcm - tone).max() < 1e-4
