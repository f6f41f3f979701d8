"""Real sockets and files: what FFmpeg gives, and how it fails."""

import contextlib
import random
import threading
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine import capture as capture_module
from audio_guard_engine.capture import Capture, StreamInfo
from audio_guard_engine.card import FrontEnd
from audio_guard_engine.errors import (
    EndOfStreamError,
    HostUnreachableError,
    InvalidUrlError,
    NoAnswerError,
    NoAudioError,
    NotAStreamError,
    NotFoundError,
    SourceError,
    StalledError,
    StoppedError,
    UnauthorizedError,
)
from audio_guard_engine.probe import probe
from audio_guard_engine.source import Transport, parse_source
from tests.cameras import MakeCamera, camera_maker
from tests.engine.hostile import CODECS, PACKETS, HostileServer
from tools.demo_camera.faults import Fault

RATE_HZ = 16_000


@pytest.fixture
def make_camera(request: pytest.FixtureRequest, tone: NDArray[np.float32]) -> Iterator[MakeCamera]:
    """Start cameras that play the tone."""
    with camera_maker(request, sound=tone, speed=4.0) as make:
        yield make


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take a second for a stall, and little more for a video track that never sends."""
    monkeypatch.setattr(capture_module, "OPEN_SECONDS", 1.5)
    monkeypatch.setattr(capture_module, "STALL_SECONDS", 1.0)
    monkeypatch.setattr(capture_module, "READ_SLICE_SECONDS", 0.2)


def hear(address: str, seconds: float = 60.0, **options: Any) -> NDArray[np.float32]:
    """Return what a source sends until it ends or `seconds` were heard."""
    transport = options.pop("transport", Transport.TCP)
    heard = [np.empty(0, np.float32)]
    with Capture(parse_source(address, transport=transport), RATE_HZ, **options) as capture:
        try:
            for pcm in capture.chunks():
                assert pcm.dtype == np.float32
                heard.append(pcm)
                if sum(map(len, heard)) >= seconds * RATE_HZ:
                    break
        except EndOfStreamError:
            pass
    return np.concatenate(heard)


def pitch_hz(pcm: NDArray[np.float32]) -> float:
    """Return the loudest frequency."""
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return float(spectrum.argmax() * RATE_HZ / len(pcm))


@pytest.mark.parametrize("transport", list(Transport))
@pytest.mark.parametrize(
    ("codec", "info"),
    [
        ("pcmu", StreamInfo(codec="pcm_mulaw", sample_rate_hz=8_000, channels=1)),
        ("pcma", StreamInfo(codec="pcm_alaw", sample_rate_hz=8_000, channels=1)),
        ("l16", StreamInfo(codec="pcm_s16be", sample_rate_hz=16_000, channels=1)),
    ],
)
def test_hears_a_camera(
    make_camera: MakeCamera,
    tone: NDArray[np.float32],
    codec: str,
    info: StreamInfo,
    transport: Transport,
) -> None:
    camera = make_camera(codec=codec, loop=False)
    with Capture(parse_source(camera.url, transport=transport), RATE_HZ) as capture:
        assert capture.info == info
    pcm = hear(camera.url, transport=transport)
    assert len(pcm) == pytest.approx(len(tone), abs=0.05 * RATE_HZ)
    assert pitch_hz(pcm) == pytest.approx(1000, abs=2)
    assert np.sqrt(np.mean(pcm**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "layout"),
    [
        ("aac.m4a", "aac", 44_100, "stereo"),
        ("opus.ogg", "libopus", 48_000, "stereo"),
        ("mulaw.wav", "pcm_mulaw", 8_000, "mono"),
        ("flac.flac", "flac", 22_050, "mono"),
        ("a strange: name.wav", "pcm_s16le", 96_000, "stereo"),
    ],
)
def test_hears_files_of_any_codec_and_rate(
    tmp_path: Path, name: str, codec: str, rate_hz: int, layout: str
) -> None:
    path = tmp_path / name
    write_tone(path, codec, rate_hz, layout, seconds=2)
    pcm = hear(str(path))
    assert len(pcm) == pytest.approx(2 * RATE_HZ, abs=0.06 * RATE_HZ)
    assert pitch_hz(pcm) == pytest.approx(1000, abs=2)
    assert np.sqrt(np.mean(pcm**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def write_tone(path: Path, codec: str, rate_hz: int, layout: str, seconds: float) -> None:
    """Encode a 1 kHz sine."""
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    pcm = (0.5 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)
    channels = 2 if layout == "stereo" else 1
    frame = av.AudioFrame.from_ndarray(
        np.repeat(pcm, channels)[np.newaxis], format="flt", layout=layout
    )
    frame.sample_rate = rate_hz
    with av.open(str(path), "w") as file:
        stream = file.add_stream(codec, rate=rate_hz, layout=layout)
        resampler = av.AudioResampler(stream.codec_context.format, layout, rate_hz)
        fifo = av.AudioFifo()
        for converted in resampler.resample(frame):
            fifo.write(converted)
        size = stream.codec_context.frame_size or 1024
        while fifo.samples:
            file.mux(stream.encode(fifo.read(size, partial=True)))
        file.mux(stream.encode(None))


def test_hears_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "tone.wav"
    write_tone(path, "pcm_s16le", 16_000, "mono", seconds=1)
    with path.open("rb") as file:

        class Stdin:
            buffer = file

        monkeypatch.setattr("sys.stdin", Stdin())
        assert len(hear("-")) == RATE_HZ


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_logs_in(make_camera: MakeCamera, auth: str) -> None:
    camera = make_camera(user="joe", password="p@ss:w/rd", auth=auth)
    assert len(hear(camera.url_with_login, seconds=0.5))


@pytest.mark.parametrize("audio_only", [True, False])
def test_hears_a_camera_with_video(make_camera: MakeCamera, audio_only: bool) -> None:
    assert len(hear(make_camera(fault=Fault.VIDEO_TOO).url, seconds=0.5, audio_only=audio_only))


@pytest.mark.parametrize(
    ("options", "error", "cure"),
    [
        ({"user": "joe", "password": "secret"}, UnauthorizedError, "enter those of the camera"),
        ({"fault": Fault.NOT_FOUND}, NotFoundError, "copy the stream's address"),
        ({"fault": Fault.NO_AUDIO}, NoAudioError, "turn the microphone on"),
        ({"fault": Fault.STALL}, NoAudioError, "never sends"),
        ({"fault": Fault.DROP, "speed": 1.0}, SourceError, "broken|ended|reset|refuses"),
    ],
)
def test_says_what_is_wrong(
    make_camera: MakeCamera, options: dict[str, Any], error: type[SourceError], cure: str
) -> None:
    camera = make_camera(**options)
    with (
        pytest.raises(error, match=cure),
        Capture(parse_source(camera.url), RATE_HZ, audio_only=False) as capture,
    ):
        for _ in capture.chunks():
            pass


def test_no_error_holds_the_password(make_camera: MakeCamera) -> None:
    for fault in Fault:
        camera = make_camera(user="joe", password="hunter2", fault=fault, slow_start_seconds=0.01)
        address = camera.url_with_login.replace("hunter2", "sesame")
        if fault is Fault.MUTE:
            continue  # takes five seconds; its text is that of the knock, which has no password
        with pytest.raises(SourceError) as caught:
            hear(address, seconds=0.5)
        error: BaseException | None = caught.value
        while error is not None:
            assert "sesame" not in str(error)
            assert error.__cause__ is None or not error.__suppress_context__
            error = error.__cause__


def test_a_mute_server_is_no_answer(
    make_camera: MakeCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audio_guard_engine.knock.ANSWER_SECONDS", 0.5)
    with pytest.raises(NoAnswerError, match="does not answer"):
        hear(make_camera(fault=Fault.MUTE).url)


def test_a_server_that_falls_silent_while_opening_is_no_answer(
    make_camera: MakeCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "OPEN_SECONDS", 0.5)
    with pytest.raises(NoAnswerError, match="does not answer"):
        hear(make_camera(fault=Fault.SLOW_START, slow_start_seconds=0.4).url)


def test_no_one_at_the_port(make_camera: MakeCamera) -> None:
    camera = make_camera()
    camera.stop()
    with pytest.raises(HostUnreachableError, match="refuses the connection"):
        hear(camera.url)


def test_an_unknown_host() -> None:
    with pytest.raises(HostUnreachableError, match="name is unknown"):
        hear("rtsp://camera.invalid/live")


def test_a_web_server_is_no_camera(make_camera: MakeCamera) -> None:
    import http.server

    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        serving = threading.Thread(target=server.handle_request, daemon=True)
        serving.start()
        with pytest.raises(NotAStreamError, match="no RTSP server"):
            hear(f"rtsp://127.0.0.1:{server.server_port}/live")
        serving.join()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", NotAStreamError),
        (b"dear camera,\nplease listen\n" * 100, SourceError),
        (None, NotFoundError),
    ],
)
def test_a_file_without_sound(
    tmp_path: Path, content: bytes | None, error: type[SourceError]
) -> None:
    path = tmp_path / "letter.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=r"check|microphone"):
        hear(str(path))


def test_a_video_without_sound(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=5, width=32, height=32, pix_fmt="yuv420p")
        for _ in range(5):
            file.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        file.mux(stream.encode(None))
    with pytest.raises(NoAudioError, match="no audio track"):
        hear(str(path))


def test_a_track_that_its_decoder_refuses_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "speech.nut"  # G.726 in NUT does not say how many bits a sample has
    with av.open(str(path), "w") as file:
        track = file.add_stream("g726", rate=8_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8_000), np.int16), layout="mono")
        frame.sample_rate = 8_000
        file.mux(track.encode(frame))
        file.mux(track.encode(None))
    with pytest.raises(SourceError, match="can't be opened or read"):
        hear(str(path))


def test_a_truncated_file_gives_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(2 * RATE_HZ))
    path.write_bytes(path.read_bytes()[: -RATE_HZ - 1])
    assert len(hear(str(path))) == pytest.approx(RATE_HZ / 2, abs=1)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 32_000, 44_100, 48_000])
def test_every_piece_completes_a_window_and_none_is_changed_by_the_cut(
    tmp_path: Path, rate_hz: int
) -> None:
    samples = np.random.default_rng(0).normal(0, 5_000, 5 * rate_hz).astype(np.int16)
    path = tmp_path / "noise.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
    with Capture(parse_source(str(path)), RATE_HZ) as capture:
        pieces = list(capture.chunks())
    heard = np.cumsum([len(piece) for piece in pieces])
    front_end = FrontEnd()
    for hop in range(8):
        assert heard[hop + 1] >= front_end.patch_samples + hop * front_end.patch_hop_samples
    frame = av.AudioFrame.from_ndarray(samples[None], "s16", "mono")
    frame.sample_rate = rate_hz
    resampler = av.AudioResampler("fltp", "mono", RATE_HZ)
    at_once = [
        part.to_ndarray()[0] for given in (frame, None) for part in resampler.resample(given)
    ]
    assert np.array_equal(np.concatenate(pieces), np.concatenate(at_once))


def test_a_stream_that_stops_sending_is_stalled(make_camera: MakeCamera) -> None:
    camera = make_camera()
    with Capture(parse_source(camera.url), RATE_HZ) as capture:
        chunks = capture.chunks()
        next(chunks)
        camera.fault = Fault.STALL
        with pytest.raises(StalledError, match="sent nothing"):
            list(chunks)


def test_a_short_pause_is_lived_through(
    make_camera: MakeCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slice must not end inside a packet, which a busy machine can make last."""
    monkeypatch.setattr(capture_module, "READ_SLICE_SECONDS", 0.5)
    camera = make_camera()
    with Capture(parse_source(camera.url), RATE_HZ) as capture:
        chunks = capture.chunks()
        next(chunks)
        camera.fault = Fault.STALL
        mended = threading.Timer(0.6, lambda: setattr(camera, "fault", Fault.NONE))
        mended.start()
        for _ in range(10):
            next(chunks)
        mended.join()


