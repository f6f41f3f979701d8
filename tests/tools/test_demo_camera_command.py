"""Test the demo camera's command line and its reading of files."""

import signal
import socket
import subprocess
import sys
import wave
from pathlib import Path

import av.error
import numpy as np
import pytest

from tools.demo_camera.codec import Pcm, resample, to_int16
from tools.demo_camera.file import decode

COMMAND = [sys.executable, "-W", "error", "-m", "tools.demo_camera"]


@pytest.fixture
def sound_file(tmp_path: Path, melody: Pcm) -> Path:
    """Return a stereo file at 32 kHz of the melody."""
    path = tmp_path / "melody.wav"
    both = np.repeat(to_int16(resample(melody, 16_000, 32_000)), 2)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(32_000)
        file.writeframes(both.astype("<i2").tobytes())
    return path


def test_a_file_is_decoded_to_16_khz_mono(sound_file: Path, melody: Pcm) -> None:
    decoded = decode(sound_file)
    assert decoded.dtype == np.float32
    assert len(decoded) == pytest.approx(len(melody), abs=32)
    count = min(len(decoded), len(melody))
    assert np.abs(decoded[:count] - melody[:count]).max() < 0.01


def test_a_file_that_is_no_sound_raises(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("no sound")
    with pytest.raises(av.error.InvalidDataError):
        decode(text)


def test_help_explains_itself() -> None:
    text = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    assert "example: python -m tools.demo_camera" in text
    assert "no_audio" in text


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_camera_runs_until_it_is_stopped(
    sockets_allowed: None, sound_file: Path, stop: signal.Signals
) -> None:
    command = [*COMMAND, "--port", "0", "--sound", str(sound_file), "--fault", "not_found"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        port = int(line.partition("127.0.0.1:")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(b"DESCRIBE rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert client.recv(100).startswith(b"RTSP/1.0 404 Not Found\r\n")
        process.send_signal(stop)
        _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, b"")


def test_a_taken_port_is_told(sockets_allowed: None, sound_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*COMMAND, "--port", port, "--sound", str(sound_file)]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert process.returncode == 2
    assert "Address already in use" in process.stderr.splitlines()[-1]
