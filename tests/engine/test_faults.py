"""Every fault of a camera, its network and its clock, on real sockets: the state, the words, the recovery, no leak.

`docs/reliability.md` names these tests.
"""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine import capture as capture_module
from audio_guard_engine import knock as knock_module
from audio_guard_engine.card import Model
from audio_guard_engine.listener import ListenerState
from audio_guard_engine.source import Source, parse_source
from tests.cameras import MakeCamera, camera_maker
from tests.engine.conftest import LoudnessScorer
from tests.engine.heard import Heard, listening
from tests.engine.process import Held, needs_proc
from tools.demo_camera.faults import Fault

HOP_SECONDS = 0.48
PASSWORD = "hunter2"


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread or a socket behind."""
    if needs_proc.args[0]:
        yield
        return
    before = Held.now()
    yield
    after = Held.now()
    assert after.threads == before.threads
    assert after.sockets() <= before.sockets()


@pytest.fixture
def make_camera(
    nothing_left: None, request: pytest.FixtureRequest, tone: NDArray[np.float32]
) -> Iterator[MakeCamera]:
    """Start cameras that play the tone four times as fast as life."""
    with camera_maker(request, sound=tone, speed=4.0, user="joe", password=PASSWORD) as make:
        yield make


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "STALL_SECONDS", 0.8)
    monkeypatch.setattr(capture_module, "TRICKLE_SECONDS", 1.0)
    monkeypatch.setattr(capture_module, "READ_SLICE_SECONDS", 0.2)
    monkeypatch.setattr(capture_module, "OPEN_SECONDS", 1.5)
    monkeypatch.setattr(knock_module, "ANSWER_SECONDS", 0.5)


def until_next_frame(heard: Heard) -> None:
    """Wait until the camera is heard, with a frame that is yet to come."""
    before = len(heard.frames)
    heard.until(lambda: len(heard.frames) > before and heard.states[-1] is ListenerState.LISTENING)


HUNG_UP = "has ended the stream: .* restart it|broken the connection off: check the camera's"
NOTHING = "has sent nothing .*: check the camera's network"


@pytest.mark.parametrize(
    ("fault", "states", "cure"),
    [
        (Fault.DROP, {ListenerState.LOST}, HUNG_UP),
        (Fault.STALL, {ListenerState.STALLED}, NOTHING),
        (Fault.TRICKLE, {ListenerState.STALLED}, "hardly any sound .*: check the camera's network"),
        # FFmpeg takes some random bytes for a farewell, and a read without a good packet for a broken connection.
        (Fault.GARBAGE, {ListenerState.LOST, ListenerState.STALLED}, f"{HUNG_UP}|{NOTHING}|hardly"),
        (
            Fault.WRONG_NUMBERS,
            {ListenerState.LOST, ListenerState.STALLED},
            f"{HUNG_UP}|{NOTHING}|hardly",
        ),
    ],
)
def test_a_fault_in_the_stream_is_named_and_lived_through(
    make_camera: MakeCamera,
    model: Model,
    scorer: LoudnessScorer,
    fault: Fault,
    states: set[ListenerState],
    cure: str,
) -> None:
    camera = make_camera()
    with listening(camera.url_with_login, model, scorer) as heard:
        until_next_frame(heard)
        camera.fault = fault
        heard.until(lambda: not heard.states[-1].hears)
        assert heard.states[-1] in states
        assert_says(heard, cure)
        camera.fault = Fault.NONE
        until_next_frame(heard)
        assert heard.statuses[-1].reason == ""
    assert PASSWORD not in repr(heard.statuses)


@pytest.mark.parametrize(
    ("fault", "state", "cure"),
    [
        (Fault.REFUSE, ListenerState.LOST, "check the address and the port, and that the camera"),
        (Fault.MUTE, ListenerState.LOST, "does not answer: restart the camera"),
        (Fault.HANG, ListenerState.LOST, "does not answer: restart the camera"),
        (Fault.NOT_FOUND, ListenerState.LOST, "copy the stream's address"),
        (Fault.NO_AUDIO, ListenerState.NO_AUDIO, "turn the microphone on"),
        (Fault.STALL, ListenerState.NO_AUDIO, "never sends it: turn the microphone on"),
    ],
)
def test_a_fault_at_the_connect_is_named_and_lived_through(
    make_camera: MakeCamera,
    model: Model,
    scorer: LoudnessScorer,
    fault: Fault,
    state: ListenerState,
    cure: str,
) -> None:
    camera = make_camera(fault=fault)
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until_state(state)
        assert_says(heard, cure)
        camera.fault = Fault.NONE
        until_next_frame(heard)
        assert heard.statuses[-1].reason == ""
    assert PASSWORD not in repr(heard.statuses)


def assert_says(heard: Heard, cure: str) -> None:
    """Require that the last status names the cure."""
    reason = heard.statuses[-1].reason
    assert re.search(cure, reason), reason


@pytest.mark.parametrize("fault", [Fault.NUMBER_JUMPS, Fault.CLOCK_JUMPS, Fault.VIDEO_TOO])
def test_jumps_of_the_cameras_numbers_and_clock_are_not_noticed(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer, fault: Fault
) -> None:
    camera = make_camera(fault=fault)
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) >= 16)  # 8 s, with a jump in each
    assert heard.states == [ListenerState.CONNECTING, ListenerState.LISTENING]
    times = [frame.t for frame in heard.frames]
    assert {round(b - a, 6) for a, b in pairwise(times)} == {HOP_SECONDS}


def test_another_codec_rate_and_number_of_channels_at_the_next_connect(
    make_camera: MakeCamera, tone: NDArray[np.float32], model: Model, scorer: LoudnessScorer
) -> None:
    camera = make_camera()
    streams = []
    with listening(camera.url_with_login, model, scorer) as heard:
        for codec in ("pcmu", "l16_48k_stereo", "pcma", "l16"):
            camera.change_sound(tone, codec)
            camera.drop_clients()
            heard.until(partial(sends, heard, codec))
            until_next_frame(heard)
            stream = heard.statuses[-1].stream
            assert stream is not None
            streams.append((stream.sample_rate_hz, stream.channels))
            assert heard.frames[-1].level_dbfs == pytest.approx(-9, abs=0.5)
    assert streams == [(8_000, 1), (48_000, 2), (8_000, 1), (16_000, 1)]


def sends(heard: Heard, codec: str) -> bool:
    """Tell whether the last status names one of the demo camera's codecs."""
    stream = heard.statuses[-1].stream
    if stream is None:
        return False
    names = {
        "pcmu": ("pcm_mulaw", 8_000),
        "pcma": ("pcm_alaw", 8_000),
        "l16": ("pcm_s16be", 16_000),
    }
    return (stream.codec, stream.sample_rate_hz) == names.get(codec, ("pcm_s16be", 48_000))


