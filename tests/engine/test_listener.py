"""The loop over one camera: real sockets, and states that tell the truth."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine import capture as capture_module
from audio_guard_engine import listener as listener_module
from audio_guard_engine.backoff import Backoff
from audio_guard_engine.card import Model
from audio_guard_engine.errors import ModelError, NotFoundError
from audio_guard_engine.history import INT16_PEAK
from audio_guard_engine.level import level_dbfs
from audio_guard_engine.listener import Listener, ListenerState
from audio_guard_engine.source import Source, parse_source
from tests.engine.conftest import LoudnessScorer
from tests.engine.heard import LIMIT_SECONDS, Heard, listening
from tools.demo_camera.faults import Fault
from tools.demo_camera.server import DemoCamera


@pytest.fixture
def camera(tone: NDArray[np.float32]) -> Iterator[DemoCamera]:
    with DemoCamera(
        tone, speed=4.0, user="joe", password="hunter2", slow_start_seconds=0.01
    ) as camera:
        yield camera


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_module, "STALL_SECONDS", 0.8)
    monkeypatch.setattr(capture_module, "READ_SLICE_SECONDS", 0.2)
    monkeypatch.setattr(capture_module, "OPEN_SECONDS", 1.5)


def test_hears_frames_a_hop_apart(camera: DemoCamera, model: Model, scorer: LoudnessScorer) -> None:
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) >= 4)
    assert heard.states == [ListenerState.CONNECTING, ListenerState.LISTENING]
    assert [frame.t for frame in heard.frames[:4]] == [0.96, 1.44, 1.92, 2.4]
    assert heard.frames[0].level_dbfs == pytest.approx(-9, abs=0.5)
    stream = heard.statuses[-1].stream
    assert stream is not None
    assert stream.codec == "pcm_mulaw"


def test_the_history_holds_what_the_frames_were_made_of(
    tone: NDArray[np.float32], model: Model, scorer: LoudnessScorer
) -> None:
    swelling = tone * np.linspace(0.01, 1.0, len(tone), dtype=np.float32)
    with (
        DemoCamera(swelling, speed=4.0) as camera,
        listening(camera.url, model, scorer, 30.0) as heard,
    ):
        heard.until(lambda: len(heard.frames) >= 6)
        history = heard.listener.history
        assert history is not None
        camera.drop_clients()
        heard.until(lambda: heard.listener.history is not history)
        front_end = model.front_end
        for frame in heard.frames[:6]:
            start = frame.t - front_end.patch_seconds
            window = history.read(start, start + front_end.patch_samples / 16_000)
            assert len(window) == front_end.patch_samples
            level = level_dbfs(window.astype(np.float32) / INT16_PEAK)
            assert level == pytest.approx(frame.level_dbfs, abs=0.01)


def test_no_history_is_held_unless_it_is_wanted(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer
) -> None:
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) > 0)
        assert heard.listener.history is None


def test_is_lost_with_its_server_and_returns_with_it(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer
) -> None:
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until(lambda: len(heard.frames) > 2)
        camera.stop()
        heard.until_state(ListenerState.LOST)
        before = len(heard.frames)
        camera.start()
        heard.until(lambda: len(heard.frames) > before)
        assert heard.frames[before].t == 0.96  # another stretch of sound


def test_digital_silence_shows_and_passes(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener_module, "SILENT_SECONDS", 2.0)
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until_state(ListenerState.LISTENING)
        camera.fault = Fault.SILENCE
        heard.until_state(ListenerState.SILENT)
        camera.fault = Fault.NONE
        heard.until_state(ListenerState.LISTENING)
    assert ListenerState.LOST not in heard.states


def test_a_scorer_that_fails_is_lost_with_the_reason_and_tried_again(
    camera: DemoCamera, model: Model
) -> None:
    broken = threading.Event()
    broken.set()

    def fail() -> None:
        if broken.is_set():
            raise ModelError("the model gave a score that is not a number")

    with listening(camera.url_with_login, model, LoudnessScorer(fail)) as heard:
        heard.until_state(ListenerState.LOST)
        assert "not a number" in heard.statuses[-1].reason
        broken.clear()
        heard.until_state(ListenerState.LISTENING)


def test_an_unexpected_error_does_not_end_listening(camera: DemoCamera, model: Model) -> None:
    faults = [ZeroDivisionError("native trouble")]

    def fail() -> None:
        if faults:
            raise faults.pop()

    with listening(camera.url_with_login, model, LoudnessScorer(fail)) as heard:
        heard.until_state(ListenerState.LISTENING)
    assert ListenerState.LOST in heard.states


def test_the_address_is_asked_for_at_every_connect(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer
) -> None:
    asked = 0

    def find_source() -> Source:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise NotFoundError("the camera entity is not there yet")
        return parse_source(camera.url_with_login)

    heard = Heard(find_source, model, scorer)
    heard.listener.start()
    heard.until_state(ListenerState.LISTENING)
    assert heard.listener.stop(5)
    assert asked == 2
    assert heard.states[:2] == [ListenerState.CONNECTING, ListenerState.LOST]


def test_a_slow_scorer_skips_to_the_newest_window_and_counts(
    tone: NDArray[np.float32], model: Model
) -> None:
    slow = threading.Event()
    scorer = LoudnessScorer(lambda: slow.wait(0.3) and None)
    with DemoCamera(tone, speed=40.0) as camera, listening(camera.url, model, scorer) as heard:
        heard.until(lambda: heard.listener.skipped_hops > 20)
        slow.set()
    times = [frame.t for frame in heard.frames]
    assert times == sorted(set(times))


def test_stop_is_quick_and_nothing_is_said_after_it(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer
) -> None:
    heard = Heard(lambda: parse_source(camera.url_with_login), model, scorer)
    heard.listener.start()
    heard.until(lambda: len(heard.frames) > 0)
    assert heard.listener.stop()
    said = (len(heard.frames), len(heard.statuses))
    camera.drop_clients()
    assert (len(heard.frames), len(heard.statuses)) == said


def test_stopping_what_never_started(model: Model, scorer: LoudnessScorer) -> None:
    heard = Heard(lambda: parse_source("rtsp://127.0.0.1:1/"), model, scorer)
    assert heard.listener.stop()


def test_a_healthy_minute_resets_the_wait(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer
) -> None:
    now = 0.0
    backoff = CountingBackoff()
    lost = threading.Event()
    back = threading.Semaphore(0)
    listener = Listener(
        "test",
        lambda: parse_source(camera.url_with_login),
        model,
        scorer,
        on_frame=lambda frame: back.release() if frame.t == 0.96 else None,
        on_status=lambda status: lost.set() if status.state is ListenerState.LOST else None,
        backoff=backoff,
        clock=lambda: now,
    )
    listener.start()
    assert back.acquire(timeout=LIMIT_SECONDS)
    now += 59
    camera.drop_clients()
    assert back.acquire(timeout=LIMIT_SECONDS)
    assert backoff.resets == 0
    now += 60
    camera.drop_clients()
    assert back.acquire(timeout=LIMIT_SECONDS)
    assert backoff.resets == 1
    assert lost.is_set()
    assert listener.stop(5)


class CountingBackoff(Backoff):
    """Wait for next to nothing, and count the resets."""

    def __init__(self) -> None:
        super().__init__()
        self.resets = 0

    def reset(self) -> None:
        super().reset()
        self.resets = getattr(self, "resets", -1) + 1

    def next_seconds(self) -> float:
        return 0.02


def test_all_tracks_are_asked_for_after_two_failures(
    camera: DemoCamera, model: Model, scorer: LoudnessScorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    real = listener_module.Capture

    def note(*arguments: Any, audio_only: bool, **options: Any) -> Any:
        asked.append(audio_only)
        if audio_only:
            raise NotFoundError("this camera breaks on an audio-only SETUP")
        return real(*arguments, audio_only=audio_only, **options)

    monkeypatch.setattr(listener_module, "Capture", note)
    with listening(camera.url_with_login, model, scorer) as heard:
        heard.until_state(ListenerState.LISTENING)
        heard.until(lambda: len(heard.frames) > 0)
        camera.drop_clients()
        heard.until_state(ListenerState.LOST)
        heard.until_state(ListenerState.LISTENING)
    assert asked == [True, True, False, False]
