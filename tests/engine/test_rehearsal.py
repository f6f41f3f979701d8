"""A sound goes a camera's way: its codec, the capture, the scorer; the decider ends what it started."""

import tempfile
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_guard_engine.capture import StreamInfo
from audio_guard_engine.decide import ClassPolicy, Decider
from audio_guard_engine.errors import ModelError, StoppedError
from audio_guard_engine.rehearsal import Rehearsal, rehearse

from .conftest import MODEL, LoudnessScorer

RATE_HZ = 16_000
A_LAW = StreamInfo(codec="pcm_alaw", sample_rate_hz=8_000, channels=1)
POLICY = ClassPolicy(threshold=0.2, hold_seconds=2.0)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let temporary files lie where a test can look for them."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def rehearsal_of(pcm: NDArray[np.float32], **options: object) -> Rehearsal:
    return rehearse(
        pcm,
        RATE_HZ,
        MODEL,
        LoudnessScorer(),
        **{"stream": A_LAW, "policies": {"dog": POLICY}, **options},
    )


def noise(seconds: float) -> NDArray[np.float32]:
    rng = np.random.default_rng(1)
    return (0.3 * rng.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def test_time_counts_from_the_sounds_first_sample(tmp_path: Path) -> None:
    heard = rehearsal_of(noise(1.0))
    assert heard.stream == A_LAW
    assert heard.seconds == 1.0
    assert heard.heard_seconds == pytest.approx(1.96)
    assert [frame.t for frame in heard.frames[:3]] == [0.48, 0.96, 1.44]
    levels = [frame.level_dbfs for frame in heard.frames if frame.t > 2.0]
    assert max(levels) < -70, "silence follows"
    assert min(frame.level_dbfs for frame in heard.frames[:2]) > -20
    assert not list(tmp_path.iterdir())


def test_goes_on_until_the_detection_has_ended() -> None:
    decider = Decider({"dog": POLICY})
    frames, changes = [], []
    for frame in rehearsal_of(noise(1.0)).until_over(decider):
        frames.append(frame)
        changes += decider.step(frame)
    assert [change.active for change in changes] == [True, False]
    assert frames[-1].t == changes[-1].t


def test_ends_with_the_last_window_where_nothing_is_detected() -> None:
    decider = Decider({"dog": ClassPolicy(threshold=1.0, hold_seconds=60.0)})
    heard = rehearsal_of(noise(1.0))
    frames = []
    for frame in heard.until_over(decider):
        frames.append(frame)
        assert not decider.step(frame)
    assert frames[-1].t == pytest.approx(2.4)
    assert heard.frames[-1].t > frames[-1].t


def test_the_silence_lasts_for_the_longest_hold() -> None:
    policies = {"dog": POLICY, "cat": ClassPolicy(threshold=0.5, hold_seconds=7.0)}
    assert rehearsal_of(noise(0.5), policies=policies).frames[-1].t > 0.5 + 0.96 + 7.0
    assert rehearsal_of(noise(0.5), policies={}).frames[-1].t < 0.5 + 0.96 + 2.0


def test_the_cameras_gain_is_added() -> None:
    level, raised = (
        rehearsal_of(noise(1.0) / 10, gain_db=gain).frames[1].level_dbfs for gain in (0.0, 12.0)
    )
    assert raised == pytest.approx(level + 12.0, abs=0.1)


def test_a_stop_or_a_failing_model_leaves_no_file(tmp_path: Path) -> None:
    def fail() -> None:
        raise ModelError("the model failed")

    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        rehearsal_of(noise(1.0), stop=stop)
    with pytest.raises(ModelError):
        rehearse(
            noise(1.0), RATE_HZ, MODEL, LoudnessScorer(fail), stream=None, policies={"dog": POLICY}
        )
    assert not list(tmp_path.iterdir())
