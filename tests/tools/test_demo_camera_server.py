"""Test the demo camera as a whole against FFmpeg's client."""

import contextlib
import socket
import threading
from itertools import islice

import av
import av.error
import numpy as np
import pytest

from tools.demo_camera.codec import Pcm, resample
from tools.demo_camera.faults import Fault
from tools.demo_camera.scene import Scene
from tools.demo_camera.server import DemoCamera

LIMITS_SECONDS = (4.0, 0.5)
"""How long FFmpeg waits for the stream to open and for each packet."""


def open_audio(url: str, transport: str = "tcp") -> av.container.InputContainer:
    options = {"rtsp_transport": transport, "allowed_media_types": "audio"}
    return av.open(url, options=options, timeout=LIMITS_SECONDS)


def hear(url: str, frames: int | None = None, transport: str = "tcp") -> tuple[Pcm, int]:
    """Return the first channel's samples in -1..1 and their rate as FFmpeg received them."""
    with open_audio(url, transport) as container:
        decoded = islice(container.decode(audio=0), frames)
        blocks = [frame.to_ndarray()[0, :: len(frame.layout.channels)] for frame in decoded]
        rate_hz = container.streams.audio[0].rate
    return np.concatenate(blocks).astype(np.float32) / 32768, rate_hz


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("codec", "rate_hz", "tolerance"),
    [
        ("pcmu", 8_000, 0.016),
        ("pcma", 8_000, 0.016),
        ("l16", 16_000, 2**-15),
        ("l16_48k_stereo", 48_000, 2**-15),
    ],
)
def test_what_arrives_is_what_was_sent(
    make_camera, melody: Pcm, codec: str, rate_hz: int, tolerance: float, transport: str
) -> None:
    camera = make_camera(codec=codec, loop=False)
    heard, heard_rate_hz = hear(camera.url, transport=transport)
    assert heard_rate_hz == rate_hz
    sent = resample(melody, 16_000, rate_hz)
    assert len(heard) == len(sent)
    assert np.abs(heard - sent).max() <= tolerance


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_the_right_login_is_welcome(make_camera, auth: str) -> None:
    camera = make_camera(user="m e", password="s@c:r/t?#%", auth=auth)
    heard, _ = hear(camera.url_with_login, frames=10)
    assert len(heard) == 10 * 160


@pytest.mark.parametrize("auth", ["basic", "digest"])
def test_a_wrong_login_is_unauthorized(make_camera, auth: str) -> None:
    camera = make_camera(user="me", password="secret", auth=auth)
    with pytest.raises(av.error.HTTPUnauthorizedError):
        open_audio(camera.url_with_login.replace("secret", "guess"))
    with pytest.raises(av.error.HTTPUnauthorizedError):
        open_audio(camera.url)


def test_a_wrong_path_is_not_found(make_camera) -> None:
    with pytest.raises(av.error.HTTPNotFoundError):
        open_audio(make_camera().url + "/elsewhere")


def test_a_sound_loops(make_camera, melody: Pcm) -> None:
    heard, _ = hear(make_camera(codec="l16").url, frames=150)
    assert np.array_equal(heard[:16_000], heard[32_000:48_000])


def test_two_clients_hear_the_same(make_camera) -> None:
    camera = make_camera()
    with open_audio(camera.url) as first, open_audio(camera.url) as second:
        pairs = zip(first.decode(audio=0), second.decode(audio=0), strict=False)
        for one, other in islice(pairs, 20):
            assert np.array_equal(one.to_ndarray(), other.to_ndarray())
        assert camera.playing == 2


