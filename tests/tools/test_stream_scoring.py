"""A stream is scored as the engine would score a camera, without ever being held as a whole."""

from dataclasses import replace

import numpy as np
import pytest

from audio_guard_engine.card import FrontEnd
from audio_guard_engine.logmel import LogMel
from tests.stream_sounds import LABELS, home, listener, noise, store_of, tone_score
from tools.data.dataset import DatasetError
from tools.streams import scoring
from tools.streams.plan import event_plan, quiet_plan
from tools.streams.scoring import read_patches, score_stream
from tools.streams.sound import StreamSound


@pytest.mark.parametrize("context_frames", [0, 48, 100])
def test_patches_are_those_of_the_engine(context_frames: int) -> None:
    front_end = FrontEnd(context_frames=context_frames)
    store = home()
    plan = quiet_plan(store, "others", 0, 1.0)
    read = StreamSound(store, plan).read
    log_mel = LogMel(front_end)
    expected = [log_mel.whole(read(0, front_end.patch_samples)).copy()]
    for hop in range(1, 12):
        end = front_end.patch_samples + hop * front_end.patch_hop_samples
        expected.append(log_mel.advance(read(end - front_end.patch_hop_samples, end)).copy())
    made = [read_patches(read, hops, front_end) for hops in (range(5), range(5, 6), range(6, 12))]
    np.testing.assert_allclose(np.concatenate(made), np.stack(expected), atol=2e-4)


def test_every_window_of_the_stream_is_scored_once_in_few_at_a_time() -> None:
    sizes = []

    def score(patches: np.ndarray) -> np.ndarray:
        sizes.append(len(patches))
        return tone_score(patches)

    store = home(dogs=8)
    plan = event_plan(store, "others", 0)
    scored = score_stream(replace(listener(), score=score), store, plan, "plain", 10.0, "test")
    assert scored.scores.shape == ((plan.samples - 15_600) // 7_680 + 1, len(LABELS))
    assert max(sizes) == scoring.CHUNK_HOPS
    assert len(sizes) > 3
    assert scored.name == "plain, 10 dB"
    assert scored.seconds == plan.samples / 16_000
    assert [event.clip.label for event in scored.events].count("dog") == 8


def test_memory_holds_a_stretch_whatever_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = 0
    read = StreamSound.read

    def counted(self: StreamSound, start: int, stop: int) -> np.ndarray:
        nonlocal longest
        longest = max(longest, stop - start)
        return read(self, start, stop)

    monkeypatch.setattr(StreamSound, "read", counted)
    store = store_of(*(("others", noise(seed, 30.0)) for seed in range(6)))
    plan = quiet_plan(store, "others", 0, 1.0)
    score_stream(listener(), store, plan, "mu_law", None, "test")
    assert plan.samples > 170 * 16_000
    assert longest < 35 * 16_000


def test_less_than_a_window_of_background_is_named() -> None:
    store = store_of(("others", noise(0, 0.5)))
    plan = quiet_plan(store, "others", 0, 1.0)
    with pytest.raises(DatasetError, match="less than a window"):
        score_stream(listener(), store, plan, "plain", None, "test")
