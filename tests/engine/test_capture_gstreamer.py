"""An RTSP server that is not the project's own: codecs that the demo camera does not speak, and its ways to refuse."""

from collections.abc import Iterator

import numpy as np
import pytest

from audio_guard_engine.capture import Capture
from audio_guard_engine.errors import NoAudioError, NotFoundError, UnauthorizedError
from audio_guard_engine.probe import probe
from audio_guard_engine.source import Transport, parse_source
from tests.gstreamer import gstreamer_server

RATE_HZ = 16_000

pytestmark = pytest.mark.gstreamer


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run the server; return where it is."""
    with gstreamer_server("--user", "joe", "--password", "hunter2") as port:
        yield f"rtsp://joe:hunter2@127.0.0.1:{port}"


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize(
    ("path", "codec", "rate_hz"),
    [
        ("/pcmu", "pcm_mulaw", 8_000),
        ("/pcma", "pcm_alaw", 8_000),
        ("/aac", "aac", 44_100),
        ("/opus", "opus", 48_000),
        ("/video", "aac", 44_100),
    ],
)
def test_hears_its_tone(
    address: str, path: str, codec: str, rate_hz: int, transport: Transport
) -> None:
    heard = [np.empty(0, np.float32)]
    with Capture(parse_source(address + path, transport=transport), RATE_HZ) as capture:
        assert capture.info is not None
        assert (capture.info.codec, capture.info.sample_rate_hz) == (codec, rate_hz)
        for pcm in capture.chunks():
            heard.append(pcm)
            if sum(map(len, heard)) >= 2 * RATE_HZ:
                break
    pcm = np.concatenate(heard)[-RATE_HZ:]
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    assert spectrum.argmax() == pytest.approx(1000, abs=2)
    assert np.sqrt(np.mean(pcm**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


def test_refuses_a_wrong_password(address: str) -> None:
    with pytest.raises(UnauthorizedError):
        probe(parse_source(address.replace("hunter2", "sesame") + "/pcmu"), RATE_HZ)


def test_knows_no_such_path(address: str) -> None:
    with pytest.raises(NotFoundError):
        probe(parse_source(address + "/attic"), RATE_HZ)


@pytest.mark.parametrize("audio_only", [True, False])
def test_sends_video_alone(address: str, audio_only: bool) -> None:
    with (
        pytest.raises(NoAudioError, match="no audio track"),
        Capture(parse_source(address + "/mute"), RATE_HZ, audio_only=audio_only),
    ):
        pass