@pytest.mark.parametrize(
    ("distort", "level_dbfs"),
    [
        (lambda tone: tone + 0.4, -9.0),  # an offset is no sound
        (lambda tone: 0.3 + 0.0 * tone, -120.0),
        (lambda tone: np.clip(100 * tone, -1, 1), -0.6),  # 2 of 16 samples are zero
        (lambda tone: np.where(tone > 0, 1.0, -1.0), 0.0),
    ],
    ids=["offset", "offset alone", "clipped", "square"],
)
def test_a_bad_microphone_is_heard_at_its_true_level(
    make_camera: MakeCamera,
    tone: NDArray[np.float32],
    model: Model,
    scorer: LoudnessScorer,
    distort: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    level_dbfs: float,
) -> None:
    camera = make_camera(sound=distort(tone).astype(np.float32), codec="l16")
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) >= 4)
    assert heard.frames[-1].level_dbfs == pytest.approx(level_dbfs, abs=0.3)
    assert all(np.isfinite(list(frame.scores.values())).all() for frame in heard.frames)


def test_a_wrong_password_is_followed_by_the_right_one(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    camera = make_camera()
    passwords = ["sesame"]

    def find_source() -> Source:
        return parse_source(camera.url, username="joe", password=passwords[-1])

    with listening(find_source, model, scorer) as heard:
        heard.until_state(ListenerState.UNAUTHORIZED)
        assert_says(heard, "refuses the user name or the password: enter those")
        passwords.append(PASSWORD)
        until_next_frame(heard)
        camera.change_password("another")
        camera.drop_clients()
        heard.until_state(ListenerState.UNAUTHORIZED)
        passwords.append("another")
        until_next_frame(heard)
    assert not [word for word in ("sesame", PASSWORD, "another") if word in repr(heard.statuses)]


def test_a_digest_nonce_that_expires_is_renewed(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    """Each nonce is good for one request; the client has to show once a second that it is there."""
    camera = make_camera(fault=Fault.STALE_NONCES, session_seconds=2, speed=2.0)
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) >= 20)
    assert heard.states == [ListenerState.CONNECTING, ListenerState.LISTENING]


