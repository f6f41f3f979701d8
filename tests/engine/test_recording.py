"""A recording is read to its end, within its limit, and scored to its last sample."""

import threading
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.errors import NoAudioError, NotFoundError, StoppedError, TooLongError
from audio_guard_engine.recording import read_recording, score_recording
from audio_guard_engine.source import Source

from .conftest import MODEL, LoudnessScorer

RATE_HZ = 16_000


def write_wav(path: Path, pcm: NDArray[np.float32]) -> Source:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((pcm * 32_767).astype("<i2").tobytes())
    return Source(url=str(path))


def test_reads_all_of_a_file(tmp_path: Path, tone: NDArray[np.float32]) -> None:
    recording = read_recording(write_wav(tmp_path / "a.wav", tone), RATE_HZ, longest_seconds=60.0)
    assert recording.stream.codec == "pcm_s16le"
    assert recording.seconds == len(tone) / RATE_HZ
    assert np.abs(recording.pcm - tone).max() < 1e-4


def test_a_recording_may_be_as_long_as_the_limit_and_no_longer(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.wav", np.zeros(2 * RATE_HZ, np.float32))
    assert read_recording(source, RATE_HZ, longest_seconds=2.0).seconds == 2.0
    with pytest.raises(TooLongError, match=r"a\.wav is longer than 1 s"):
        read_recording(source, RATE_HZ, longest_seconds=1.0)


def test_nothing_and_no_file_are_told_apart(tmp_path: Path) -> None:
    empty = write_wav(tmp_path / "empty.wav", np.zeros(0, np.float32))
    with pytest.raises(NoAudioError, match="holds no sound"):
        read_recording(empty, RATE_HZ, longest_seconds=1.0)
    with pytest.raises(NotFoundError):
        read_recording(Source(url=str(tmp_path / "none.wav")), RATE_HZ, longest_seconds=1.0)


def test_a_stop_ends_reading_and_scoring(tmp_path: Path, tone: NDArray[np.float32]) -> None:
    source = write_wav(tmp_path / "a.wav", tone)
    stop = threading.Event()
    frames = score_recording(tone, MODEL, LoudnessScorer(), stop=stop)
    next(frames)
    stop.set()
    with pytest.raises(StoppedError):
        list(frames)
    with pytest.raises(StoppedError):
        read_recording(source, RATE_HZ, longest_seconds=60.0, stop=stop)


@pytest.mark.parametrize(("samples", "windows"), [(1, 1), (15_360, 1), (15_361, 2), (48_000, 6)])
def test_the_last_partial_window_counts(samples: int, windows: int) -> None:
    pcm = np.full(samples, 0.1, np.float32)
    frames = list(score_recording(pcm, MODEL, LoudnessScorer()))
    assert [frame.t for frame in frames] == pytest.approx(
        [0.96 + 0.48 * window for window in range(windows)]
    )
