"""A day of four cameras by a fast clock: nothing grows, no hop is lost, and time does not drift."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest

from audio_guard_engine import analysis as analysis_module
from audio_guard_engine.card import Model
from audio_guard_engine.decide import Decider
from audio_guard_engine.frame import ScoreFrame
from audio_guard_engine.listener import Listener, ListenerStatus
from audio_guard_engine.source import parse_source
from tests.cameras import camera_maker
from tests.engine.conftest import LoudnessScorer
from tests.engine.process import Held, needs_proc

CAMERAS = 4
# Four cameras and their listeners, in one process, keep up with this on two cores.
SPEED = 50.0
HOP_SECONDS, WINDOW_SECONDS = 0.48, 0.96
RATE_HZ = 16_000
# No whole number of hops, so that the burst falls on every part of one.
PERIOD_SECONDS = 29.9
BURST_SECONDS = (10.0, 12.0)
WARM_UP_SECONDS = 300.0
PROBES = 24


@dataclass(slots=True)
class Ear:
    """What one camera's listener said, in as much memory however long it listens."""

    decider: Decider
    hops: int = 0
    last_t: float = 0.0
    detected: list[float] = field(default_factory=list)
    lost: list[ListenerStatus] = field(default_factory=list)
    advanced: threading.Condition = field(default_factory=threading.Condition)

    def take(self, frame: ScoreFrame) -> None:
        """Count a hop, and note when a detection began."""
        self.hops += 1
        self.detected += [change.t for change in self.decider.step(frame) if change.active]
        with self.advanced:
            self.last_t = frame.t
            self.advanced.notify()

    def note(self, status: ListenerStatus) -> None:
        """Remember why the camera was lost, if it was."""
        if status.reason:
            self.lost.append(status)

    def until(self, t: float) -> None:
        """Wait for a moment of the stream."""
        with self.advanced:
            assert self.advanced.wait_for(lambda: self.last_t >= t, 30 + 4 * t / SPEED)


@contextlib.contextmanager
def soaking(request: pytest.FixtureRequest, model: Model) -> Iterator[list[tuple[Listener, Ear]]]:
    """Listen to cameras that play noise for two seconds of every period."""
    sound = np.zeros(round(PERIOD_SECONDS * RATE_HZ), np.float32)
    first, last = (round(seconds * RATE_HZ) for seconds in BURST_SECONDS)
    sound[first:last] = np.random.default_rng(0).uniform(-0.9, 0.9, last - first)
    with camera_maker(request, sound=sound, speed=SPEED) as make, contextlib.ExitStack() as stack:
        pairs = []
        for number in range(CAMERAS):
            camera, ear = make(), Ear(Decider(model.policies))
            listener = Listener(
                f"soak {number}",
                lambda url=camera.url: parse_source(url),
                model,
                LoudnessScorer(),
                on_frame=ear.take,
                on_status=ear.note,
                history_seconds=20.0,
            )
            listener.start()
            stack.callback(listener.stop, 5)
            pairs.append((listener, ear))
        yield pairs


@pytest.fixture(autouse=True)
def as_much_time_to_catch_up_as_in_life(monkeypatch: pytest.MonkeyPatch) -> None:
    backlog = round(analysis_module.LARGEST_BACKLOG_HOPS * SPEED)
    monkeypatch.setattr(analysis_module, "LARGEST_BACKLOG_HOPS", backlog)


@needs_proc
@pytest.mark.parametrize(
    "hours",
    [
        pytest.param(0.2, id="12 minutes"),
        pytest.param(24.0, id="a day", marks=[pytest.mark.long, pytest.mark.timeout(7200)]),
    ],
)
def test_a_day_of_four_cameras(
    request: pytest.FixtureRequest,
    model: Model,
    hours: float,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with soaking(request, model) as pairs:
        moments = np.linspace(WARM_UP_SECONDS, 3600.0 * hours, PROBES)
        held = []
        for moment in moments:
            for _, ear in pairs:
                ear.until(moment)
            held.append(Held.now())
        for listener, _ in pairs:
            assert listener.skipped_hops == 0
            assert listener.stop(5)

    ears = [ear for _, ear in pairs]
    assert not [ear.lost for ear in ears if ear.lost]
    delays = np.array([delay for ear in ears for delay in burst_delays(ear)])
    resident = np.array([at.resident_bytes for at in held]) / 1e6
    slope = float(np.polyfit(moments / 3600.0, resident, 1)[0])
    with capsys.disabled():
        print(
            f"\n{hours:g} h of {CAMERAS} cameras: {sum(ear.hops for ear in ears)} hops; "
            f"{len(delays)} bursts, heard {delays.min():.2f} to {delays.max():.2f} s after they began; "
            f"memory {resident[0]:.1f} MB, then {resident[-1]:.1f} MB ({slope:+.3f} MB/h); "
            f"{len(held[0].threads)} threads, then {len(held[-1].threads)}"
        )
    assert {at.threads for at in held} == {held[0].threads}
    assert {len(at.files) for at in held} == {len(held[0].files)}
    assert resident[-1] - resident[0] < 3.0
    for ear in ears:
        assert ear.last_t >= 3600.0 * hours
        assert ear.hops == round((ear.last_t - WINDOW_SECONDS) / HOP_SECONDS) + 1
    assert delays.max() - delays.min() <= HOP_SECONDS


def burst_delays(ear: Ear) -> list[float]:
    """Return how long after each burst it was detected; there is one detection for each, and no other."""
    bursts = BURST_SECONDS[0] + PERIOD_SECONDS * np.arange(len(ear.detected))
    assert ear.last_t - bursts[-1] < PERIOD_SECONDS + WINDOW_SECONDS + HOP_SECONDS
    delays: list[float] = (np.array(ear.detected) - bursts).tolist()
    return delays