def test_garbage_never_raises_anything_but_a_source_error(make_camera: MakeCamera) -> None:
    camera = make_camera(fault=Fault.GARBAGE)
    for _ in range(20):
        with contextlib.suppress(SourceError):
            hear(camera.url, seconds=1)
    assert camera.connections == 40  # each a knock and an open


def test_a_packet_that_no_decoder_takes_is_left_out() -> None:
    def emptied(rng: random.Random, packet: bytes) -> bytes:
        return packet[:12] if rng.random() < 0.1 else packet[:12] + bytes(160)

    with HostileServer(spoil_packet=emptied, codecs=CODECS[:1]) as server:
        left = len(hear(server.address)) / (0.02 * RATE_HZ)
    assert PACKETS * 0.8 < left < PACKETS


@pytest.mark.parametrize(
    "fault", [Fault.NONE, Fault.STALL, Fault.MUTE, Fault.SLOW_START, Fault.VIDEO_TOO]
)
@pytest.mark.parametrize("audio_only", [True, False])
def test_stops_when_told(make_camera: MakeCamera, fault: Fault, audio_only: bool) -> None:
    camera = make_camera(fault=fault)
    stop = threading.Event()
    ended: list[SourceError] = []

    def listen() -> None:
        try:
            hear(camera.url, seconds=1e9, stop=stop, audio_only=audio_only)
        except SourceError as error:
            ended.append(error)

    listening = threading.Thread(target=listen)
    listening.start()
    deadline = time.monotonic() + 10
    while camera.connections == 0 and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    stop.set()
    listening.join(1.0)
    assert not listening.is_alive()
    assert isinstance(ended[0], StoppedError)