def test_ipv6_works(make_camera) -> None:
    try:
        camera = make_camera(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    for transport in ("tcp", "udp"):
        assert len(hear(camera.url, frames=5, transport=transport)[0]) == 5 * 160


def test_a_stall_stops_the_audio_but_not_the_connection(make_camera) -> None:
    camera = make_camera()
    with open_audio(camera.url) as container:
        frames = container.decode(audio=0)
        next(frames)
        camera.fault = Fault.STALL
        with pytest.raises((av.error.ExitError, TimeoutError)):
            list(islice(frames, 1000))
        assert camera.playing == 1


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_drop_ends_the_stream(make_camera, transport: str) -> None:
    camera = make_camera()
    with open_audio(camera.url, transport) as container:
        frames = container.decode(audio=0)
        next(frames)
        camera.fault = Fault.DROP
        with contextlib.suppress(OSError):  # FFmpeg may notice that the last packet was torn
            assert len(list(islice(frames, 1000))) < 1000


def test_silence_is_digital_zero(make_camera) -> None:
    camera = make_camera(fault=Fault.SILENCE, codec="l16")
    heard, _ = hear(camera.url, frames=20)
    assert not heard.any()


def test_garbage_is_not_heard(make_camera) -> None:
    camera = make_camera(fault=Fault.GARBAGE)
    with pytest.raises((OSError, ValueError)):  # no frame at all, or no stream
        hear(camera.url, frames=20)


def test_a_refusing_camera_is_refused(make_camera) -> None:
    with pytest.raises(ConnectionRefusedError):
        open_audio(make_camera(fault=Fault.REFUSE).url)


def test_a_mute_camera_times_out(make_camera) -> None:
    camera = make_camera(fault=Fault.MUTE)
    with pytest.raises((av.error.FFmpegError, TimeoutError)):
        av.open(camera.url, options={"rtsp_transport": "tcp"}, timeout=(0.3, 0.3))


def test_a_camera_that_hangs_answers_options_alone(make_camera) -> None:
    with pytest.raises(av.error.FFmpegError):
        open_audio(make_camera(fault=Fault.HANG).url)


def test_a_redirect_is_followed(make_camera) -> None:
    elsewhere = make_camera()
    camera = make_camera()
    camera.redirect(elsewhere.url)
    heard, _ = hear(camera.url, frames=10)
    assert len(heard) == 10 * 160
    assert (camera.connections, elsewhere.connections) == (1, 1)


def test_a_nonce_that_is_good_once_is_renewed(make_camera) -> None:
    camera = make_camera(user="me", password="secret", fault=Fault.STALE_NONCES)
    heard, _ = hear(camera.url_with_login, frames=10)
    assert len(heard) == 10 * 160


def test_another_password_is_welcome_when_it_changes(make_camera) -> None:
    camera = make_camera(user="me", password="secret")
    before = camera.url_with_login
    camera.change_password("another")
    with pytest.raises(av.error.HTTPUnauthorizedError):
        open_audio(before)
    assert len(hear(camera.url_with_login, frames=1)[0])


def test_a_camera_without_a_login_has_no_password_to_change() -> None:
    with pytest.raises(ValueError, match="no login"):
        DemoCamera().change_password("secret")


def test_a_slow_camera_is_waited_for(make_camera) -> None:
    camera = make_camera(fault=Fault.SLOW_START, slow_start_seconds=0.1)
    assert len(hear(camera.url, frames=5)[0]) == 5 * 160


def test_a_video_only_camera_gives_no_audio(make_camera) -> None:
    with pytest.raises(av.error.FFmpegError):
        open_audio(make_camera(fault=Fault.NO_AUDIO).url)


def test_audio_is_heard_beside_a_video_track(make_camera) -> None:
    camera = make_camera(fault=Fault.VIDEO_TOO)
    assert len(hear(camera.url, frames=5)[0]) == 5 * 160


def test_a_restarted_camera_is_back_on_its_port(make_camera) -> None:
    camera = make_camera()
    url = camera.url
    with open_audio(url) as container:
        frames = container.decode(audio=0)
        next(frames)
        camera.restart()
        assert len(list(islice(frames, 1000))) < 1000
    assert camera.url == url
    assert len(hear(url, frames=5)[0]) == 5 * 160


def test_dropped_clients_may_come_back(make_camera) -> None:
    camera = make_camera()
    with open_audio(camera.url) as container:
        frames = container.decode(audio=0)
        next(frames)
        camera.drop_clients()
        assert len(list(islice(frames, 1000))) < 1000
    assert len(hear(camera.url, frames=5)[0]) == 5 * 160


def test_a_changed_sound_is_heard_by_the_next_client(make_camera, melody: Pcm) -> None:
    camera = make_camera()
    assert hear(camera.url, frames=2)[1] == 8_000
    camera.change_sound(melody[::-1].copy(), codec="l16")
    heard, rate_hz = hear(camera.url, frames=2)
    assert rate_hz == 16_000
    assert np.abs(heard - melody[::-1][: len(heard)]).max() <= 2**-15


def test_a_scene_of_any_rate_is_played(make_camera, melody: Pcm) -> None:
    scene = Scene(pcm=resample(melody, 16_000, 48_000), sample_rate_hz=48_000, events=())
    heard, _ = hear(make_camera(sound=scene, codec="l16", loop=False).url)
    assert np.abs(heard - melody).max() <= 2**-14


def test_stop_leaves_nothing(make_camera, recwarn) -> None:
    camera = make_camera()
    with open_audio(camera.url) as container:
        next(container.decode(audio=0))
        camera.stop()
        camera.stop()
    assert "demo-camera" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((camera.host, camera.port), timeout=1)
    assert not [warning for warning in recwarn if warning.category is ResourceWarning]


def test_a_taken_port_raises_at_start(make_camera) -> None:
    camera = make_camera()
    rival = DemoCamera(np.zeros(16, np.float32), port=camera.port)
    with pytest.raises(OSError, match="in use"):
        rival.start()
    assert len(hear(camera.url, frames=1)[0]) == 160


def test_a_camera_starts_once(make_camera) -> None:
    with pytest.raises(RuntimeError, match="runs already"):
        make_camera().start()


def test_a_stopped_camera_can_be_broken_before_it_starts(make_camera) -> None:
    camera = make_camera()
    camera.stop()
    camera.fault = Fault.MUTE
    camera.start()
    assert camera.fault is Fault.MUTE
    camera.stop()
    with pytest.raises(RuntimeError, match="does not run"):
        camera.drop_clients()


def test_an_unknown_codec_is_refused() -> None:
    with pytest.raises(ValueError, match="pcmu"):
        DemoCamera(np.zeros(16, np.float32), codec="mp3")