def test_a_redirect_is_followed(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    elsewhere = make_camera(user=None)
    camera = make_camera()
    camera.redirect(elsewhere.url)
    with listening(camera.url_with_login, model, scorer) as heard:
        until_next_frame(heard)
        assert (camera.playing, elsewhere.playing) == (0, 1)


def test_a_redirect_does_not_take_the_password_along(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    elsewhere = make_camera()
    camera = make_camera()
    camera.redirect(elsewhere.url)
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until_state(ListenerState.UNAUTHORIZED)
        camera.fault = Fault.NONE
        until_next_frame(heard)
    assert elsewhere.playing == 0


def test_a_redirect_in_a_circle_ends(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    camera = make_camera(user=None)
    camera.redirect(camera.url)
    with listening(camera.url, model, scorer) as heard:
        heard.until_state(ListenerState.LOST)
        assert heard.statuses[-1].reason
        camera.fault = Fault.NONE
        until_next_frame(heard)


def test_a_name_that_is_gone_comes_back(
    make_camera: MakeCamera,
    model: Model,
    scorer: LoudnessScorer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is the machine's own; it is gone for the knock, where every connect begins."""
    camera = make_camera()
    resolve = socket.getaddrinfo
    gone = threading.Event()

    def look_up(*arguments: Any, **options: Any) -> Any:
        if gone.is_set():
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return resolve(*arguments, **options)

    monkeypatch.setattr(knock_module.socket, "getaddrinfo", look_up)
    address = camera.url_with_login.replace("127.0.0.1", "localhost")
    with listening(address, model, scorer) as heard:
        until_next_frame(heard)
        gone.set()
        camera.drop_clients()
        heard.until(lambda: "name is unknown" in heard.statuses[-1].reason)
        assert heard.states[-1] is ListenerState.LOST
        assert_says(heard, "use the camera's IP address")
        gone.clear()
        until_next_frame(heard)


def test_ipv6_is_spoken_from_the_knock_to_the_sound(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    try:
        camera = make_camera(host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listening(camera.url_with_login, model, scorer) as heard:
        until_next_frame(heard)
        camera.stop()
        heard.until(lambda: "refuses the connection" in heard.statuses[-1].reason)
        assert_says(heard, r"rtsp://\[::1\]:\d+: ")
        camera.start()
        until_next_frame(heard)


def test_the_time_of_day_may_jump(
    make_camera: MakeCamera,
    model: Model,
    scorer: LoudnessScorer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each look at the wall clock finds it a day ahead or behind: a stall has to last as long as ever."""
    now = time.time
    days = iter(range(10**9))
    monkeypatch.setattr(time, "time", lambda: now() + 86_400 * (-1) ** next(days))
    monkeypatch.setattr(time, "time_ns", lambda: round(time.time() * 1e9))
    camera = make_camera()
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) >= 8)
        assert heard.states == [ListenerState.CONNECTING, ListenerState.LISTENING]
        camera.fault = Fault.STALL
        began = time.monotonic()
        heard.until_state(ListenerState.STALLED)
        assert 0.5 < time.monotonic() - began < 5.0
    times = [frame.t for frame in heard.frames]
    assert {round(b - a, 6) for a, b in pairwise(times)} == {HOP_SECONDS}


@pytest.mark.parametrize("camera_gave_up", [False, True])
def test_a_machine_that_slept_for_an_hour_listens_again(
    make_camera: MakeCamera,
    model: Model,
    scorer: LoudnessScorer,
    monkeypatch: pytest.MonkeyPatch,
    camera_gave_up: bool,
) -> None:
    """The socket is dead, or closed by the camera, and the clock has gone on for an hour."""
    monkeypatch.setattr(capture_module, "STALL_SECONDS", 3000.0)
    slept_seconds = 0.0
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + slept_seconds)
    monkeypatch.setattr(capture_module, "time", clock)
    camera = make_camera()
    with listening(camera.url_with_login, model, scorer) as heard:
        until_next_frame(heard)
        camera.fault = Fault.STALL
        if camera_gave_up:
            camera.drop_clients()
        slept_seconds = 3600.0
        heard.until(lambda: not heard.states[-1].hears)
        assert heard.statuses[-1].reason
        camera.fault = Fault.NONE
        until_next_frame(heard)


@needs_proc
def test_a_hundred_reconnects_leak_nothing(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    camera = make_camera(speed=40.0)
    with listening(camera.url_with_login, model, scorer, history_seconds=30.0) as heard:

        def reconnect(times: int) -> Held:
            for _ in range(times):
                until_next_frame(heard)
                camera.drop_clients()
                heard.until_state(ListenerState.LOST)
            until_next_frame(heard)
            del heard.frames[:], heard.statuses[:-1]
            return Held.now()

        heard.listener._backoff.next_seconds = lambda: 0.01  # type: ignore[method-assign]
        before = reconnect(20)
        after = reconnect(100)
    # The camera's own thread for a connection may still be closing it.
    assert listeners(after) == listeners(before)
    assert len(after.files) <= len(before.files) + 2  # a connection that the camera is closing
    assert after.resident_bytes - before.resident_bytes < 6_000_000


def listeners(held: Held) -> list[str]:
    """Return the names of the engine's threads."""
    return [name for name in held.threads if name.startswith("audio_guard")]


def test_cameras_that_fail_at_once_come_back_one_by_one(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    """Waits are a twentieth of life's, so 50 ms here are a second there."""
    cameras = 30
    camera = make_camera(speed=1.0)
    tries: list[float] = []

    def find_source() -> Source:
        tries.append(time.monotonic())
        return parse_source(camera.url_with_login)

    with contextlib.ExitStack() as stack:
        listeners = [
            stack.enter_context(listening(find_source, model, scorer, seed=seed))
            for seed in range(cameras)
        ]
        for heard in listeners:
            heard.until_state(ListenerState.LISTENING)
        tries.clear()
        camera.stop()
        for heard in listeners:
            heard.until_state(ListenerState.LOST)
        down_seconds = 3.0
        threading.Event().wait(down_seconds)
        assert len(tries) <= 8 * cameras  # 0.05 + 0.1 + … + 1.6 s, each shortened by up to half
        assert crowd(tries[3 * cameras :], 0.05) <= cameras / 2
        camera.start()
        for heard in listeners:
            heard.until_state(ListenerState.LISTENING)
        assert camera.playing == cameras


def crowd(moments: list[float], seconds: float) -> int:
    """Return how many moments at most lie in one span."""
    return max(sum(start <= moment < start + seconds for moment in moments) for start in moments)


def test_a_camera_whose_open_hangs_leaves_the_others_alone(
    make_camera: MakeCamera, model: Model, scorer: LoudnessScorer
) -> None:
    hung = make_camera(fault=Fault.HANG)
    well = make_camera()
    with listening(hung.url_with_login, model, scorer) as first:
        while hung.connections < 2:  # past the knock
            threading.Event().wait(0.01)
        with listening(well.url_with_login, model, scorer) as second:
            until_next_frame(second)
            assert first.states == [ListenerState.CONNECTING]
            before = time.monotonic()
            heard_before = len(second.frames)
            first.until_state(ListenerState.LOST)
            elapsed = time.monotonic() - before
            second.until(lambda: len(second.frames) > heard_before)
            assert second.states[-1] is ListenerState.LISTENING
    assert elapsed < 5.0