def test_probe_tells_stream_and_level(make_camera: MakeCamera) -> None:
    heard = probe(parse_source(make_camera().url), RATE_HZ)
    assert heard.stream.codec == "pcm_mulaw"
    assert heard.level_dbfs == pytest.approx(-9, abs=0.5)


def test_probe_asks_for_all_tracks_when_audio_alone_fails(make_camera: MakeCamera) -> None:
    camera = make_camera(fault=Fault.NO_AUDIO)
    with pytest.raises(NoAudioError, match="no audio track"):
        probe(parse_source(camera.url), RATE_HZ)


def test_probe_does_not_try_again_what_tracks_cannot_cure(make_camera: MakeCamera) -> None:
    camera = make_camera(user="joe", password="secret")
    with pytest.raises(UnauthorizedError):
        probe(parse_source(camera.url), RATE_HZ)
    assert camera.connections == 2  # the knock and one open


def test_probe_of_an_empty_recording(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
    with pytest.raises(SourceError):
        probe(parse_source(str(path)), RATE_HZ)


def test_an_address_that_ffmpeg_does_not_know() -> None:
    with pytest.raises((InvalidUrlError, HostUnreachableError)):
        hear("srt://127.0.0.1:1")


def test_a_text_on_a_web_server_is_no_stream() -> None:
    import http.server

    class Letter(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            letter = b"dear camera,\n" * 500
            self.send_response(200)
            self.send_header("Content-Length", str(len(letter)))
            self.end_headers()
            self.wfile.write(letter)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Letter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            with pytest.raises(NotAStreamError, match="no audio or video stream"):
                hear(f"http://joe:hunter2@127.0.0.1:{server.server_port}/letter")
        finally:
            server.shutdown()
